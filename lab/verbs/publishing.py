"""The verb that looks at what the lab's own containers publish."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.i18n import t
from lab.verbs.base import Running

if TYPE_CHECKING:
    from lab.course.published import Published

ROOT = Path(__file__).resolve().parents[2]
COMPOSE, RECIPE = "docker-compose.yml", "docker/Dockerfile"
_LOOPBACK = "127.0.0.1:"


class Publishing(Running):
    """See ``Lab``."""

    def compose_file(self) -> Published:
        """What the lab's own docker-compose.yml publishes, and what ``pacslab audit`` says of a copy without the addresses.

        The copy lies in a temporary folder while it is read. Nothing is ever started from it.
        """
        from lab.audit import audit
        from lab.course.published import Published, PublishedPort

        if not all((ROOT / name).is_file() for name in (COMPOSE, RECIPE)):
            raise LabError(
                t("{file} of the lab is not here.", file=COMPOSE), t("It lies at the top of the project’s folder.")
            )
        own = (ROOT / COMPOSE).read_text("utf-8")
        changed = own.replace(f'- "{_LOOPBACK}', '- "')
        before = audit([ROOT / COMPOSE])
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / RECIPE).parent.mkdir()
            shutil.copy(ROOT / RECIPE, folder / RECIPE)
            (folder / COMPOSE).write_text(changed, "utf-8")
            after = audit([folder / COMPOSE])
        ports = tuple(
            PublishedPort(service.name, port.host, port.target or 0)
            for service in before.deployment.services
            for port in service.ports
        )
        told = (tuple(f"{found.rule.id}: {found.hit.message}" for found in each.findings) for each in (before, after))
        return Published(ports, own, changed, *told)
