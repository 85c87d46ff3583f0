"""The ledger: the answer key of every identifier that was planted, written down as it is planted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum


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
    """Where in a file an identifier stands: as an element's value, within a text, or in the file meta information."""

    ELEMENT = "element"
    TEXT = "text"
    FILE_META = "file_meta"


@dataclass(frozen=True, slots=True)
class Plant:
    """An identifier at its place, in whichever instances hold it.

    `tag` is the path to the element, such as `(0010,0010)` or `(0040,0275)[0](0040,1002)`; items count from 0. A
    private element's path gives the group and element as written, and `private_creator` whose block it is. `span` is
    the range of characters within a text. `person` is a patient's ID (with `/contact`: the patient's relative), a
    staff member's `staff_id`, or `institution`.
    """

    place: Place
    tag: str
    kind: Kind
    value: str
    person: str
    private_creator: str = ""
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A plant in one instance: the fields are those of `Plant`."""

    sop_instance_uid: str
    place: Place
    tag: str
    kind: Kind
    value: str
    person: str
    private_creator: str = ""
    span: tuple[int, int] | None = None

    @classmethod
    def of(cls, sop_instance_uid: str, plant: Plant) -> LedgerEntry:
        return cls(
            sop_instance_uid, plant.place, plant.tag, plant.kind, plant.value, plant.person, plant.private_creator,
            plant.span,
        )  # fmt: skip

    def to_json(self) -> str:
        """The entry as one line of JSON, keys in the order of the fields, text as it is (UTF-8)."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__}, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> LedgerEntry:
        """The entry that `to_json` wrote."""
        fields = json.loads(line)
        fields["place"], fields["kind"] = Place(fields["place"]), Kind(fields["kind"])
        if fields["span"] is not None:
            fields["span"] = (fields["span"][0], fields["span"][1])
        return cls(**fields)
