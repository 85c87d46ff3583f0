"""Values as their representation has them (DICOM PS3.5 6.2): what a tag's value may be, and what stands in for it.

A sender may state another representation than the data dictionary's, most often UN, and a rule that goes by the stated
one would let a name pass. So the dictionary decides, and a value that is not of its kind does not stay.
"""

from __future__ import annotations

import re

from lab.deid.dictionary import vr_of
from lab.deid.elements import Element

TEXTS = frozenset(("LO", "LT", "SH", "ST", "UC", "UR", "UT"))
NUMBERS = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "AT": 4, "SV": 8, "UV": 8}
BULK = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "UN"))
_BINARY = BULK | NUMBERS.keys()
_DUMMIES = {
    "DA": b"19000101",
    "TM": b"000000",
    "DT": b"19000101000000",
    "IS": b"0",
    "DS": b"0",
    "AS": b"",
    "PN": b"REMOVED",
    "CS": b"REMOVED",
}
_FORMS = {
    "AS": re.compile(rb"(\d{3}[DWMY] *)?"),
    "DA": re.compile(rb"[\d.\- \\]*"),
    "DS": re.compile(rb"[\d+\-.eE \\]*"),
    "DT": re.compile(rb"[\d+\-.& \\]*"),
    "IS": re.compile(rb"[\d+\- \\]*"),
    "TM": re.compile(rb"[\d:.\- \\]*"),
}
_CODE = re.compile(rb"[A-Z0-9_ \\]*")
_CODE_LENGTH = 16


def settled(element: Element) -> Element:
    """The element in the representation that the data dictionary has for its tag; as it is where it has none."""
    known, stated = vr_of(element.tag), element.vr
    if known in (stated, "UN") or element.items is not None or element.fragments is not None:
        return element
    if known == "SQ":
        return Element(element.tag, "SQ", items=[])
    if known not in _BINARY:
        return Element(element.tag, known, element.value)
    if stated not in _BINARY:
        return Element(element.tag, known)
    return Element(element.tag, known, element.value) if stated == "UN" else element


def is_sound(element: Element) -> bool:
    """Whether the value is one of its representation, for those that have a form or a size to go by."""
    form = _FORMS.get(element.vr)
    if form is not None:
        return form.fullmatch(bytes(element.value).rstrip(b"\0")) is not None
    size = NUMBERS.get(element.vr)
    return size is None or len(element.value) % size == 0


def is_code(value: bytes) -> bool:
    """Whether it is a code string, or several: capitals, digits, blanks and underscores, sixteen at most."""
    value = value.rstrip(b"\0")
    return _CODE.fullmatch(value) is not None and all(len(one.strip()) <= _CODE_LENGTH for one in value.split(b"\\"))


def empty(element: Element) -> Element:
    """The attribute without a value."""
    return Element(element.tag, element.vr)


def dummy(element: Element) -> Element:
    """The attribute with a value of its kind that says nothing."""
    vr = element.vr
    if vr in NUMBERS:
        return Element(element.tag, vr, bytes(NUMBERS[vr]))
    if vr in BULK:
        return Element(element.tag, vr, b"\0\0")
    return Element(element.tag, vr, _DUMMIES.get(vr, b"REMOVED"))


def is_bulk(tag: int) -> bool:
    """Whether a binary value is what pictures, waveforms and tables are made of, rather than a hiding place."""
    group = tag >> 16
    return group in (0x7FE0, 0x5400, 0x0028, 0x0022, 0x0066, 0x3004, 0x0070) or vr_of(tag) not in BULK


def is_overlay(element: Element) -> bool:
    """Overlay Data, which is looked at as a picture."""
    return element.tag >> 24 == 0x60 and element.tag & 0xFFFF == 0x3000 and element.vr in ("OB", "OW")
