"""Tasks for workers that come to grief over one file, as a decoder does that crashes or never ends."""

from __future__ import annotations

import os
import signal
import time

from lab.deid import work


def dies_of_b(place: work.Place, names: list[str]) -> work.Done:
    if "b" in names:
        os.kill(os.getpid(), signal.SIGKILL)
    return work.Done([work.Line(name, (0, 0), f"{name}.clean") for name in names])


def sleeps_over_b(place: work.Place, names: list[str]) -> work.Done:
    if "b" in names:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
        time.sleep(600)
    return work.Done([work.Line(name, (0, 0), f"{name}.clean") for name in names])
