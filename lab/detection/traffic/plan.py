"""The day as a plan: what begins when. Made from the seed alone, before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from lab.detection.traffic import routine
from lab.detection.traffic.curve import DAY_SECONDS, moments
from lab.detection.traffic.intrusion import Found, known, named
from lab.detection.truth import Label

# how often on a whole day; the curve of the hours spreads them
_WORK: tuple[tuple[str, Callable[[routine.Work], Iterator[float]], float], ...] = (
    ("study-comes-in", routine.study_comes_in, 75),
    ("worklist", routine.worklist, 100),
    ("read-study", routine.read_study, 120),
    ("view", routine.view, 215),
    ("administer", routine.administer, 12),
)
POLL_SECONDS = 300.0
# at fixed times of the day, in hours
_FIXED: tuple[tuple[str, Callable[[routine.Work], Iterator[float]], tuple[float, ...]], ...] = (
    ("modality-check", routine.modality_check, (6.5, 12.9, 19.5)),
    ("back-up", routine.back_up, (2.2, 8.6)),
    ("export-for-research", routine.export_for_research, (8.4, 15.3, 21.0)),
    ("prepare-board", routine.prepare_board, (13.3,)),
)
_TASKS = {name: task for name, task, _ in (*_WORK, *_FIXED)} | {"poll": routine.poll}
MOST_INTRUSIONS, MOST_SCANS, QUIET_DAYS = 4, 2, 0.1
LATEST = 0.55
"""Share of a short day: an intrusion that begins later might not be over when the day is."""


@dataclass(frozen=True)
class Planned:
    """Something that begins at a time of day (seconds after midnight)."""

    begins: float
    name: str
    """Of the routine, or the id of an intrusion."""
    number: int
    """Makes each one's chance its own."""
    incident: str | None = None


@dataclass(frozen=True)
class Plan:
    """A day's beginnings in their order."""

    seed: int
    start: float
    end: float
    beginnings: tuple[Planned, ...]

    @property
    def intrusions(self) -> tuple[Found, ...]:
        """The kinds of intrusion of the day, each once."""
        names = dict.fromkeys(planned.name for planned in self.beginnings if planned.incident)
        return tuple(named(name) for name in sorted(names))

    @property
    def arrivals(self) -> int:
        """How many studies come in."""
        return sum(planned.name == "study-comes-in" for planned in self.beginnings)


def routine_task(name: str) -> Callable[[routine.Work], Iterator[float]]:
    """A task of the staff's routine by its name."""
    return _TASKS[name]


def make_plan(seed: int, hours: float = 24.0, intrusions: Sequence[str] | None = None) -> Plan:
    """Plan a day. A short one is cut from the morning on; ``intrusions`` names those to have, each once. Pure.

    Raises LabError for an intrusion that there is not.
    """
    start = min(8 * 3600.0, DAY_SECONDS - hours * 3600)
    end = start + hours * 3600
    found = [
        (moment, name)
        for name, _, per_day in _WORK
        for moment in moments(Random(f"{seed} {name}"), per_day, start, end)
    ]
    polls = int((end - start) // POLL_SECONDS)
    found += [(start + number * POLL_SECONDS, "poll") for number in range(polls)]
    found += [(hour * 3600, name) for name, _, times in _FIXED for hour in times if start <= hour * 3600 < end]
    beginnings = [Planned(moment, name, number) for number, (moment, name) in enumerate(sorted(found))]
    beginnings += _intrusions(seed, start, end, intrusions)
    return Plan(seed, start, end, tuple(sorted(beginnings, key=lambda planned: (planned.begins, planned.number))))


def _intrusions(seed: int, start: float, end: float, names: Sequence[str] | None) -> list[Planned]:
    random = Random(f"{seed} intrusions")
    chosen = [named(name).intrusion.id for name in names] if names is not None else _chosen(random)
    planned = []
    for number, name in enumerate(chosen):
        intrusion = known()[name].intrusion
        whole = end - start == DAY_SECONDS
        hours = intrusion.begins if whole else (start / 3600, (start + LATEST * (end - start)) / 3600)
        begins = 3600 * random.uniform(*hours)
        incident = f"{name}-{1 + chosen[:number].count(name)}"
        planned.append(Planned(begins, name, 100_000 + number, incident))
    return planned


def _chosen(random: Random) -> list[str]:
    """A few kinds of intrusion and a few scans; on some days nobody comes."""
    kinds = [name for name, found in known().items() if found.intrusion.label is Label.MALICIOUS]
    scans = [name for name, found in known().items() if found.intrusion.label is Label.SCAN]
    scanned = [random.choice(scans) for _ in range(random.randint(0, MOST_SCANS))]
    if random.random() < QUIET_DAYS:
        return scanned
    return [*random.sample(kinds, random.randint(1, MOST_INTRUSIONS)), *scanned]
