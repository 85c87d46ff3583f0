"""One simulated Internet for all notebooks of a trainee: whoever asks next joins the one that answers, or starts it."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from lab.errors import LabError
from lab.i18n import t
from lab.sandbox.inside.files import read_json, write_json
from lab.survey.internet import Internet

_END_SECONDS = 10.0


class SharedInternet(Internet):
    """The Internet of one epoch, held together by a file that says which process answers.

    ``ensure`` before each use: a process of the other epoch is ended (two cannot have the same addresses), one of this epoch is
    used, also when another notebook started it. The process ends with the notebook that started it.
    """

    def __init__(self, note: Path, epoch: int = 1) -> None:
        super().__init__(epoch=epoch)
        self._note = note

    def ensure(self) -> None:
        """Return when this Internet answers. Raises LabError when it cannot be started."""
        what = {"seed": str(self.population.seed), "epoch": self.population.epoch}
        noted = read_json(self._note) or {}
        pid = noted.get("pid")
        if isinstance(pid, int) and _is_world(pid):
            if {name: noted.get(name) for name in what} == what:
                return
            _end(pid)
        self.stop()
        self.start()
        write_json(self._note, {"pid": self.pid, **what})


def _is_world(pid: int) -> bool:
    """Whether this process is a simulated Internet (numbers are used again)."""
    with suppress(OSError):
        return b"lab.survey.world" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return False


def _end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + _END_SECONDS
    while _is_world(pid):
        if time.monotonic() > until:
            raise LabError(
                t("The other simulated Internet (process {pid}) does not end.", pid=pid),
                t("Shut down the other notebook's kernel and try again."),
            )
        time.sleep(0.02)
