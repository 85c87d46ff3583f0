"""Bounds of one file: whatever it holds, it takes so much time and memory and no more, and no process outlives its run."""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import connection, parent_process
from types import FrameType

from lab.deid.problems import Reason, Unclean

SECONDS = 300
"""After so long a file stays behind. A decoder that does not listen is stopped from outside, see crew.py."""
_MEMORY = 8 << 30


@contextmanager
def in_time(seconds: float = SECONDS) -> Iterator[None]:
    """Raise Unclean in the block after so many seconds, again and again until somebody listens.

    Only a process's main thread can be interrupted; in another one nothing is bounded.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def too_slow(signum: int, frame: FrameType | None) -> None:
        raise Unclean(Reason.TOO_SLOW)

    before = signal.signal(signal.SIGALRM, too_slow)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def bind_process() -> None:
    """Bound this worker's memory, and end it with the process that it works for, even if that one is killed."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    with suppress(ValueError, OSError):  # macOS has the limit and does not let one set it
        resource.setrlimit(
            resource.RLIMIT_AS, (_MEMORY if most == resource.RLIM_INFINITY else min(_MEMORY, most), most)
        )
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
