"""A set of files on disk: who may write where, what is finished, and how an interrupted one goes on."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from synthetic_data.errors import SyntheticDataError
from synthetic_data.ledger_part import SUFFIX
from synthetic_data.options import Options

LEDGER_NAME = "ledger.parquet"
OPTIONS_NAME = "hospital.json"
PARTS_NAME = ".ledger"
UNFINISHED = ".part"
SPARE_BYTES = 64_000_000
"""What must stay free on the disk besides the files: the ledger, and room to breathe."""

Progress = Callable[[int, int], None]
"""Called with how many instances are done, and how many there are."""


@dataclass(frozen=True)
class Written:
    """What a set holds: the folder, the number of DICOM files and their bytes, and the number of ledger rows."""

    folder: Path
    instances: int
    bytes: int
    ledger_entries: int


class SetFolder:
    """The folder of one set. `claim` before anything else, and `release` at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts = folder / PARTS_NAME
        self._lock: int | None = None

    def ledger_part(self, shard: str) -> Path:
        """Where a patient's share of the ledger waits until the set is complete."""
        return self.parts / f"{shard}{SUFFIX}"

    def has(self, shard: str) -> bool:
        """Whether a patient is complete."""
        return (self.folder / shard).is_dir() and self.ledger_part(shard).is_file()

    def claim(self, options: Options) -> None:
        """Make the folder, or make sure that it is empty or holds the beginning of the set of these options."""
        folder = self.folder
        if folder.exists() and not folder.is_dir():
            raise SyntheticDataError(f"{str(folder)!r} is a file; name a folder that is empty or does not exist yet.")
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            self._require_unfinished(options)
        else:
            unfinished = folder / (OPTIONS_NAME + UNFINISHED)
            unfinished.write_text(json.dumps(options.to_json(), indent=1) + "\n", encoding="utf-8")
            os.replace(unfinished, folder / OPTIONS_NAME)
        self.parts.mkdir(exist_ok=True)
        self._lock_out_others()
        self._clear_unfinished()

    def _lock_out_others(self) -> None:
        """Keep a second run out of the folder; the kernel lets go of a lock whose process was killed."""
        self._lock = os.open(self.parts, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SyntheticDataError(
                f"another run is writing into {str(self.folder)!r}; wait until it is done, or name another folder."
            ) from error
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.ENOTSUP):  # a network drive without locks
                raise

    def release(self) -> None:
        """Let others into the folder again."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def bytes_there(self) -> int:
        """How much of the set's space is taken by it already: by patients that are complete, and by what will be cleared."""
        return sum(
            path.stat().st_size
            for folder in self.folder.glob("patient-*")
            if folder.suffix == UNFINISHED or self.has(folder.name)
            for path in folder.rglob("*")
            if path.is_file()
        )

    def _require_unfinished(self, options: Options) -> None:
        folder = self.folder
        try:
            found = json.loads((folder / OPTIONS_NAME).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = None
        if found is None or (folder / LEDGER_NAME).exists():
            raise SyntheticDataError(f"{str(folder)!r} is not empty; empty it first, or name another folder.")
        if found != options.to_json():
            raise SyntheticDataError(
                f"{str(folder)!r} holds the unfinished beginning of another set; {OPTIONS_NAME} in it says of which. "
                "Repeat those options to complete it, or name another folder."
            )

    @property
    def free(self) -> int:
        """How many bytes are free on the disk where the folder is or will be."""
        return self._usage.free

    @property
    def _usage(self) -> shutil._ntuple_diskusage:
        return shutil.disk_usage(next(path for path in (self.folder, *self.folder.absolute().parents) if path.exists()))

    def require_space(self, needed: int) -> None:
        """Raise SyntheticDataError when the disk has no room for so many bytes more."""
        usage = self._usage
        if usage.total and needed + SPARE_BYTES > usage.free:
            raise SyntheticDataError(
                f"the files take about {in_bytes(needed)}, but only {in_bytes(usage.free)} are free at {str(self.folder)!r}; "
                "ask for fewer patients or modalities, or name a folder on another disk."
            )

    def finish(self) -> None:
        """Forget the parts of the ledger, once it is complete, and what a lost worker left."""
        self._clear_unfinished()
        shutil.rmtree(self.parts, ignore_errors=True)

    def _clear_unfinished(self) -> None:
        for left in self.folder.glob(f"*{UNFINISHED}"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        for left in (*self.parts.glob(f"*{UNFINISHED}"), *self.folder.glob(f"*/*{UNFINISHED}.wl")):
            left.unlink()


def in_bytes(count: int) -> str:
    """A size for people: kB, MB or GB."""
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:.{1 if unit == 'GB' else 0}f} {unit}"
    return f"{count / 1e3:.0f} kB"
