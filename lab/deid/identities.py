"""Who is meant: what the headers of a set say about each patient, learnt before anything is cleaned.

A name that stands in Patient's Name of one file may stand in a description of another. So the whole set is read first;
what is learnt is kept by patient, and what is no patient's (staff, institution, devices) for all.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lab.deid.charset import decoded, encodings_of
from lab.deid.dictionary import vr_of
from lab.deid.elements import DicomFile, Element, walk

_PATIENT_NAME, _PATIENT_ID, _BIRTH_DATE, _ISSUER = 0x00100010, 0x00100020, 0x00100030, 0x00100021
CHARACTER_SET = 0x00080005

PATIENT_NAMES = frozenset((0x00100010, 0x00101001, 0x00101005, 0x00101060))
PATIENT_NUMBERS = frozenset(
    (0x00100020, 0x00101000, 0x00101090, 0x00102180, 0x00380010, 0x00080050, 0x00200010, 0x00401001, 0x00400009, 0x00400253,
     0x00402016, 0x00402017, 0x00321033, 0x001021F0)
)  # fmt: skip
PATIENT_LINES = frozenset((0x00101040, 0x00102154, 0x00102155, 0x00380300, 0x00380500))
SHARED_LINES = frozenset(
    (0x00080080, 0x00080081, 0x00081040, 0x00081010, 0x00181000, 0x0040A027, 0x00080092, 0x00080094, 0x00181400)
)
_NOT_LEARNT = frozenset((0x00181400, 0x00102180, 0x00321033, 0x001021F0))
"""Free words rather than numbers: learnt from, they would take ordinary words out of every text."""


@dataclass
class Known:
    """What identifies: names in DICOM's writing, numbers, and lines such as addresses."""

    names: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    lines: set[str] = field(default_factory=set)

    def add(self, other: Known) -> None:
        self.names |= other.names
        self.numbers |= other.numbers
        self.lines |= other.lines

    def json(self) -> list[list[str]]:
        return [sorted(self.names), sorted(self.numbers), sorted(self.lines)]

    @classmethod
    def of_json(cls, content: list[list[str]]) -> Known:
        names, numbers, lines = map(set, content)
        return cls(names, numbers, lines)


@dataclass
class Identities:
    """Everybody in a set: by patient, and the rest for all."""

    patients: dict[str, Known] = field(default_factory=dict)
    shared: Known = field(default_factory=Known)

    def add(self, other: Identities) -> None:
        for patient, known in other.patients.items():
            self.patients.setdefault(patient, Known()).add(known)
        self.shared.add(other.shared)

    def of(self, patient: str) -> Known:
        return self.patients.get(patient) or Known()

    def json(self) -> dict[str, Any]:
        """All of it, in order."""
        return {
            "patients": {key: known.json() for key, known in sorted(self.patients.items())},
            "shared": self.shared.json(),
        }

    @classmethod
    def of_json(cls, content: dict[str, Any]) -> Identities:
        """What `json` told."""
        patients = {key: Known.of_json(known) for key, known in content["patients"].items()}
        return cls(patients, Known.of_json(content["shared"]))

    def digest(self) -> str:
        """By which one sees whether more is known than before."""
        return hashlib.blake2b(json.dumps(self.json()).encode(), digest_size=8).hexdigest()

    @property
    def names(self) -> set[str]:
        """The names of all patients."""
        return set().union(*(known.names for known in self.patients.values()))

    def learn(self, file: DicomFile) -> None:
        """Take in what one file says. Raises Unclean for text that cannot be read."""
        texts = _texts(file)
        who = patient_key(file)
        known = self.patients.setdefault(who, Known())
        for element, text in texts:
            values = [value.strip() for value in text.split("\\") if value.strip()]
            if element.tag in _NOT_LEARNT or not values:
                continue
            if element.tag in PATIENT_NAMES:
                known.names.update(values)
            elif "PN" in (element.vr, vr_of(element.tag)):
                self.shared.names.update(values)
            elif element.tag in PATIENT_NUMBERS:
                known.numbers.update(values)
            elif element.tag in PATIENT_LINES:
                known.lines.update(values)
            elif element.tag in SHARED_LINES:
                self.shared.lines.update(values)


def _texts(file: DicomFile) -> list[tuple[Element, str]]:
    """The elements that may name someone, with their texts."""
    encodings = encodings_of(character_set(file.dataset))
    wanted = PATIENT_NAMES | PATIENT_NUMBERS | PATIENT_LINES | SHARED_LINES
    return [
        (element, decoded(bytes(element.value), encodings))
        for element in walk(file.dataset)
        if element.items is None
        and (element.tag in wanted or element.vr == "PN" or (element.vr == "UN" and vr_of(element.tag) == "PN"))
        and len(element.value)
    ]


def character_set(dataset: Iterable[Element]) -> bytes:
    """The value of Specific Character Set of a dataset."""
    return next((bytes(element.value) for element in dataset if element.tag == CHARACTER_SET), b"")


def patient_key(file: DicomFile) -> str:
    """What tells this patient from others: the number and who issued it, or without a number name and birth date."""
    encodings = encodings_of(character_set(file.dataset))
    found = {
        element.tag: decoded(bytes(element.value), encodings).strip()
        for element in file.dataset
        if element.tag in (_PATIENT_NAME, _PATIENT_ID, _BIRTH_DATE, _ISSUER)
    }
    if found.get(_PATIENT_ID):
        issuer = found.get(_ISSUER)
        return re.sub(r"\s+", " ", found[_PATIENT_ID] + (f"\0{issuer}" if issuer else ""))
    return "\0".join(("", found.get(_PATIENT_NAME, ""), found.get(_BIRTH_DATE, ""))).rstrip("\0")
