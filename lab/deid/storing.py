"""Writing a cleaned file so that it appears whole under its name, or not at all."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

from lab.deid.elements import Buffer
from lab.deid.problems import Reason, Unclean

PART = ".deid-part-"
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
