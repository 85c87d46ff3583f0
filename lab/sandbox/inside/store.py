"""The archive's content as folders: the current one, and snapshots of it. Orthanc must be stopped meanwhile."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from .files import STORAGE

CURRENT = STORAGE / "current"
SNAPSHOTS = STORAGE / "snapshots"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")


def prepare() -> None:
    """Make the folders, and finish or undo what a kill interrupted."""
    for folder in (CURRENT, SNAPSHOTS):
        folder.mkdir(parents=True, exist_ok=True)
    for leftover in (*STORAGE.glob(".*.part"), *SNAPSHOTS.glob(".*.part")):
        shutil.rmtree(leftover, ignore_errors=True)


def snapshots() -> list[str]:
    """The names of the snapshots, sorted. Read-only."""
    return sorted(path.name for path in SNAPSHOTS.iterdir() if NAME.fullmatch(path.name)) if SNAPSHOTS.is_dir() else []


def run(command: str, name: str | None) -> None:
    """Carry out ``clear``, ``snapshot``, ``restore`` or ``forget``. Raises ValueError when it cannot."""
    if command == "clear":
        _exchange(None)
        return
    if not name or not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a snapshot's name: use small letters, digits and hyphens")
    place = SNAPSHOTS / name
    if command == "snapshot":
        part = SNAPSHOTS / f".{name}.part"
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(CURRENT, part)
        shutil.rmtree(place, ignore_errors=True)
        os.replace(part, place)
    elif command == "restore":
        if not place.is_dir():
            raise ValueError(f"there is no snapshot {name!r}; there are: {', '.join(snapshots()) or 'none'}")
        _exchange(place)
    elif command == "forget":
        shutil.rmtree(place, ignore_errors=True)
    else:
        raise ValueError(f"unknown command {command!r}")


def _exchange(source: Path | None) -> None:
    """Put a copy of ``source`` (or nothing) in the place of the current content, whole or not at all."""
    part, old = STORAGE / ".new.part", STORAGE / ".old.part"
    shutil.rmtree(part, ignore_errors=True)
    if source is None:
        part.mkdir()
    else:
        shutil.copytree(source, part)
    shutil.rmtree(old, ignore_errors=True)
    os.replace(CURRENT, old)
    os.replace(part, CURRENT)
    shutil.rmtree(old, ignore_errors=True)
