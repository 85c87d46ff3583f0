"""The ledger: the answer key of every identifier that was planted, written down as it is planted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

Box = tuple[int, int, int, int]
"""Left, top, right and bottom; right and bottom are the first beyond. Pixels of a frame, or points of a PDF page."""


class Kind(StrEnum):
    """What an identifier says about someone or something."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    AGE = "age"
    SEX = "sex"
    BODY_MEASURE = "body_measure"
    PATIENT_ID = "patient_id"
    NATIONAL_ID = "national_id"
    ADDRESS = "address"
    PHONE = "phone"
    EMAIL = "email"
    ACCESSION_NUMBER = "accession_number"
    CASE_ID = "case_id"
    DATE = "date"
    TIME = "time"
    UID = "uid"
    INSTITUTION = "institution"
    DEVICE = "device"


class Place(StrEnum):
    """Where in a file an identifier stands.

    `element`: the element's value, or one of its values. `text`: a span of characters of an element's value.
    `pixels`: a box in a frame of the pixels at `tag`, Pixel Data or an icon's. `overlay`: a box in the overlay at `tag`.
    `pdf`: a box on a page of the document at `tag`. `file_meta`: an element of the file meta information.
    `preamble`: a span of the 128 bytes before it, no tag. `file_name`: a span of the file's name, without its folder,
    no tag.
    """

    ELEMENT = "element"
    TEXT = "text"
    PIXELS = "pixels"
    OVERLAY = "overlay"
    PDF = "pdf"
    FILE_META = "file_meta"
    PREAMBLE = "preamble"
    FILE_NAME = "file_name"


class Action(StrEnum):
    """What de-identification is expected to do, in the vocabulary of the MIDI-B benchmark.

    The expectation is that of the basic profile with the options to clean pixel data and descriptors and to retain
    patient characteristics and longitudinal information with modified dates (DICOM PS3.15 annex E). `uid_consistent`
    and `patid_consistent` mean: replaced, and by the same value wherever the old one stood. `date_shifted` holds for
    times, too: a shift by whole days leaves them, one by hours takes them along.

    The ledger lists what identifies someone. `tag_retained`, `text_notnull` and `pixels_retained` are what MIDI-B asks of
    the rest (an element that must stay, a text that must not become empty, a picture that must not change): no entry has
    them, as they would have to be said of every other element and picture. Readers of other keys meet them.
    """

    TAG_RETAINED = "tag_retained"
    TEXT_NOTNULL = "text_notnull"
    TEXT_RETAINED = "text_retained"
    TEXT_REMOVED = "text_removed"
    DATE_SHIFTED = "date_shifted"
    UID_CHANGED = "uid_changed"
    UID_CONSISTENT = "uid_consistent"
    PATID_CONSISTENT = "patid_consistent"
    PIXELS_HIDDEN = "pixels_hidden"
    PIXELS_RETAINED = "pixels_retained"


_DRAWN = (Place.PIXELS, Place.OVERLAY, Place.PDF)
_CHARACTERISTICS = (Kind.AGE, Kind.SEX, Kind.BODY_MEASURE)
_SOP_INSTANCE_UID = "(0008,0018)"


class Plant(NamedTuple):
    """An identifier at its place, in whichever instances hold it.

    `tag` is the path to the element, such as `(0010,0010)` or `(0040,0275)[0](0040,1002)`; items count from 0. A
    private element's path gives the group and element as written, and `private_creator` whose block it is. `span` is
    the range of characters within a text. `page` is a PDF's page or a multi-frame image's frame, from 1; `box` says
    where on it. `person` is a patient's ID (with `/contact`: the patient's relative), a staff member's `staff_id`, or
    `institution`.
    """

    place: Place
    tag: str
    kind: Kind
    value: str
    person: str
    private_creator: str = ""
    span: tuple[int, int] | None = None
    page: int | None = None
    box: Box | None = None

    @property
    def action(self) -> Action:
        """What de-identification is expected to do with it."""
        if self.place in _DRAWN:
            return Action.PIXELS_HIDDEN
        if self.kind is Kind.UID:
            return Action.UID_CHANGED if self.tag == _SOP_INSTANCE_UID else Action.UID_CONSISTENT
        if self.place is not Place.ELEMENT:
            return Action.TEXT_REMOVED
        if self.kind is Kind.PATIENT_ID:
            return Action.PATID_CONSISTENT
        if self.kind in (Kind.DATE, Kind.TIME):
            return Action.DATE_SHIFTED
        if self.kind in _CHARACTERISTICS and not self._tells_great_age:
            return Action.TEXT_RETAINED
        return Action.TEXT_REMOVED

    @property
    def _tells_great_age(self) -> bool:
        """Whether it is an age of 90 or more, which is itself identifying (45 CFR 164.514(b)(2)(i)(C))."""
        return self.kind is Kind.AGE and self.value.endswith("Y") and self.value >= "090Y"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A plant in one instance: the fields are those of `Plant`, and the action that is expected."""

    sop_instance_uid: str
    place: Place
    tag: str
    kind: Kind
    value: str
    person: str
    action: Action
    private_creator: str = ""
    span: tuple[int, int] | None = None
    page: int | None = None
    box: Box | None = None

    @classmethod
    def of(cls, sop_instance_uid: str, plant: Plant) -> LedgerEntry:
        return cls(sop_instance_uid, action=plant.action, **plant._asdict())

    def to_json(self) -> str:
        """The entry as one line of JSON, keys in the order of the fields, text as it is (UTF-8)."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__}, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> LedgerEntry:
        """The entry that `to_json` wrote."""
        fields = json.loads(line)
        for name, vocabulary in (("place", Place), ("kind", Kind), ("action", Action)):
            fields[name] = vocabulary(fields[name])
        for name in ("span", "box"):
            if fields[name] is not None:
                fields[name] = tuple(fields[name])
        return cls(**fields)
