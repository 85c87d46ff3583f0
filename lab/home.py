"""Where the lab keeps its things between runs, and which sandbox it runs in."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from lab.errors import SandboxError
from lab.i18n import t
from lab.sandbox.compose import ComposeSandbox
from lab.sandbox.inside.files import read_json, write_json
from lab.sandbox.native import NativeSandbox
from lab.site.certificates import write_private
from lab.site.zones import ARCHIVE_HTTP_PORT, INSTANCES, Network

PROJECT = Path(__file__).resolve().parent.parent
KINDS = ("native", "compose")


@dataclass(frozen=True)
class Home:
    """The lab's state folder: PACSLAB_STATE, else ``.pacslab`` in the project, else in the user's data folder."""

    folder: Path

    @classmethod
    def find(cls) -> Home:
        """The state folder of this process, made if it is missing."""
        if named := os.environ.get("PACSLAB_STATE"):
            folder = Path(named)
        elif (PROJECT / "pyproject.toml").is_file():
            folder = PROJECT / ".pacslab"
        else:
            folder = Path.home() / ".local" / "share" / "pacslab"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise SandboxError(
                t("The lab's state folder {folder} cannot be made: {reason}.", folder=folder, reason=error.strerror),
                t("Name another one in the environment variable PACSLAB_STATE."),
            ) from error
        return cls(folder.resolve())

    @property
    def work(self) -> Path:
        """The trainee's own folder: copies of the notebooks, and site.json."""
        return self.folder / "work"

    @property
    def site_file(self) -> Path:
        """The site as the trainee may edit it."""
        return self.work / "site.json"

    def keep_site(self, text: str, before: str | None) -> None:
        """Write ``site.json``. What the trainee wrote in it and never applied is kept beside it as ``site.edited.json``."""
        self.work.mkdir(parents=True, exist_ok=True)
        try:
            found = self.site_file.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            found = text
        if found not in (text, before):
            self.site_file.replace(self.work / "site.edited.json")
        write_private(self.site_file, text.encode())

    @property
    def progress(self) -> Path:
        return self.folder / "progress.sqlite"

    @property
    def masked(self) -> Path:
        """Copies of images that the hospital's research office has masked, which takes seconds."""
        return self.folder / "masked"

    @property
    def orthanc(self) -> Path:
        """Which Orthanc has had the archive's index."""
        return self.folder / "orthanc-version"

    @property
    def lock(self) -> Path:
        """Held by the ``pacslab start`` that runs here."""
        return self.folder / "session.lock"

    @property
    def session(self) -> Path:
        """What the running lab says of itself: process, URL."""
        return self.folder / "session.json"

    def sandbox(self, kind: str | None = None) -> NativeSandbox | ComposeSandbox:
        """The sandbox of this home. The kind is the one asked for, else PACSLAB_SANDBOX, else the one used last."""
        settings = read_json(self.folder / "lab.json") or {}
        kind = kind or os.environ.get("PACSLAB_SANDBOX") or settings.get("sandbox") or "native"
        if kind not in KINDS:
            raise SandboxError(t("There is no sandbox {kind!r}.", kind=kind), t("Use native or compose."))
        if kind == "compose":
            return ComposeSandbox(self.folder, Network.compose())
        sandbox = NativeSandbox(self.folder, Network.native(int(settings.get("instance", 0))))
        if sandbox.is_held:
            return sandbox
        instance = _free_instance(settings.get("instance"))
        write_json(self.folder / "lab.json", {"sandbox": kind, "instance": instance})
        return NativeSandbox(self.folder, Network.native(instance))


def _free_instance(last: int | None) -> int:
    """An instance number whose addresses nobody uses: PACSLAB_INSTANCE if set, else the last one, else the first free."""
    if named := os.environ.get("PACSLAB_INSTANCE"):
        if not named.isdigit() or int(named) not in INSTANCES:
            raise SandboxError(
                t("PACSLAB_INSTANCE is {value!r}.", value=named),
                t("Use a whole number from 0 to {last}.", last=INSTANCES[-1]),
            )
        return int(named)
    order: list[int] = [*([last] if last is not None else []), *INSTANCES]
    for number in order:
        if _is_free(Network.native(number)):
            return number
    raise SandboxError(t("All of the lab's loopback addresses are in use."), t("Stop the other labs on this machine."))


def _is_free(network: Network) -> bool:
    """Whether no lab runs on this address plan: the archive's console, which always listens, does not answer."""
    with socket.socket() as attempt:
        attempt.settimeout(1.0)
        return attempt.connect_ex((network.archive, ARCHIVE_HTTP_PORT)) != 0
