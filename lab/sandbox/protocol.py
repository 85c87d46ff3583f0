"""What a sandbox can do, whichever runs it. The contract suite in ``tests/sandbox`` holds both to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from lab.i18n import Text, t
from lab.site.config import SiteConfig
from lab.site.zones import Door, Network, Zone

Progress = Callable[[int, int], None]


class Log(StrEnum):
    """The logs that a sandbox keeps, by file name."""

    ORTHANC = "orthanc.log"
    ACCESS = "gateway-access.log"
    STREAM = "gateway-stream.log"
    GATEWAY = "gateway-error.log"
    HOST = "host.log"
    """What the jobs of the archive's machine say: verification, backup."""


@dataclass(frozen=True)
class RoleHealth:
    """One of the two programs: ``archive`` (Orthanc) or ``gateway`` (nginx)."""

    state: str
    """``ready``, ``starting``, ``stopping``, ``stopped``, ``fallen`` (being started again), ``failed``, ``dead`` (no keeper)."""
    generation: int
    restarts: int
    error: tuple[str, ...]
    version: str = ""
    run: str = ""
    """Which run of the program this is: another text once it, or its keeper, was started anew."""


@dataclass(frozen=True)
class Health:
    """How the sandbox is. ``ready`` means that both programs run with the newest site."""

    generation: int
    archive: RoleHealth
    gateway: RoleHealth

    @property
    def running(self) -> bool:
        return "dead" not in (self.archive.state, self.gateway.state) and self.archive.state != "stopped"

    @property
    def ready(self) -> bool:
        return all(
            part.state == "ready" and part.generation >= self.generation for part in (self.archive, self.gateway)
        )


@dataclass(frozen=True)
class Endpoint:
    """A door that is open somewhere."""

    zone: Zone
    door: Door
    address: str
    port: int

    @property
    def url(self) -> str:
        scheme = {Door.HTTP: "http", Door.HTTPS: "https", Door.DICOM: "dicom"}[self.door]
        return f"{scheme}://{self.address}:{self.port}"


def kind_label(kind: str) -> Text:
    """``native`` or ``compose`` in the trainee's language."""
    return {"native": t("native"), "compose": t("Docker")}[kind]


def state_label(state: str) -> Text | str:
    """A state of ``RoleHealth`` in the trainee's language; as it is when a newer keeper has one that is not known here."""
    return {
        "ready": t("ready"),
        "starting": t("starting"),
        "stopping": t("stopping"),
        "stopped": t("stopped"),
        "fallen": t("fallen, being started again"),
        "failed": t("failed to start"),
        "dead": t("dead: no keeper"),
    }.get(state, state)


class Sandbox(Protocol):
    """Runs one site in isolation.

    Methods that change something return when it is done, and raise SandboxError when the sandbox does not answer.
    """

    kind: str
    network: Network

    def start(self, *, with_parent: bool = False) -> None:
        """Start the empty sandbox. ``with_parent``: it dies with the calling process. A running one is left as it is."""

    def stop(self) -> None:
        """Stop everything. Leaves no process and no open port. Stopping a stopped sandbox is no error."""

    def apply(self, site: SiteConfig) -> Health:
        """Run this site, restarting what changed. Raises SiteCannotStart; the site before it runs again then."""

    def site(self) -> SiteConfig | None:
        """The site that was applied last, or None: there is none, or another version of the lab wrote it."""

    def health(self) -> Health:
        """How it is now. Read-only; never raises."""

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Every door that the applied site opens."""

    def log(self, log: Log) -> Path:
        """Where a log can be read. The file may not exist yet."""

    @property
    def storage(self) -> Path:
        """The archive's files, as the disk of its machine holds them."""

    @property
    def backups(self) -> tuple[Path, ...]:
        """The folders in which copies of the archive lie, as far as they can be seen from here."""

    def alter(self, instance: str) -> None:
        """Alter an image on the archive's disk, as an intruder there would (Orthanc's id); a second time undoes it."""

    def clear(self) -> None:
        """Empty the archive."""

    def snapshot(self, name: str) -> None:
        """Keep a copy of the archive's content under a name (small letters, digits, hyphens)."""

    def restore(self, name: str) -> None:
        """Put a kept content back."""

    def forget(self, name: str) -> None:
        """Drop a kept content; one that is not there is no error."""

    def put_worklist(self, entries: Mapping[str, bytes]) -> None:
        """Replace the archive's worklist by these entries (PS3.10 files by name, ``*.wl``)."""

    def snapshots(self) -> tuple[str, ...]:
        """The names of the kept contents."""
