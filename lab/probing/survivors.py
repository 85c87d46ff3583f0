"""Which of a patient's own data survived in a copy that was meant to say nothing about anybody."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pydicom import Dataset, dcmread

from lab.model import Attribute, Exposure

if TYPE_CHECKING:
    from lab.inventory import KnownPeople

_KEYWORDS = {
    "PatientName": Attribute.NAME,
    "PatientID": Attribute.PATIENT_ID,
    "PatientBirthDate": Attribute.BIRTH_DATE,
    "ReferringPhysicianName": Attribute.PHYSICIAN,
    "InstitutionName": Attribute.FACILITY,
}
_SHOWN = _KEYWORDS | {"StudyDate": Attribute.STUDY_DATE}
_KINDS = {"birth_date": Attribute.BIRTH_DATE, "patient_id": Attribute.PATIENT_ID}  # of the inventory; the others name
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


class Inventoried(NamedTuple):
    """What the inventory found of a patient in a copy: the attributes, and where they stand."""

    attributes: set[Attribute]
    lines: tuple[str, ...]


def known_people(originals: Iterable[Tags]) -> KnownPeople:
    """The people whom the originals name, as the inventory looks for them."""
    from lab.inventory import learn  # loaded here: every command reads the catalogue, few try this probe

    return learn(_header(tags) for tags in originals)


def _header(tags: Tags) -> Dataset:
    header = Dataset()
    for keyword in _KEYWORDS:
        if tags.get(keyword):
            setattr(header, keyword, str(tags[keyword]))
    return header


def survivors_in_elements(content: bytes, original: Tags, known: KnownPeople) -> Inventoried:
    """What names the original's patient in the elements of a copy, whatever its spelling: its inventory, without pixels."""
    from lab.inventory import SURE_ENOUGH, find_in_dataset

    own = {str(original.get(keyword, "")) for keyword in _KEYWORDS} - {""}
    attributes, lines = set(), list[str]()
    for finding in find_in_dataset(dcmread(io.BytesIO(content), stop_before_pixels=True), known):
        theirs = finding.person == str(original.get("PatientID", "")) or finding.value in own
        if theirs and finding.is_direct and finding.sure >= SURE_ENOUGH:
            attributes.add(_KINDS.get(finding.kind, Attribute.NAME))
            lines.append(f"inventory: {finding.kind} {finding.where}")
    return Inventoried(attributes, tuple(lines[:_ROWS]))


def named_in(lines: Iterable[str], names: Iterable[str]) -> list[str]:
    """Which of these people (PN) a text names, in the header's spelling or another; in the order of ``names``."""
    from lab.inventory import SURE_ENOUGH, find_in_text, learn

    asked = {f"asked-{number}": name for number, name in enumerate(names)}
    known = learn(_header({"PatientName": name, "PatientID": number}) for number, name in asked.items())
    found = set()
    for line in lines:
        found |= {hit.person for hit in find_in_text(line.replace("^", " "), known) if hit.sure >= SURE_ENOUGH}
        found |= {number for number, name in asked.items() if name in line}
    return [name for number, name in asked.items() if number in found]


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
    dates = set()
    for original, survived in leaks:
        dates.add(str(original.get("StudyDate", "")))
        people.setdefault(str(original.get("PatientID", "")), original)
        attributes.update(survived)
    shown = {attribute: keyword for keyword, attribute in _SHOWN.items() if attribute in attributes}
    rows = [tuple(str(tags.get(keyword, "")) for keyword in shown.values()) for tags in people.values()]
    return Exposure(
        patients=len(people),
        images=images,
        attributes=tuple(shown),
        samples=tuple(row for row in rows if all(row))[:_ROWS],
        since=min(filter(None, dates), default=""),
    )
