"""Writing a cleaned file so that it appears whole under its name, or not at all."""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Container
from itertools import count
from pathlib import Path

from lab.deid.elements import Buffer
from lab.deid.problems import Reason, Unclean

PART = ".deid-part-"
_COPY = re.compile(r"[A-Z2-7]{10}/(?:[A-Z2-7]{8}/){2}[A-Z2-7]{16}\.dcm")
"""The names that `FileCleaner` gives; a file of another name is somebody else's."""
_numbers = count()


def store(target: Path, name: str, pieces: list[Buffer]) -> int:
    """Write the pieces under their name below the target; returns how many bytes.

    The name appears by one system call, when everything is written. What is there already is never overwritten: the same
    content is what a killed run left, other content raises Unclean. Raises OSError when the disk is full.
    """
    part = target / f"{PART}{os.getpid()}-{next(_numbers)}"
    final = target / name
    try:
        with part.open("xb") as file:
            file.writelines(pieces)
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(part, final)
        except FileExistsError:
            if final.read_bytes() != part.read_bytes():
                raise Unclean(Reason.SAME_TWICE) from None
        return part.stat().st_size
    finally:
        part.unlink(missing_ok=True)


def sweep(target: Path) -> None:
    """Remove what killed runs left unfinished."""
    for part in target.glob(f"{PART}*"):
        part.unlink(missing_ok=True)


def sweep_copies(target: Path, known: Container[str]) -> None:
    """Remove copies that nobody took note of: after a power failure they may be torn. They are made anew."""
    for copy in target.glob("*/*/*/*.dcm"):
        name = copy.relative_to(target).as_posix()
        if name not in known and _COPY.fullmatch(name):
            copy.unlink()


def settle(folder: Path) -> None:
    """Return when the disk has all that was written to this folder's file system. Raises OSError when it did not take it."""
    system = ctypes.CDLL(None, use_errno=True)
    if not hasattr(system, "syncfs"):
        os.sync()
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        if system.syncfs(handle):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    finally:
        os.close(handle)


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is on the disk under its name, or the one that was there before is."""
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)
