"""The simulated Internet as a notebook holds it: search, call by hand, survey. Every use starts it when it is not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.course.cards import Card, Lines, Shown, Table
from lab.course.dissection import Dissected
from lab.course.surveyed import Described, Searched, Surveyed
from lab.errors import LabError
from lab.i18n import t, tn
from lab.model import readable_date, readable_name
from lab.survey.conduct import conduct
from lab.survey.engine.crawl import crawl
from lab.survey.engine.index import Index
from lab.survey.engine.query import parse
from lab.survey.shared import SharedInternet
from lab.survey.tool.call import Call
from lab.survey.tool.runner import Manners
from lab.survey.tool.store import Store
from lab.survey.tool.target import Target
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
    """One epoch of the simulated Internet. ``targets`` is the public list of addresses; what they hold one has to ask."""

    def __init__(self, folder: Path, epoch: int = 1) -> None:
        self._folder = folder
        self._world = SharedInternet(folder / "internet.json", epoch)
        self._index: Index | None = None
        self._described = Described(self._world.population)
        self.targets = tuple(self._world.targets)

    @property
    def epoch(self) -> int:
        """1: summer 2019; 2: two months later."""
        return self._world.population.epoch

    def search(self, query: str) -> Searched:
        """The search engine: systems by what they say of themselves. The first call crawls. Raises LabError for the query."""
        conditions = parse(query)
        if self._index is None:
            self._world.ensure()
            self._index = crawl(self.targets)
        return Searched(query, self._index.search(conditions))

    def call(self, address: str) -> HandCall:
        """A connection to one system of the list. Raises LabError for any other address."""
        target = next((target for target in self.targets if target.address == address), None)
        if target is None:
            raise LabError(
                t("{address} is not on the list of this Internet.", address=address),
                t("Take an address from a search, or from .targets; there is no switch for others."),
            )
        self._world.ensure()
        return HandCall(target)

    def survey(
        self,
        name: str | None = None,
        *,
        first: int | None = None,
        rate: float = 2_000.0,
        fresh: bool = False,
        report: Callable[[int, int], None] | None = None,
    ) -> Surveyed:
        """Ask every listed system, or the ``first`` ones, politely once: an echo and one bounded query.

        Under a ``name`` the findings are kept in the lab's folder, and what has answered is not asked again; ``fresh`` forgets
        them. ``rate`` is new systems a second.
        """
        path = self._kept(name, fresh) if name is not None else None
        about = f"epoch {self.epoch}"
        targets = self.targets[:first]
        known = _known(path, about)
        self._world.ensure()
        findings = conduct(targets, path, about=about, manners=Manners(rate), report=report)
        asked = sum((target.address, target.port) not in known for target in targets)
        return Surveyed(findings, self.epoch, asked)

    def dissect(self, message: bytes) -> Dissected:
        """A message that crossed, byte by byte."""
        return Dissected(bytes(message))

    def stop(self) -> None:
        """End this Internet, if it was started here. The next use starts it again."""
        self._world.stop()

    def card(self) -> Card:
        return self._described.card()

    def _kept(self, name: str, fresh: bool) -> Path:
        if not name.isidentifier():
            raise LabError(
                t("{name!r} is no name for a survey.", name=name), t("Use letters, digits and _, such as summer.")
            )
        folder = self._folder / "surveys"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.sqlite"
        if fresh:
            for ending in ("", "-wal", "-shm"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
        return path


def _known(path: Path | None, about: str) -> set[tuple[str, int]]:
    """Which systems a kept survey has answers of."""
    if path is None or not path.exists():
        return set()
    store = Store(path, about)
    try:
        return store.known()
    finally:
        store.close()


def _readable(name: str, value: str) -> str:
    return readable_name(value) if name in _NAMES else readable_date(value) if name in _DATES else value


__all__ = ["Answered", "HandCall", "OpenInternet"]
