"""The simulated Internet as a notebook holds it: search, call by hand, survey. Every use starts it when it is not there."""

from __future__ import annotations

import atexit
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from lab.course.cards import Card, Lines, Shown, Table
from lab.course.dissection import Dissected
from lab.course.progress_bar import progress_bar
from lab.course.served import Served
from lab.course.surveyed import Described, Searched, Surveyed
from lab.course.visited import Visited
from lab.errors import LabError
from lab.home import Home
from lab.i18n import t, tn
from lab.model import readable_date, readable_name
from lab.survey.conduct import conduct, in_a_loop
from lab.survey.engine.address import browser_address, noted
from lab.survey.engine.crawl import crawl
from lab.survey.engine.index import Index
from lab.survey.engine.query import parse
from lab.survey.engine.server import SearchServer, open_server
from lab.survey.shared import SharedInternet
from lab.survey.tool.call import SECONDS, Call
from lab.survey.tool.runner import Manners
from lab.survey.tool.store import Store, forget
from lab.survey.tool.target import Target
from lab.survey.tool.viewer import fetch, status_of
from lab.survey.wire.dimse import CANCELLED

_ROWS = 8
_NAMES, _DATES = ("PatientName", "ReferringPhysicianName"), ("StudyDate", "PatientBirthDate")


@dataclass(frozen=True, repr=False)
class Answered(Shown):
    """The answers to a C-FIND by hand: ``matches`` are keyword to value; ``status`` is the last one, None without one."""

    target: Target
    asked: tuple[str, ...]
    status: int | None
    matches: tuple[Mapping[str, str], ...]

    def __len__(self) -> int:
        return len(self.matches)

    def card(self) -> Card:
        rows = [tuple(_readable(name, match[name]) for name in self.asked) for match in self.matches[:_ROWS]]
        ended = "–" if self.status is None else f"0x{self.status:04X}"
        line = f"C-FIND {self.target.key} → {ended} {t('cancelled') if self.status == CANCELLED else ''}".rstrip()
        badge = tn("{n} match", "{n} matches", len(self.matches))
        return Card(t("Answer to the C-FIND"), "neutral", badge, [Table(self.asked, rows), Lines([line])])


class HandCall(Call):
    """A call whose answers show themselves. See ``lab.survey.tool.call.Call``."""

    def ask(self, **keys: str) -> Answered:
        """C-FIND at study level: an empty key is asked for, one with a value must match (``StudyDate="20190801-"``)."""
        status, matches = self.find(keys)
        return Answered(self.target, tuple(keys), status, tuple(matches))


class OpenInternet(Shown):
    """One epoch of the simulated Internet. ``targets`` is the public list of addresses; what they hold one has to ask.

    A notebook shows a progress bar while it is crawled or surveyed.
    """

    def __init__(self, folder: Path, epoch: int = 1) -> None:
        self._folder = folder
        self._world = SharedInternet(folder / "internet.json", epoch)
        self._index: Index | None = None
        self._page: SearchServer | None = None
        self._ending = ExitStack()
        atexit.register(self._ending.close)
        self._described = Described(self._world.population)
        self.targets = tuple(self._world.targets)

    @property
    def epoch(self) -> int:
        """1: summer 2019; 2: two months later."""
        return self._world.population.epoch

    def search(self, query: str) -> Searched:
        """The search engine: systems by what they say of themselves. The first call crawls. Raises LabError for the query."""
        conditions = parse(query)
        return Searched(query, self._crawled().search(conditions))

    def page(self) -> Served:
        """The search engine as a web page with a map, for as long as this notebook's kernel runs. Raises LabError without a free port."""
        index = self._crawled()
        self._world.ensure()  # the systems' own pages are reached through it
        if self._page is None:
            self._page = self._ending.enter_context(open_server(index))
            self._ending.enter_context(noted(self._page, Home(self._folder)))
            self._ending.callback(self._page.shutdown)
            threading.Thread(target=self._page.serve_forever, daemon=True).start()
        return Served(browser_address(self._page))

    def call(self, address: str) -> HandCall:
        """A connection to one system of the list. Raises LabError for any other address."""
        target = self._listed(address)
        self._world.ensure()
        return HandCall(target)

    def visit(self, address: str) -> Visited:
        """The start page of a listed system's web viewer, as everybody sees it. Raises LabError when it has none."""
        target = self._listed(address)
        if not target.web_port:
            raise LabError(t("{address} has no web viewer.", address=address), t("Search for has:viewer or has:web."))
        self._world.ensure()
        try:
            answer = in_a_loop(lambda: fetch(address, target.web_port, SECONDS))
        except (OSError, TimeoutError) as error:
            raise LabError(
                t("{address} does not answer: {reason}.", address=address, reason=error), t("Try again.")
            ) from error
        return Visited(target, status_of(answer), answer.partition(b"\r\n\r\n")[2].decode("utf-8", "replace"))

    def survey(
        self,
        name: str | None = None,
        *,
        first: int | None = None,
        rate: float = 2_000.0,
        fresh: bool = False,
        retry: bool = False,
        report: Callable[[int, int], None] | None = None,
    ) -> Surveyed:
        """Ask every listed system, or the ``first`` ones, politely once: an echo and one bounded query.

        Under a ``name`` the findings are kept in the lab's folder, and who was asked is not asked again; ``retry`` asks those again
        that were being asked when a survey was killed, ``fresh`` forgets everything. ``rate`` is new systems a second.
        """
        path = self._kept(name, fresh) if name is not None else None
        targets = self.targets[:first]
        settled = _settled(path, self._world.about, retry)
        going_on = None if name is None else t("Under the same name it goes on where it stopped.")
        self._world.ensure()
        with nullcontext(report) if report is not None else progress_bar() as shown:
            manners = Manners(rate, retry=retry)
            findings = conduct(targets, path, about=self._world.about, manners=manners, report=shown, going_on=going_on)
        asked = sum(target.place not in settled for target in targets)
        return Surveyed(findings, self.epoch, asked)

    def killed_survey(self, name: str, *, after: int, rate: float = 500.0) -> Surveyed:
        """Begin a survey in a process of its own, and kill it (kill -9) when ``after`` systems have a finding.

        Returns what its file holds then. ``survey(name)`` goes on from there.
        """
        path = self._kept(name, fresh=True)
        self._world.ensure()
        command = [sys.executable, "-m", "lab", "survey", "--join", "--json", "--output", str(path.resolve())]
        command += ["--rate", str(rate), "--seed", str(self._world.population.seed), "--epoch", str(self.epoch)]
        with subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
        ) as process:
            while process.poll() is None and _count(path) < after:
                time.sleep(0.02)
            process.kill()
            _, said = process.communicate()
        with closing(Store(path, self._world.about)) as store:
            findings = list(store.findings())
        if not findings:
            raise LabError(t("The survey did not begin."), t("Read the reason above."), said.splitlines())
        return Surveyed(findings, self.epoch, len(findings))

    def dissect(self, message: bytes) -> Dissected:
        """A message that crossed, byte by byte."""
        return Dissected(bytes(message))

    def stop(self) -> None:
        """End this Internet, if it was started here. The next use starts it again."""
        self._world.stop()

    def card(self) -> Card:
        return self._described.card()

    def _crawled(self) -> Index:
        if self._index is None:
            self._world.ensure()
            with progress_bar() as report:
                self._index = crawl(self.targets, report)
        return self._index

    def _kept(self, name: str, fresh: bool) -> Path:
        if not name.isidentifier():
            raise LabError(
                t("{name!r} is no name for a survey.", name=name), t("Use letters, digits and _, such as summer.")
            )
        folder = self._folder / "surveys"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.sqlite"
        if fresh:
            forget(path)
        return path

    def _listed(self, address: str) -> Target:
        target = next((target for target in self.targets if target.address == address), None)
        if target is None:
            raise LabError(
                t("{address} is not on the list of this Internet.", address=address),
                t("Take an address from a search, or from .targets; there is no switch for others."),
            )
        return target


def _settled(path: Path | None, about: str, retry: bool) -> set[tuple[str, int]]:
    """Which systems a kept survey does not ask (again)."""
    if path is None or not path.exists():
        return set()
    with closing(Store(path, about)) as store:
        return store.settled(retry)


def _count(path: Path) -> int:
    """How many findings another process has written so far."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as file:
        return int(file.execute("SELECT count(*) FROM findings").fetchone()[0])
    return 0


def _readable(name: str, value: str) -> str:
    return readable_name(value) if name in _NAMES else readable_date(value) if name in _DATES else value


__all__ = ["Answered", "HandCall", "OpenInternet"]
