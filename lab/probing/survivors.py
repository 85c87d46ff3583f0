"""Which of a patient's own data survived in a copy that was meant to say nothing about anybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lab.model import Attribute, Exposure

_KEYWORDS = {
    "PatientName": Attribute.NAME,
    "PatientID": Attribute.PATIENT_ID,
    "PatientBirthDate": Attribute.BIRTH_DATE,
    "ReferringPhysicianName": Attribute.PHYSICIAN,
    "InstitutionName": Attribute.FACILITY,
}
_SHORTEST = 4  # a value of three letters stands anywhere by chance
_ROWS = 3
Tags = Mapping[str, Any]


def survivors(content: bytes, original: Tags) -> dict[Attribute, str]:
    """The values of the original that stand in ``content``, wherever: standard or private tags, free text, a PDF."""
    found = {}
    for keyword, attribute in _KEYWORDS.items():
        value = str(original.get(keyword, ""))
        if len(value) >= _SHORTEST and any(
            value.encode(charset, "replace") in content for charset in ("utf-8", "latin-1")
        ):
            found[attribute] = value
    return found


def survivors_in_path(path: str, original: Tags) -> dict[Attribute, str]:
    """The values of the original that a path tells. Orthanc leaves out of it what is neither an ASCII letter nor a digit."""
    plain = _plain(path)
    values = {attribute: str(original.get(keyword, "")) for keyword, attribute in _KEYWORDS.items()}
    return {
        attribute: value
        for attribute, value in values.items()
        if len(_plain(value)) >= _SHORTEST and _plain(value) in plain
    }


def _plain(text: str) -> str:
    return "".join(character for character in text if character.isascii() and character.isalnum())


def exposure_of(leaks: Iterable[tuple[Tags, Iterable[Attribute]]], images: int) -> Exposure:
    """What leaked, in the patients' terms. ``leaks`` has the original's tags and the attributes that survived, image by image."""
    people: dict[str, Tags] = {}
    attributes: set[Attribute] = set()
    for original, survived in leaks:
        people.setdefault(str(original.get("PatientID", "")), original)
        attributes.update(survived)
    shown = {attribute: keyword for keyword, attribute in _KEYWORDS.items() if attribute in attributes}
    rows = [tuple(str(tags.get(keyword, "")) for keyword in shown.values()) for tags in people.values()]
    return Exposure(
        patients=len(people),
        images=images,
        attributes=tuple(shown),
        samples=tuple(row for row in rows if all(row))[:_ROWS],
    )
