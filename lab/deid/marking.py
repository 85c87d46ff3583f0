"""What a cleaned file says of its own cleaning, truthfully (DICOM PS3.15 E.1.1, PS3.3 C.12.1.1.7 and C.7.6.1.1.5)."""

from __future__ import annotations

from functools import cache

from lab.deid.elements import EXPLICIT, PIXEL_DATA, Element
from lab.deid.options import CODES, Option
from lab.deid.profile import Profile, table
from lab.deid.writing import write_elements

IMPLEMENTATION_UID = "2.25.155364237915391716250414230573526418771"
IMPLEMENTATION_NAME = "PACSLAB_DEID_3"
_BURNED_IN, _DATES_MODIFIED, _DOCUMENT = 0x00280301, 0x00280303, 0x00420011
_PIXELS = frozenset((PIXEL_DATA, 0x7FE00008, 0x7FE00009))
_REMOVED, _METHOD, _METHOD_CODES = 0x00120062, 0x00120063, 0x00120064


@cache
def method() -> str:
    """How it was done, in the 64 characters of an LO: the editions of the table's two parts differ."""
    basic, options = (table()[part]["edition"] for part in ("basic", "options"))
    return f"pacslab, PS3.15 Table E.1-1: profile {basic}, options {options}"


def marked(dataset: list[Element], profile: Profile, pixels_clean: bool, looked: bool) -> list[Element]:
    """The dataset with the elements that tell how it was de-identified.

    `pixels_clean` when no name can be burned in, `looked` when pixels were cleaned: an option that was not applied to the
    pixels of this file is not claimed by it.
    """
    unseen = not looked and any(element.tag in _PIXELS for element in dataset)
    codes = [code for code in profile.codes if not (unseen and code == CODES[Option.CLEAN_PIXELS])]
    new = [
        Element(_REMOVED, "CS", b"YES"),
        Element(_METHOD, "LO", method().encode()),
        Element(_METHOD_CODES, "SQ", items=[_code(*code) for code in codes]),
        Element(_DATES_MODIFIED, "CS", _temporal(profile).encode()),
    ]
    if pixels_clean and any(element.tag in (PIXEL_DATA, _DOCUMENT) for element in dataset):
        new.append(Element(_BURNED_IN, "CS", b"NO"))
    replaced = {element.tag for element in new}
    return sorted((*(e for e in dataset if e.tag not in replaced), *new), key=lambda element: element.tag)


def _temporal(profile: Profile) -> str:
    if profile.has(Option.FULL_DATES):
        return "UNMODIFIED"
    return "MODIFIED" if profile.has(Option.MODIFIED_DATES) else "REMOVED"


def _code(value: str, meaning: str) -> list[Element]:
    return [
        Element(0x00080100, "SH", value.encode()),
        Element(0x00080102, "SH", b"DCM"),
        Element(0x00080104, "LO", meaning[:64].encode()),
    ]


def file_head(sop_class: str, sop_instance: str, syntax: str) -> bytes:
    """An empty preamble and a new file meta information: nothing of the old one is carried over."""
    elements = [
        Element(0x00020001, "OB", b"\0\1"),
        Element(0x00020002, "UI", sop_class.encode()),
        Element(0x00020003, "UI", sop_instance.encode()),
        Element(0x00020010, "UI", syntax.encode()),
        Element(0x00020012, "UI", IMPLEMENTATION_UID.encode()),
        Element(0x00020013, "SH", IMPLEMENTATION_NAME.encode()),
    ]
    body = b"".join(write_elements(elements, EXPLICIT))
    length = write_elements([Element(0x00020000, "UL", len(body).to_bytes(4, "little"))], EXPLICIT)
    return b"".join((bytes(128), b"DICM", *length, body))
