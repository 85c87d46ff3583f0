"""The whole score: every planted identifier of a set, in the files that a de-identification made of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lab.deid.problems import DeidError
from lab.deid.score.actions import actions_of
from lab.deid.score.harm import Harm, harm_of
from lab.deid.score.judging import Fate, Judged, found_elsewhere, judge
from lab.deid.score.objects import Seen, read_folder
from lab.deid.score.pairing import pair
from lab.deid.score.strays import naming_someone, other_files
from lab.i18n import t
from synthetic_data.errors import SyntheticDataError
from synthetic_data.ledger import Action, LedgerEntry
from synthetic_data.ledger_table import read_ledger
from synthetic_data.sets import LEDGER_NAME

Report = Callable[[int, int], None]
_EXAMPLES = 40


@dataclass(frozen=True)
class Score:
    """What leaked, by place, by kind and by what was asked for, and what was harmed."""

    files: int
    paired: int
    unpaired: tuple[str, ...]
    entries: int
    places: dict[str, tuple[int, int]]
    """Place to how many leaked, and how many were planted in files that have a target."""
    kinds: dict[str, tuple[int, int]]
    actions: dict[str, tuple[int, int]]
    """MIDI-B action to how many were done, and how many were asked for."""
    leaks: tuple[Judged, ...]
    elsewhere: tuple[LedgerEntry, ...]
    """Values that left their own place and can still be read in another of the same file."""
    not_checked: int
    harm: Harm
    strays: tuple[str, ...] = ()
    """Files of the target that were made from none of the source."""
    naming: tuple[str, ...] = ()
    """Those of them in which a planted value can be read."""

    @property
    def leaked(self) -> int:
        return len(self.leaks) + len(self.elsewhere)

    @property
    def clean(self) -> bool:
        """Whether there is something to score, nothing leaked, and nothing was left unchecked."""
        return self.paired > 0 and not self.leaked and not self.not_checked and not self.naming

    @property
    def survivors(self) -> int:
        """How many planted items (place, tag and kind) survive in at least one file."""
        items = {(judged.entry.place, judged.entry.tag, judged.entry.kind) for judged in self.leaks}
        return len(items | {(entry.place, entry.tag, entry.kind) for entry in self.elsewhere})

    def json(self) -> dict[str, Any]:
        """The score for programs. Examples quote the synthetic values that leaked."""
        harm = self.harm
        return {
            "files": self.files,
            "paired": self.paired,
            "entries": self.entries,
            "leaked": self.leaked,
            "survivors": self.survivors,
            "not_checked": self.not_checked,
            "places": {name: {"leaked": bad, "planted": many} for name, (bad, many) in self.places.items()},
            "kinds": {name: {"leaked": bad, "planted": many} for name, (bad, many) in self.kinds.items()},
            "actions": {name: {"done": good, "asked": many} for name, (good, many) in self.actions.items()},
            "elsewhere": len(self.elsewhere),
            "examples": [
                {"place": e.place, "tag": e.tag, "kind": e.kind, "value": e.value}
                for e in [judged.entry for judged in self.leaks[:_EXAMPLES]] + list(self.elsewhere[:_EXAMPLES])
            ],
            "harm": {
                "patients": harm.patients,
                "studies": harm.studies,
                "uids": harm.uids,
                "dates": harm.dates,
                "research": harm.research,
                "pixels": round(harm.pixels, 5),
                "invalid_files": harm.errors,
            },
            "unpaired": list(self.unpaired),
            "strays": {"files": len(self.strays), "naming_someone": list(self.naming[:_EXAMPLES])},
        }


def score(source: Path, target: Path, report: Report | None = None, *, validate: bool = True) -> Score:
    """Score the files of `target` against the ledger of the synthetic set `source`. Read-only.

    Files may have any names and UIDs. Raises DeidError when there is no ledger or no target.
    """
    entries = _ledger(source)
    sources = read_folder(source)
    if not target.is_dir():
        raise DeidError(
            t("There is no folder {path}.", path=target), t("Name the folder with the de-identified files.")
        )
    targets = read_folder(target, faults=True)
    matches = pair(sources, targets)
    judged: list[Judged] = []
    elsewhere: list[LedgerEntry] = []
    pairs = [(one, other) for one, other in zip(sources, matches, strict=True) if other is not None]
    for number, (one, other) in enumerate(pairs, 1):
        own = entries.get(one.text("SOPInstanceUID"), [])
        here = [judge(entry, one, other) for entry in own]
        known = {j.entry.value for j in here if j.fate is Fate.LEAKED}
        judged += here
        elsewhere += _elsewhere(own, known, other)
        _forget_pixels(one, other)
        if report is not None:
            report(number, len(pairs))
    missing = tuple(one.name for one, other in zip(sources, matches, strict=True) if other is None)
    strays = other_files(target, [other.path for _, other in pairs])
    naming = naming_someone(strays, (entry for own in entries.values() for entry in own))
    found = _summed(len(sources), missing, judged, elsewhere, harm_of(pairs, entries, validate))
    return replace(found, strays=_below(target, strays), naming=_below(target, naming))


def _below(folder: Path, paths: list[Path]) -> tuple[str, ...]:
    return tuple(path.relative_to(folder).as_posix() for path in paths)


def _elsewhere(entries: list[LedgerEntry], known: set[str], target: Seen) -> list[LedgerEntry]:
    """Values that are readable although none of their own places leaked; each once."""
    found = {}
    for entry in entries:
        if entry.value in known or entry.value in found or entry.action is Action.TEXT_RETAINED:
            continue
        if found_elsewhere(entry, target):
            found[entry.value] = entry
    return list(found.values())


def _forget_pixels(*seen: Seen) -> None:
    """Let decoded pixels go: a set may be larger than the memory."""
    for one in seen:
        one.__dict__.pop("frames", None)


def _ledger(source: Path) -> dict[str, list[LedgerEntry]]:
    path = source / LEDGER_NAME
    if not path.is_file():
        raise DeidError(
            t("{path} has no ledger: only a synthetic set has an answer key.", path=source),
            t("Make one: pacslab data generate --out hospital --objects all"),
        )
    entries: dict[str, list[LedgerEntry]] = defaultdict(list)
    try:
        for entry in read_ledger(path):
            entries[entry.sop_instance_uid].append(entry)
    except SyntheticDataError as error:
        raise DeidError(str(error)) from error
    return entries


def _summed(
    files: int, missing: tuple[str, ...], judged: list[Judged], elsewhere: list[LedgerEntry], harm: Harm
) -> Score:
    def counted(name: Callable[[LedgerEntry], str], wanted: Callable[[Judged], bool]) -> dict[str, tuple[int, int]]:
        total = Counter(name(one.entry) for one in judged)
        hit = Counter(name(one.entry) for one in judged if wanted(one))
        return {key: (hit[key], total[key]) for key in sorted(total)}

    return Score(
        files=files,
        paired=files - len(missing),
        unpaired=missing,
        entries=len(judged),
        places=counted(lambda e: e.place.value, lambda j: j.fate is Fate.LEAKED),
        kinds=counted(lambda e: e.kind.value, lambda j: j.fate is Fate.LEAKED),
        actions=actions_of(judged, harm),
        leaks=tuple(one for one in judged if one.fate is Fate.LEAKED),
        elsewhere=tuple(elsewhere),
        not_checked=sum(one.fate is Fate.NOT_CHECKED for one in judged),
        harm=harm,
    )
