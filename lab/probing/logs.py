"""Reading the hospital's logs once they have been written."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from lab.clients.machine import Machine

SETTLE_SECONDS = 0.2
_STEP_SECONDS = 0.05


def lines_after(machine: Machine, log: str, start: int) -> list[str]:
    """The lines that a log has got since byte ``start``, once it has been still for a moment."""
    length = -1
    while machine.log_end(log) != length:
        length = machine.log_end(log)
        time.sleep(SETTLE_SECONDS)
    return machine.log_lines(log, start)


def await_line(
    machine: Machine, starts: Mapping[str, int], wanted: Callable[[str], bool], seconds: float
) -> str | None:
    """The first wanted line that one of the logs (name to byte) gets within so many seconds; None when none gets one."""
    deadline = time.monotonic() + seconds
    while True:
        lines = (line for log, start in starts.items() for line in machine.log_lines(log, start))
        found = next((line for line in lines if wanted(line)), None)
        if found is not None or time.monotonic() > deadline:
            return found
        time.sleep(_STEP_SECONDS)
