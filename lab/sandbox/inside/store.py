"""The archive's content as folders: the current one, and snapshots of it. Orthanc must be stopped meanwhile."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from pathlib import Path

from .files import STORAGE, make_folder
from .index import DICOM, attachments

CURRENT = STORAGE / "current"
SNAPSHOTS = STORAGE / "snapshots"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
LIVE = frozenset({"alter"})  # commands for which Orthanc goes on running


def prepare() -> None:
    """Make the folders, and finish or undo what a kill interrupted: a copy that was not whole yet is dropped."""
    make_folder(SNAPSHOTS)
    for leftover in (*STORAGE.glob(".*.part"), *SNAPSHOTS.glob(".*.part")):
        _remove(leftover)
    for whole in (*STORAGE.glob(".*.whole"), *SNAPSHOTS.glob(".*.whole")):
        _put(whole, whole.with_name(whole.name[1:].removesuffix(".whole")))
    make_folder(CURRENT)


def snapshots() -> list[str]:
    """The names of the snapshots, sorted. Read-only."""
    return sorted(path.name for path in SNAPSHOTS.iterdir() if NAME.fullmatch(path.name)) if SNAPSHOTS.is_dir() else []


def run(command: str, name: str | None) -> None:
    """Carry out ``clear``, ``snapshot``, ``restore``, ``forget`` or ``alter``. Raises ValueError when it cannot."""
    if command == "clear":
        _replace(None, CURRENT)
        return
    if not name or not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a snapshot's name: use small letters, digits and hyphens")
    if command == "alter":
        alter(name)
        return
    place = SNAPSHOTS / name
    if command == "snapshot":
        _replace(CURRENT, place)
    elif command == "restore":
        if not place.is_dir():
            raise ValueError(f"there is no snapshot {name!r}; there are: {', '.join(snapshots()) or 'none'}")
        _replace(place, CURRENT)
    elif command == "forget":
        shutil.rmtree(place, ignore_errors=True)
    else:
        raise ValueError(f"unknown command {command!r}")


def alter(instance: str) -> None:
    """Turn the last byte of an image's file over, as an intruder on the disk would alter an image; again, and it is as before."""
    try:
        known = attachments(CURRENT)
    except sqlite3.Error as error:
        raise ValueError(str(error)) from error
    file = next((file for file in known if (file.instance, file.kind) == (instance, DICOM)), None)
    if file is None:
        raise ValueError(f"the archive has no image {instance!r}")
    with file.path(CURRENT).open("r+b") as content:
        content.seek(-1, os.SEEK_END)
        last = content.read(1)[0]
        content.seek(-1, os.SEEK_END)
        content.write(bytes([last ^ 0xFF]))


def _replace(source: Path | None, place: Path) -> None:
    """Put a copy of ``source`` (or nothing) in a place, whole or not at all, whenever a kill comes."""
    part, whole = (place.with_name(f".{place.name}.{state}") for state in ("part", "whole"))
    shutil.rmtree(part, ignore_errors=True)
    if source is None:
        part.mkdir()
    else:
        shutil.copytree(source, part)
    os.replace(part, whole)
    _put(whole, place)


def _put(whole: Path, place: Path) -> None:
    """Exchange what is in a place for a whole copy. A kill in between leaves the copy for ``prepare`` to put there."""
    old = place.with_name(f".{place.name}.old.part")
    _remove(old)
    if place.exists():
        os.replace(place, old)
    os.replace(whole, place)
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
