"""The compose sandbox, seen from the ``notebooks`` container: archive and gateway are containers beside it.

Docker itself is out of reach from in here, on purpose. ``docker compose up`` starts the containers with their keepers;
this class speaks with the keepers through the shared volumes.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from lab.errors import SandboxError
from lab.i18n import t
from lab.sandbox.inside.files import write_json
from lab.sandbox.kept import KeptSandbox
from lab.site.zones import Network

START_SECONDS = 60.0


class ComposeSandbox(KeptSandbox):
    """The sandbox of ``docker-compose.yml``. Shared volumes lie below PACSLAB_SHARED (default /srv/pacslab)."""

    kind = "compose"

    def __init__(self, home: Path, network: Network) -> None:
        shared = Path(os.environ.get("PACSLAB_SHARED", "/srv/pacslab"))
        storage = Path(os.environ.get("PACSLAB_STORAGE", "/srv/archive"))
        super().__init__(network, shared / "control", shared / "run", storage, home / "certificates")

    def start(self, *, with_parent: bool = False) -> None:
        """Wait for the keepers of both containers. ``with_parent`` has no meaning here: Docker holds the containers."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            health = self.health()
            if "dead" not in (health.archive.state, health.gateway.state):
                return
            time.sleep(0.1)
        raise SandboxError(
            t("The containers archive and gateway do not answer."),
            t("Look at docker compose ps and docker compose logs archive gateway."),
        )

    def stop(self) -> None:
        """Stop Orthanc and nginx in their containers; ``docker compose down`` removes the containers."""
        desired = self._desired()
        if desired.get("running") and "dead" not in (self.health().archive.state, self.health().gateway.state):
            self._order(desired | {"running": False})
            self._settle()
        elif desired:
            write_json(self.control / "desired.json", desired | {"running": False})
