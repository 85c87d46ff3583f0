"""How well the inventory did: its findings held against the ledger of a synthetic set, by place.

The ledger is read here and nowhere else in this room.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.inventory.finding import SURE_ENOUGH, Box, Finding, Place
from synthetic_data import LedgerEntry, read_ledger
from synthetic_data import Place as Planted

_WHOLE = (Place.ELEMENT, Place.TEXT)
_COVERED = 0.85
_MOST_KEPT = 40


@dataclass(slots=True)
class PlaceScore:
    """Of one place: what was planted there and how much of it was found; what was found and how much of it was planted."""

    planted: int = 0
    found: int = 0
    reported: int = 0
    right: int = 0
    missed: list[LedgerEntry] = field(default_factory=list)
    wrong: list[Finding] = field(default_factory=list)

    @property
    def recall(self) -> float | None:
        return self.found / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        return self.right / self.reported if self.reported else None


@dataclass(frozen=True, slots=True)
class Score:
    """The score of each place, and the number of findings whose person was the right one, of those that name a patient."""

    places: Mapping[Place, PlaceScore]
    named: int
    named_right: int

    def total(self) -> PlaceScore:
        """All places together."""
        both = PlaceScore()
        for one in self.places.values():
            both.planted, both.found = both.planted + one.planted, both.found + one.found
            both.reported, both.right = both.reported + one.reported, both.right + one.right
        return both


def score(files: Iterable[tuple[str, Iterable[Finding]]], ledger: Path) -> Score:
    """Hold the findings of each file (its name below the folder) against the ledger's rows of that file.

    A plant is found when a finding covers it: the element, all characters of the span, at least 85 % of the box. A
    finding is right when it touches a plant. Findings that are less sure than `SURE_ENOUGH` count neither way. Times and
    dates alike must be found; kinds need not agree, since some values are two things at once.
    """
    places: dict[Place, PlaceScore] = defaultdict(PlaceScore)
    counts = [0, 0]
    planted = _by_file(ledger)
    for file, findings in files:
        entries = planted.pop(file, [])
        _score_file(entries, [one for one in findings if one.sure >= SURE_ENOUGH], places, counts)
    for entries in planted.values():
        _score_file(entries, [], places, counts)
    return Score(dict(sorted(places.items(), key=lambda pair: list(Place).index(pair[0]))), *counts)


def _by_file(ledger: Path) -> dict[str, list[LedgerEntry]]:
    """The ledger's rows by file: two readings of one table, in its order."""
    import duckdb  # for this alone; who scores nothing need not wait for it

    with duckdb.connect() as database:
        quoted = str(ledger).replace("'", "''")
        files = [row[0] for row in database.execute(f"SELECT file FROM read_parquet('{quoted}')").fetchall()]
    by_file: dict[str, list[LedgerEntry]] = defaultdict(list)
    for file, entry in zip(files, read_ledger(ledger), strict=True):
        by_file[file].append(entry)
    return by_file


def _score_file(
    entries: list[LedgerEntry], findings: list[Finding], places: dict[Place, PlaceScore], counts: list[int]
) -> None:
    by_tag: dict[Any, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_tag[_group(finding.place), finding.tag].append(finding)
    planted: dict[Any, list[LedgerEntry]] = defaultdict(list)
    for entry in entries:
        place = Place(entry.place.value)
        planted[_group(place), entry.tag].append(entry)
        there = by_tag.get((_group(place), entry.tag), [])
        covering = [one for one in there if _covers(one, entry)]
        one = places[place]
        one.planted += 1
        one.found += bool(covering)
        if not covering and len(one.missed) < _MOST_KEPT:
            one.missed.append(entry)
        if covering and entry.person.startswith("SYN-") and "/" not in entry.person:
            counts[0] += 1
            counts[1] += any(finding.person == entry.person for finding in covering)
    for finding in findings:
        one = places[finding.place]
        right = any(_touches(finding, entry) for entry in planted.get((_group(finding.place), finding.tag), []))
        one.reported += 1
        one.right += right
        if not right and len(one.wrong) < _MOST_KEPT:
            one.wrong.append(finding)


def _group(place: Place) -> Place:
    """Whole elements and spans in elements are two ways to say one place."""
    return Place.ELEMENT if place in _WHOLE else place


def _covers(finding: Finding, entry: LedgerEntry) -> bool:
    if not _on_page(finding, entry):
        return False
    if entry.box is not None:
        return finding.box is not None and (_part(entry.box, finding.box) >= _COVERED or _says(finding, entry))
    if entry.span is not None and finding.span is not None:
        return finding.span[0] <= entry.span[0] and finding.span[1] >= entry.span[1]
    if entry.place in (Planted.ELEMENT, Planted.PDF) and finding.span is None:
        return finding.value == entry.value
    return True


def _says(finding: Finding, entry: LedgerEntry) -> bool:
    """Whether a finding in a drawing touches a plant and has its very words."""
    return _touches(finding, entry) and finding.kind.value == entry.kind.value


def _touches(finding: Finding, entry: LedgerEntry) -> bool:
    if not _on_page(finding, entry):
        return False
    if entry.box is not None and finding.box is not None:
        return _part(finding.box, entry.box) > 0
    if entry.span is not None and finding.span is not None:
        return finding.span[0] < entry.span[1] and entry.span[0] < finding.span[1]
    return True


def _on_page(finding: Finding, entry: LedgerEntry) -> bool:
    """Whether both are on the same page or frame; a document's properties and a single frame have none."""
    if entry.page is None or finding.pages is None:
        return (entry.page is None) == (finding.pages is None)
    return finding.pages[0] <= entry.page <= finding.pages[1]


def _part(one: Box, other: Box) -> float:
    """How much of a box lies in another."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    area = (one[2] - one[0]) * (one[3] - one[1])
    return wide * tall / area if wide > 0 and tall > 0 and area > 0 else 0.0
