"""How long a probe may take in all. What waits, or waits for an answer, asks here how much of that is left.

Each request and each association has a time limit of its own; a probe makes many. Without a limit for all of them together, a
gateway that wants one to wait, or an archive that hangs, would hold a probe for a minute.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MOMENT_SECONDS = 0.5
"""So much is always left: a step that was begun gets an answer where one is to be had."""
_until: ContextVar[float | None] = ContextVar("until", default=None)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Within the context, in this thread, what is done takes so many seconds at most, and then breaks off."""
    token = _until.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


@contextmanager
def unhurried() -> Iterator[None]:
    """Within the context, in this thread, only each step's own limit holds: a probe takes away what it left behind, however late it is."""
    token = _until.set(None)
    try:
        yield
    finally:
        _until.reset(token)


def left(seconds: float) -> float:
    """``seconds``, or what is left of the time if that is less; a moment at least."""
    until = _until.get()
    return seconds if until is None else max(MOMENT_SECONDS, min(seconds, until - time.monotonic()))


def is_left(seconds: float) -> bool:
    """Whether one may wait that long."""
    until = _until.get()
    return until is None or time.monotonic() + seconds < until
