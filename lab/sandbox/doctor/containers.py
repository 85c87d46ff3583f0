"""What the compose sandbox needs: Docker seen from outside, the other containers seen from within."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

from lab.i18n import t
from lab.sandbox.doctor.check import Check
from lab.sandbox.protocol import Sandbox, state_label


def of_engine() -> Iterator[Check]:
    """Whether Docker's engine answers, and has Compose."""
    met, found = _said("docker", "version", "--format", "{{.Server.Version}}")
    yield Check(
        "docker",
        t("a Docker engine that answers"),
        met,
        found,
        t("The containers cannot be started."),
        t("Install Docker or Docker Desktop and start it; your account must be allowed to use it (group docker)."),
    )
    met, found = _said("docker", "compose", "version", "--short")
    yield Check(
        "compose",
        t("Docker Compose, version 2"),
        met,
        found,
        t("The containers cannot be started."),
        t("Install the package docker-compose-plugin or docker-compose-v2."),
    )


def _said(*command: str) -> tuple[bool, str]:
    """Whether a program ended well, and the last line that it printed."""
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return False, str(error)
    lines = (answer.stdout.strip() or answer.stderr.strip()).splitlines()
    return answer.returncode == 0, lines[-1] if lines else ""


def of_containers(sandbox: Sandbox | None) -> Iterator[Check]:
    """Whether the containers beside this one have keepers that live."""
    health = sandbox.health() if sandbox is not None else None
    for role in ("archive", "gateway"):
        state = getattr(health, role).state if health else "dead"
        yield Check(
            role,
            t("the container {role} and its keeper", role=role),
            state != "dead",
            state_label(state),
            t("Nothing can be exercised."),
            t("Look at docker compose ps and docker compose logs {role}.", role=role),
        )
