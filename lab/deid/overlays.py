"""Overlay planes and curves: letters may be drawn in them (DICOM PS3.3 C.9.2).

Without the option to clean graphics the plane goes, as the profile says; so it does when pictures are not read. Otherwise
a plane stays when nothing written is found in it; one with letters goes as a whole, with every element of its group.
"""

from __future__ import annotations

from lab.deid.elements import Element
from lab.deid.reading_letters import letters_in_bits
from lab.deid.subject import Tally

_DATA, _ROWS, _COLUMNS, _FRAMES = 0x3000, 0x0010, 0x0011, 0x0015
_TEXTS = frozenset((0x0022, 0x1500, 0x4000))
"""Overlay Description, Overlay Label, Overlay Comments."""


def clean_overlays(dataset: list[Element], are_read: bool, tally: Tally) -> list[Element]:
    """The dataset without the overlays that may name someone."""
    gone = set()
    for group in {element.tag >> 16 for element in dataset if element.tag >> 24 == 0x60}:
        if not are_read or _has_letters({e.tag & 0xFFFF: e for e in dataset if e.tag >> 16 == group}):
            gone.add(group)
            tally.note("overlay")
    return [
        element
        for element in dataset
        if element.tag >> 16 not in gone and not (element.tag >> 24 == 0x60 and element.tag & 0xFFFF in _TEXTS)
    ]


def _has_letters(group: dict[int, Element]) -> bool:
    if _DATA not in group or _ROWS not in group or _COLUMNS not in group:
        return True
    rows, columns = (int.from_bytes(group[number].value, "little") for number in (_ROWS, _COLUMNS))
    if _FRAMES in group:
        return True
    return letters_in_bits(bytes(group[_DATA].value), rows, columns)
