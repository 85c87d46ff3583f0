"""Coded concepts (DICOM PS3.3 section 8.8)."""

from __future__ import annotations

from typing import NamedTuple


class Code(NamedTuple):
    """A concept by its code value, coding scheme designator and code meaning.

    pydicom has such a class, too; but it loads the dictionaries of all the standard's concepts, at each start of a program.
    """

    value: str
    scheme_designator: str
    meaning: str


REGIONS: dict[str, Code] = {
    "ABDOMEN": Code("818981001", "SCT", "Abdomen"),
    "BRAIN": Code("12738006", "SCT", "Brain"),
    "BREAST": Code("76752008", "SCT", "Breast"),
    "CHEST": Code("816094009", "SCT", "Chest"),
    "HAND": Code("85562004", "SCT", "Hand"),
    "HEAD": Code("69536005", "SCT", "Head"),
    "HEART": Code("80891009", "SCT", "Heart"),
    "WHOLEBODY": Code("38266002", "SCT", "Entire body"),
}
"""Anatomic regions (DICOM PS3.16 annex L) by Body Part Examined."""
