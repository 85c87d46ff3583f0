"""Value representations: how they are encoded, and which one a tag has (DICOM PS3.5 6.2, PS3.6)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from pydicom import datadict

LONG_VRS = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"))
SHORT_VRS = frozenset(
    [
        "AE",
        "AS",
        "AT",
        "CS",
        "DA",
        "DS",
        "DT",
        "FD",
        "FL",
        "IS",
        "LO",
        "LT",
        "PN",
        "SH",
        "SL",
        "SS",
        "ST",
        "TM",
        "UI",
        "UL",
        "US",
    ]
)


@lru_cache(maxsize=16384)
def vr_of(tag: int) -> str:
    """An element's value representation by the data dictionary; UN for one that it does not have."""
    if tag & 0xFFFF == 0:
        return "UL"
    if tag >> 16 & 1:
        return "LO" if 0x10 <= tag & 0xFFFF <= 0xFF else "UN"
    try:
        return datadict.dictionary_VR(tag)[:2]
    except KeyError:
        return "UN"


def private_vr(tag: int, creator: str) -> str:
    """A private element's value representation by the dictionary of known creators; UN for one that it does not have."""
    try:
        return datadict.private_dictionary_VR(tag, creator)[:2]
    except KeyError:
        return "UN"


def is_creator(tag: int) -> bool:
    return bool(tag >> 16 & 1) and 0x10 <= tag & 0xFFFF <= 0xFF


def is_lonely_creator(tag: int, tags: Iterable[int]) -> bool:
    """Whether a private block has been emptied, so that nothing but its name is left."""
    if not is_creator(tag):
        return False
    first = (tag & 0xFFFF0000) | (tag & 0xFF) << 8
    return not any(first <= other <= first | 0xFF for other in tags)
