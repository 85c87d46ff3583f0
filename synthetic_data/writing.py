"""Files on disk: each complete under its name, or not there at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from synthetic_data.errors import SyntheticDataError
from synthetic_data.instance import Instance

LEDGER_NAME = "ledger.jsonl"
_UNFINISHED = ".part"


@dataclass(frozen=True)
class Written:
    """What was written: the folder, the number of DICOM files and their bytes, and the number of ledger lines."""

    folder: Path
    instances: int
    bytes: int
    ledger_entries: int


def write_instances(
    folder: Path, instances: Iterable[Instance], total: int, progress: Callable[[int, int], None] | None
) -> Written:
    """Write the instances and their ledger below an empty folder; see `Hospital.write`."""
    ledger = folder / (LEDGER_NAME + _UNFINISHED)
    try:
        _claim(folder)
        done = size = entries = 0
        with ledger.open("w", encoding="utf-8", newline="\n") as lines:
            for instance in instances:
                size += _write_file(folder / instance.path, instance.encode())
                for entry in instance.ledger:
                    lines.write(entry.to_json() + "\n")
                    entries += 1
                done += 1
                if progress is not None:
                    progress(done, total)
        os.replace(ledger, folder / LEDGER_NAME)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SyntheticDataError(f"cannot write to {str(folder)!r}: {reason}.") from error
    finally:
        if ledger.exists():
            ledger.unlink()
    return Written(folder, done, size, entries)


def _claim(folder: Path) -> None:
    """Make the folder, or make sure that it is empty."""
    if folder.exists() and not folder.is_dir():
        raise SyntheticDataError(f"{str(folder)!r} is a file; name a folder that is empty or does not exist yet.")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SyntheticDataError(f"{str(folder)!r} is not empty; empty it first, or name another folder.")


def _write_file(path: Path, content: bytes) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + _UNFINISHED)
    try:
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return len(content)
