"""What differs from image to image of a series, a column an element: one value for each image.

A stack of slices has a dozen such elements. Written as columns they are computed once for the whole series, and an
image's elements are encoded from plain text, without a pydicom dataset.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydicom.datadict import dictionary_VR, keyword_dict
from pydicom.dataset import Dataset

from synthetic_data.ledger import Kind, Place, Plant
from synthetic_data.record import Record

TEXT_VRS = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "SH", "TM", "UI"})
"""Value representations whose values are short texts; columns hold no others (DICOM PS3.5 table 6.2-1)."""


@dataclass(frozen=True, slots=True)
class Column:
    """An element of every image. `values` are ASCII; several values of one element are joined by a backslash."""

    keyword: str
    tag: int
    vr: str
    values: Sequence[str]
    kind: Kind | None = None
    person: str = ""

    @property
    def path(self) -> str:
        return f"({self.tag >> 16:04X},{self.tag & 0xFFFF:04X})"


class Columns:
    """The images of one series, `numbers` counted from 1, under construction.

    `put` and `plant` are those of a `Record`, with one value an image. `image` is a record of one image's own, for
    what is no short text or stands in the pixels.
    """

    def __init__(self, count: int) -> None:
        self.numbers = range(1, count + 1)
        self.columns: list[Column] = []
        self._extras: dict[int, Record] = {}

    def put(self, **columns: Sequence[str]) -> None:
        """Set elements by keyword to values that identify no one, one an image."""
        for keyword, values in columns.items():
            self._add(keyword, values, None, "")

    def plant(self, keyword: str, kind: Kind, values: Sequence[str], person: str) -> None:
        """Set an element to identifiers, one an image, and note them."""
        self._add(keyword, values, kind, person)

    def _add(self, keyword: str, values: Sequence[str], kind: Kind | None, person: str) -> None:
        if len(values) != len(self.numbers):
            raise ValueError(f"{keyword}: {len(values)} values for {len(self.numbers)} images")
        tag = keyword_dict[keyword]
        vr = dictionary_VR(tag)
        if vr not in TEXT_VRS:
            raise ValueError(f"{keyword} is {vr}, no short text: set it in a record")
        self.columns.append(Column(keyword, tag, vr, values, kind, person))

    def image(self, number: int) -> Record:
        """A record for the rest of what image `number` has of its own."""
        return self._extras.setdefault(number, Record())

    def extra(self, number: int) -> Record | None:
        """The record that `image` gave, if it was asked for."""
        return self._extras.get(number)

    def sort(self) -> None:
        """Bring the columns into the order of their tags, in which they stand in a file."""
        self.columns.sort(key=lambda column: column.tag)

    def dataset(self, number: int) -> Dataset:
        """Image `number`'s own elements as a dataset."""
        dataset = Dataset()
        for column in self.columns:
            value: Any = column.values[number - 1]
            setattr(dataset, column.keyword, value.split("\\") if "\\" in value else value)
        extra = self.extra(number)
        if extra is not None:
            dataset.update(extra.dataset)
        return dataset

    def plants(self, number: int) -> list[Plant]:
        """The identifiers of image `number`'s own."""
        plants = [
            Plant(Place.ELEMENT, column.path, column.kind, column.values[number - 1], column.person)
            for column in self.columns
            if column.kind is not None
        ]
        extra = self.extra(number)
        return plants if extra is None else plants + extra.plants
