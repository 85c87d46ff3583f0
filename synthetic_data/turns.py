"""Whose turn it is: several processes take patients from one pipe, and say by another what they wrote of each.

Everyone takes the next patient when the last one is done, and all are done at about the same time; patients handed out
beforehand would keep one process waiting for another at the end. The kernel reads and writes a few bytes of a pipe whole,
without a lock that a killed process could leave behind.
"""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext

_TURN = struct.Struct("i")
_REPORT = struct.Struct("qq")
_AT_ONCE = 256
"""So many turns are fewer bytes than a pipe takes in one piece (PIPE_BUF, at least 512 by POSIX, 4096 on Linux)."""


class Turns:
    """In the process that starts the others: `ends` is what they get. `close` in the end."""

    def __init__(self, context: BaseContext, indices: Iterable[int]) -> None:
        self._todo, self._give = context.Pipe(duplex=False)
        self._reports, self._report = context.Pipe(duplex=False)
        self.ends = (self._todo, self._report)
        self._feeder = threading.Thread(target=self._feed, args=(iter(indices),), daemon=True)
        self._feeder.start()

    def _feed(self, indices: Iterator[int]) -> None:
        """Put every turn into the pipe, which holds some thousands of them; its end says that there are no more."""
        with self._give:
            turns = b"".join(map(_TURN.pack, indices))
            for start in range(0, len(turns), _AT_ONCE * _TURN.size):
                os.write(self._give.fileno(), turns[start : start + _AT_ONCE * _TURN.size])

    def __iter__(self) -> Iterator[int]:
        """This process's own turns."""
        return turns(self._todo)

    def reported(self, at_once: bool) -> Iterator[tuple[int, int]]:
        """What the others have said so far, or else, until all of them have closed their end."""
        if not at_once:
            self._report.close()
        while not at_once or wait([self._reports], timeout=0):
            said = os.read(self._reports.fileno(), _REPORT.size)
            if not said:
                return
            yield _REPORT.unpack(said)

    def close(self) -> None:
        """Nobody gets another turn."""
        while os.read(self._todo.fileno(), 1 << 16):
            pass
        self._feeder.join()
        for end in (self._todo, self._reports, self._report):
            end.close()


def turns(todo: Connection) -> Iterator[int]:
    """One's turns, each taken when the one before is done, until there are none."""
    while taken := os.read(todo.fileno(), _TURN.size):
        yield _TURN.unpack(taken)[0]


def report(end: Connection, instances: int, size: int) -> None:
    """Say what was written in one's turn."""
    os.write(end.fileno(), _REPORT.pack(instances, size))
