"""A recorded day: a folder with what the sensors saw (``sensors/``), how it was played (``day.json``) and the truth."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from lab.detection.clock import Clock
from lab.detection.truth import Truth
from lab.errors import LabError
from lab.i18n import t
from lab.saving import in_words, require_folder

FORMAT = 1
TRUTH, DAY, SENSORS = "truth.sqlite", "day.json", "sensors"
# sensor -> its file below sensors/
FILES = {
    "orthanc": "orthanc.log",
    "gateway-access": "gateway-access.log",
    "gateway-stream": "gateway-stream.log",
    "capture": "capture.pcap",
    "changes": "changes.json",
    "jobs": "jobs.json",
    "metadata": "metadata.json",
    "files": "files.json",
    "index": "index.json",
}


@dataclass(frozen=True)
class Day:
    """How a day was played: what one needs to read its sensors. Nothing in it tells who is an intruder."""

    seed: int
    hours: float
    speed: float
    date: str
    """The simulated day, ISO 8601."""
    start: float
    """The time of day at which it begins, in seconds after midnight."""
    real_start: float
    real_end: float
    """In seconds since 1970 (UTC)."""
    utc_offset: int
    """Of Orthanc's log lines, which carry neither year nor zone: seconds east of UTC."""
    sandbox: str
    prefix: str
    """The first two octets of the zones' addresses."""
    transparent: bool
    """Whether every client has its own address in the logs (native), or each zone has one (compose)."""
    version: str
    """Of Orthanc."""
    sensors: tuple[str, ...]
    """The sensors that were on: keys of ``FILES``."""
    site: dict[str, Any]
    """The site as data; what a hospital knows of itself (modalities, accounts) stands in it."""
    staff: tuple[dict[str, Any], ...]
    """The hospital's own people and equipment: who, role, zone, address, aet, account."""
    treatment: dict[str, tuple[str, ...]]
    """Account of a doctor -> PatientIDs in her care on this day, as the hospital's information system has it (*modelled*)."""

    @property
    def clock(self) -> Clock:
        """Which moment of the simulated day a log line's real time stands for."""
        return Clock(date.fromisoformat(self.date), self.start, self.real_start, self.speed)


@dataclass(frozen=True)
class Recording:
    """A recorded day in its folder."""

    folder: Path

    @classmethod
    def load(cls, folder: Path | str) -> Recording:
        """Take up a recording. Raises LabError when the folder holds none, or one of another format. Read-only."""
        recording = cls(Path(folder))
        recording.day  # noqa: B018  (read, and so checked, now)
        if not (recording.folder / TRUTH).is_file():
            raise _no_recording(folder, f"{TRUTH} is missing")
        return recording

    @cached_property
    def day(self) -> Day:
        """How it was played."""
        try:
            data = json.loads((self.folder / DAY).read_text("utf-8"))
            if data.pop("format") != FORMAT:
                raise ValueError("another format")
            tuples = {"sensors": tuple(data["sensors"]), "staff": tuple(data["staff"])}
            treatment = {account: tuple(patients) for account, patients in data["treatment"].items()}
            return Day(**data | tuples | {"treatment": treatment})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise _no_recording(self.folder, str(error) or type(error).__name__) from error

    @cached_property
    def truth(self) -> Truth:
        """The answer key."""
        return Truth.load(self.folder / TRUTH)

    def sensor(self, name: str) -> Path | None:
        """The file of a sensor (a key of ``FILES``), or None when it was off or could not run. Read-only."""
        path = self.folder / SENSORS / FILES[name]
        return path if path.is_file() else None

    def json(self, name: str) -> Any:
        """The content of a sensor that is JSON; None when there is none. Read-only."""
        path = self.sensor(name)
        return json.loads(path.read_text("utf-8")) if path else None

    def save(self, folder: Path | str) -> Recording:
        """Copy the recording to another folder, whole or not at all; a recording that lies there is replaced."""
        with_new(Path(folder), lambda part: shutil.copytree(self.folder, part, dirs_exist_ok=True))
        return Recording(Path(folder))


def write_day(day: Day, folder: Path) -> None:
    """Write ``day.json`` into a folder."""
    text = json.dumps({"format": FORMAT, **asdict(day)}, ensure_ascii=False, indent=1)
    (folder / DAY).write_text(text + "\n", "utf-8")


def require_free(folder: Path) -> None:
    """Raise LabError when a folder holds something that is no recording, which would be replaced, or cannot be made."""
    if folder.exists() and not (folder.is_dir() and ((folder / DAY).is_file() or not any(folder.iterdir()))):
        raise LabError(
            t("{folder} is there already and is no recorded day.", folder=folder),
            t("Name a new folder, or one with an older recording."),
        )
    require_folder(folder)


def with_new(folder: Path, fill: Callable[[Path], object]) -> None:
    """Fill a new folder beside ``folder`` and put it in its place, whole or not at all."""
    require_free(folder)
    with in_words(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
    for rest in folder.parent.glob(f".{folder.name}.*.part"):  # of a day that was killed
        shutil.rmtree(rest, ignore_errors=True)
    part, old = (folder.with_name(f".{folder.name}.{os.getpid()}.{state}") for state in ("part", "old"))
    try:
        with in_words(folder):
            part.mkdir()
        _filled(fill, part, folder)
        with in_words(folder):
            if folder.exists():
                os.replace(folder, old)
            os.replace(part, folder)
    finally:
        for rest in (part, old):
            shutil.rmtree(rest, ignore_errors=True)


def _filled(fill: Callable[[Path], object], part: Path, folder: Path) -> None:
    """Fill a folder; of what may go wrong meanwhile, a full disk is put into words."""
    try:
        fill(part)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        with in_words(folder):
            raise


def _no_recording(folder: Path | str, reason: str) -> LabError:
    return LabError(
        t("{folder} holds no recorded day: {reason}.", folder=folder, reason=reason),
        t("Record one: pacslab day --save FOLDER."),
    )
