"""A dataset and the list of what identifies a person in it, made together so that neither forgets the other."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydicom.datadict import keyword_dict
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from synthetic_data.charsets import UNICODE, fitted
from synthetic_data.ledger import Box, Kind, Place, Plant

PIXEL_DATA = "(7FE0,0010)"
PREAMBLE_LENGTH = 128
_SOURCE_AE_TITLE = "(0002,0016)"


class Identifier(NamedTuple):
    """A value that identifies, what it is, and whom it identifies."""

    kind: Kind
    value: str
    person: str


Fields = Mapping[str, Identifier | str]
"""What the braces of a template stand for."""


class Record:
    """A dataset under construction. `put` sets what identifies no one; `plant` sets what does, and notes it.

    `preamble`, `file_stem` (the file's name, to which the image's number is added) and `source_ae_title` are what
    `plant_preamble`, `plant_file_name` and `plant_source` made of them; the items of a sequence have none of their own.
    """

    def __init__(
        self, prefix: str = "", plants: list[Plant] | None = None, character_set: tuple[str, ...] = UNICODE
    ) -> None:
        self.dataset = Dataset()
        self._character_set = character_set
        self.plants: list[Plant] = [] if plants is None else plants
        self.preamble = bytes(PREAMBLE_LENGTH)
        self.file_stem = "image"
        self.source_ae_title = ""
        self._prefix = prefix

    def path(self, tag: int) -> str:
        """The tag path of an element of this record, as the ledger writes it."""
        return f"{self._prefix}({tag >> 16:04X},{tag & 0xFFFF:04X})"

    def put(self, **elements: Any) -> None:
        """Set elements by keyword to values that identify no one; None makes an element empty."""
        for keyword, value in elements.items():
            setattr(self.dataset, keyword, self._fit(value) if isinstance(value, str) else value)

    def _fit(self, text: str) -> str:
        """The text in characters that the record's character set has."""
        return fitted(text, self._character_set)

    def _fit_all(self, identifiers: tuple[Identifier, ...]) -> list[Identifier]:
        return [identifier._replace(value=self._fit(identifier.value)) for identifier in identifiers]

    def plant(self, keyword: str, *identifiers: Identifier) -> None:
        """Set an element to one identifier, or to several (a multi-valued element), and note each."""
        fitting = self._fit_all(identifiers)
        values = [identifier.value for identifier in fitting]
        setattr(self.dataset, keyword, values if len(values) > 1 else values[0])
        tag = self.path(keyword_dict[keyword])
        for one in fitting:
            self.plants.append(Plant(Place.ELEMENT, tag, one.kind, one.value, one.person))

    def plant_text(self, keyword: str, template: str, fields: Fields) -> None:
        """Set an element to a text and note the identifiers in it with their spans.

        `template` names the fields in braces, as for `str.format`.
        """
        setattr(self.dataset, keyword, self._filled(Place.TEXT, self.path(keyword_dict[keyword]), template, fields))

    def plant_box(
        self, place: Place, identifier: Identifier, box: Box, *, page: int | None = None, tag: str = PIXEL_DATA
    ) -> None:
        """Note an identifier that is drawn: in the pixels, an overlay or a PDF page (`tag` says which, see `path`).

        The drawing itself is the caller's. `page` is the frame or the PDF page, from 1; None for a single frame.
        """
        kind, value, person = identifier
        self.plants.append(Plant(place, tag, kind, value, person, page=page, box=box))

    def plant_preamble(self, template: str, fields: Fields) -> None:
        """Write a text into the file's preamble (DICOM PS3.10 7.1), at most 128 bytes of ASCII."""
        text = self._filled(Place.PREAMBLE, "", template, fields)
        self.preamble = text.encode("ascii").ljust(PREAMBLE_LENGTH, b"\x00")

    def plant_file_name(self, template: str, fields: Fields) -> None:
        """Name the files after a text instead of `image`; it must be letters, digits, `_` and `-` only."""
        self.file_stem = self._filled(Place.FILE_NAME, "", template, fields)

    def plant_source(self, identifier: Identifier) -> None:
        """Name the device that wrote the file in its meta information, Source Application Entity Title (0002,0016)."""
        self.source_ae_title = identifier.value
        self.plants.append(Plant(Place.FILE_META, _SOURCE_AE_TITLE, *identifier))

    def _filled(self, place: Place, tag: str, template: str, fields: Fields) -> str:
        """The template with its fields filled in, each identifier noted with its span."""
        text = ""
        for literal, name, _, _ in string.Formatter().parse(template):
            text += self._fit(literal)
            if name is None:
                continue
            field = fields[name]
            if isinstance(field, str):
                text += self._fit(field)
                continue
            kind, value, person = field
            value = self._fit(value)
            self.plants.append(Plant(place, tag, kind, value, person, span=(len(text), len(text) + len(value))))
            text += value
        return text

    def item(self, keyword: str) -> Record:
        """Append an item to a sequence and return it, to be filled like a record."""
        sequence = self.dataset.get(keyword)
        if sequence is None:
            sequence = Sequence()
            setattr(self.dataset, keyword, sequence)
        path = self.path(keyword_dict[keyword])
        record = Record(f"{path}[{len(sequence)}]", self.plants, self._character_set)
        sequence.append(record.dataset)
        return record

    def private(self, group: int, creator: str, offset: int, vr: str, value: str | Identifier) -> None:
        """Set a private element, reserving a block for `creator` (DICOM PS3.5 7.8.1); note an identifier."""
        block = self.dataset.private_block(group, creator, create=True)
        text = self._fit(value.value if isinstance(value, Identifier) else value)
        block.add_new(offset, vr, text)
        if isinstance(value, Identifier):
            tag = self.path(Tag(group, block.block_start + offset))
            self.plants.append(Plant(Place.ELEMENT, tag, value.kind, text, value.person, creator))
