"""What became of one planted identifier: gone, still there, or gone with something that research needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from lab.deid.score.objects import Seen
from synthetic_data.ledger import Action, Kind, LedgerEntry, Place

_ALIKE = 0.5
DISTINCT = 6
_PIXEL_DATA = "(7FE0,0010)"
EVERYWHERE = frozenset(
    (Kind.NAME, Kind.PATIENT_ID, Kind.NATIONAL_ID, Kind.ADDRESS, Kind.PHONE, Kind.EMAIL, Kind.ACCESSION_NUMBER, Kind.UID,
     Kind.CASE_ID, Kind.INSTITUTION, Kind.DEVICE)
)  # fmt: skip


class Fate(StrEnum):
    """What became of it."""

    GOOD = "good"
    LEAKED = "leaked"
    LOST = "lost"
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True)
class Judged:
    """An entry of the ledger and what became of it."""

    entry: LedgerEntry
    fate: Fate
    new: str | None = None
    """What stands in its place now; None for nothing, and for what is no element."""


def judge(entry: LedgerEntry, source: Seen, target: Seen) -> Judged:
    """Judge one entry by the file that was made of its own."""
    new = target.value(entry.tag) if entry.place in (Place.ELEMENT, Place.FILE_META) else None
    return Judged(entry, _fate(entry, source, target), new)


def _fate(entry: LedgerEntry, source: Seen, target: Seen) -> Fate:
    match entry.place:
        case Place.PIXELS | Place.OVERLAY:
            return _drawn(entry, source, target)
        case Place.PDF:
            return _printed(entry, source, target)
        case Place.FILE_NAME:
            return Fate.LEAKED if entry.value in target.name else Fate.GOOD
        case Place.PREAMBLE:
            preamble = getattr(target.dataset, "preamble", None) or b""
            return Fate.LEAKED if entry.value.encode() in preamble else Fate.GOOD
    value = target.value(entry.tag)
    if entry.action is Action.TEXT_RETAINED:
        return Fate.GOOD if value is not None and _same(value, entry.value) else Fate.LOST
    if value is None:
        return (
            Fate.LOST if entry.action in (Action.DATE_SHIFTED, Action.UID_CHANGED, Action.UID_CONSISTENT) else Fate.GOOD
        )
    if entry.action is Action.DATE_SHIFTED:
        if entry.kind is Kind.TIME:
            return Fate.GOOD if value else Fate.LOST
        if entry.value[:8] in value:
            return Fate.LEAKED
        return Fate.GOOD if value else Fate.LOST
    return Fate.LEAKED if _holds(value, entry.value) else Fate.GOOD


def found_elsewhere(entry: LedgerEntry, target: Seen) -> bool:
    """Whether the value can be read anywhere in the file; short ones are too common to tell."""
    return entry.kind in EVERYWHERE and len(entry.value) >= DISTINCT and entry.value in target.words


def _holds(value: str, planted: str) -> bool:
    if len(planted) < 3:
        return value.strip() == planted
    return planted in value


def _same(value: str, planted: str) -> bool:
    if value.strip() == planted:
        return True
    try:
        return float(value) == float(planted)
    except ValueError:
        return False


def _printed(entry: LedgerEntry, source: Seen, target: Seen) -> Fate:
    """A document: its text and metadata, and the pictures on its pages."""
    words = re.sub(r"\s+", " ", target.document)
    if len(entry.value) > 2 and re.sub(r"\s+", " ", entry.value) in words:
        return Fate.LEAKED
    in_text = entry.value in source.document
    if not in_text and source.document_pictures & target.document_pictures:
        return Fate.LEAKED
    return Fate.GOOD


def _drawn(entry: LedgerEntry, source: Seen, target: Seen) -> Fate:
    """Letters in a picture: whether the box of the target still looks like that of the source."""
    assert entry.box is not None
    left, top, right, bottom = entry.box
    if entry.place is Place.OVERLAY:
        before, after = source.overlay, target.overlay
        if before is None:
            return Fate.NOT_CHECKED
        return Fate.GOOD if after is None else _likeness(before[top:bottom, left:right], after, entry.box)
    if entry.tag != _PIXEL_DATA:
        return _in_icon(entry, source, target)
    frames, new = source.frames, target.frames
    if frames is None:
        return Fate.NOT_CHECKED
    if new is None:
        return Fate.GOOD if "PixelData" not in target.dataset else Fate.NOT_CHECKED
    if frames.shape[:3] != new.shape[:3]:
        return Fate.NOT_CHECKED
    number = (entry.page or 1) - 1
    return _likeness(frames[number, top:bottom, left:right], new[number], entry.box)


def _in_icon(entry: LedgerEntry, source: Seen, target: Seen) -> Fate:
    """Letters in a picture within a sequence: of one size with the source's it is compared, else somebody has to look."""
    before, after = source.icon(entry.tag), target.icon(entry.tag)
    if after is None and target.value(entry.tag) is None:
        return Fate.GOOD
    if before is None or after is None or before.shape != after.shape or entry.box is None:
        return Fate.NOT_CHECKED
    left, top, right, bottom = entry.box
    return _likeness(before[top:bottom, left:right], after, entry.box)


def _likeness(before: NDArray[np.generic], picture: NDArray[np.generic], box: tuple[int, int, int, int]) -> Fate:
    left, top, right, bottom = box
    old, new = (_grey(part) for part in (before, picture[top:bottom, left:right]))
    if old.shape != new.shape or old.size == 0:
        return Fate.NOT_CHECKED
    old, new = old - old.mean(), new - new.mean()
    size = float(np.sqrt((old * old).sum() * (new * new).sum()))
    if size == 0:
        return Fate.GOOD
    return Fate.LEAKED if abs(float((old * new).sum())) / size > _ALIKE else Fate.GOOD


def _grey(part: NDArray[np.generic]) -> NDArray[np.float64]:
    values = part.astype(np.float64)
    return values.mean(2) if values.ndim == 3 else values
