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
