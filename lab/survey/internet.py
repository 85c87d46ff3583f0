"""The simulated Internet as something to hold: start it, ask for its list of addresses, end it."""

from __future__ import annotations

import errno
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from lab.errors import LabError
from lab.i18n import t
from lab.survey.addresses import require_on_internet
from lab.survey.population import SEED, Population
from lab.survey.tool.target import Target, targets_of

_END_SECONDS = 5.0
_SAMPLE = 20


class Internet:
    """2,300 systems on the loopback addresses 127.64.0.0/10, in one process that ends with this one.

    ``population`` says what there is; a survey must do without it and takes ``targets`` only. A context manager.
    """

    def __init__(self, seed: int | str = SEED, epoch: int = 1) -> None:
        self.population = Population.of(str(seed), epoch)
        self._process: subprocess.Popen[str] | None = None

    @property
    def targets(self) -> list[Target]:
        """The public list: addresses, ports and countries, as a search engine for devices gives them."""
        return targets_of(self.population.known)

    @property
    def about(self) -> str:
        """Which Internet this is: what a survey's file says that it is of."""
        return f"seed {self.population.seed}, epoch {self.population.epoch}"

    def is_served(self) -> bool:
        """Whether some process holds the first addresses of the list. Found out without connecting to any: nobody is asked."""
        return any(_taken(target.address, target.port) for target in self.targets[:_SAMPLE])

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process that answers at all addresses."""
        return self._process.pid if self._process is not None and self.running else None

    def start(self) -> Internet:
        """Open every address and return when all answer. Raises LabError when they cannot be opened."""
        if self.running:
            return self
        command = [sys.executable, "-m", "lab.survey.world", str(self.population.seed), str(self.population.epoch)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).resolve().parents[2]
        )
        assert self._process.stdout is not None
        first = self._process.stdout.readline().strip()
        if first != "ready":
            said = [first, *self._process.stdout.read().splitlines()]
            self.stop()
            raise LabError(
                t("The simulated Internet did not start."),
                t("End another simulated Internet on this machine, or read the reason above."),
                [line for line in said if line],
            )
        return self

    def stop(self) -> None:
        """Close every address. No process is left."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def __enter__(self) -> Internet:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _taken(address: str, port: int) -> bool:
    """Whether somebody listens there already. Nothing is sent, and nothing listens here afterwards."""
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((require_on_internet(address), port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False
