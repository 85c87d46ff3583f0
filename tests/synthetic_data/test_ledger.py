"""The answer key: everything in it is in the files, and everything that identifies someone in the files is in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread
from pydicom.dataelem import DataElement

from synthetic_data import LOCALES, Action, Hospital, Instance, Kind, LedgerEntry, Patient, Place, generate
from synthetic_data.ledger import Plant
from synthetic_data.record import Identifier, Record

_STEP = re.compile(r"\(([0-9A-F]{4}),([0-9A-F]{4})\)(?:\[(\d+)\])?")


def element_at(dataset: Dataset, path: str) -> DataElement:
    """The element that a tag path leads to."""
    steps = _STEP.findall(path)
    assert "".join(f"({g},{e})" + (f"[{i}]" if i else "") for g, e, i in steps) == path
    for group, element, item in steps[:-1]:
        dataset = dataset[int(group + element, 16)].value[int(item)]
    group, element, _ = steps[-1]
    return dataset[int(group + element, 16)]


def elements(dataset: Dataset, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The path and the text of every element, nested and private ones too; a text for each value."""
    for element in dataset:
        path = f"{prefix}({element.tag.group:04X},{element.tag.element:04X})"
        if element.VR == "SQ":
            for number, item in enumerate(element.value):
                yield from elements(item, f"{path}[{number}]")
        elif not isinstance(element.value, bytes):
            values = element.value if element.VM > 1 else [element.value]
            yield from ((path, str(value)) for value in values)


def identity(patient: Patient, locale: str) -> list[str]:
    """The values that give a person away, in every form that a file may have them in."""
    return [
        patient.name.family,
        patient.name.given,
        patient.name.written_family,
        patient.birth_name,
        patient.patient_id,
        f"{patient.birth_date:%Y%m%d}",
        patient.birth_date.strftime(LOCALES[locale].date_format),
        patient.national_id,
        patient.address.street,
        patient.address.city,
        patient.phone,
        patient.mobile,
        patient.email,
        patient.contact.name.given,
        patient.contact.phone,
    ]


@pytest.fixture(scope="module")
def by_file(ledger: list[LedgerEntry]) -> dict[str, list[LedgerEntry]]:
    entries = defaultdict(list)
    for entry in ledger:
        entries[entry.sop_instance_uid].append(entry)
    return entries


DRAWN = {Place.PIXELS, Place.OVERLAY, Place.PDF}
"""What is drawn; `test_burned_in` reads it."""


@pytest.mark.slow
def test_each_entry_is_at_its_place_in_its_file(folder: Path, by_file: dict[str, list[LedgerEntry]]) -> None:
    for file in folder.rglob("*.dcm"):
        dataset = dcmread(file)
        for entry in by_file[dataset.SOPInstanceUID]:
            if entry.place in DRAWN:
                assert entry.box is not None
                assert element_at(dataset, entry.tag).value
                continue
            if entry.place in (Place.PREAMBLE, Place.FILE_NAME):
                around = dataset.preamble.decode("ascii") if entry.place is Place.PREAMBLE else file.name
                assert (entry.tag, around[slice(*entry.span)]) == ("", entry.value)
                continue
            element = element_at(dataset.file_meta if entry.place is Place.FILE_META else dataset, entry.tag)
            values = [str(value) for value in (element.value if element.VM > 1 else [element.value])]
            if entry.place is Place.TEXT:
                assert entry.span is not None
                assert values[0][slice(*entry.span)] == entry.value
            else:
                assert entry.span is None
                assert entry.value in values
            if entry.private_creator:
                group, block = int(entry.tag[1:5], 16), int(entry.tag[6:8], 16)
                assert dataset[group, block].value == entry.private_creator


def _is_covered(found: str, path: str, text: str, entries: list[LedgerEntry]) -> bool:
    for entry in entries:
        if entry.tag != path or found not in entry.value:
            continue
        if entry.span is None or text[slice(*entry.span)] == entry.value:
            return True
    return False


def _uncovered(instance_set: list[Instance], locale: str) -> list[tuple[str, str, str]]:
    missed = []
    for instance in instance_set:
        dataset, entries = instance.dataset, list(instance.ledger)
        staff = [instance.study.referring, instance.study.performing, instance.study.operator]
        wanted = identity(instance.patient, locale) + [person.name.family for person in staff]
        for path, text in (*elements(dataset), *elements(dataset.file_meta)):
            for value in wanted:
                if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) and not _is_covered(value, path, text, entries):
                    missed.append((instance.path, path, value))
    return missed


@pytest.mark.parametrize(
    "locale", [pytest.param(name, marks=[] if name == "fr_FR" else [pytest.mark.slow]) for name in LOCALES]
)
def test_no_file_holds_a_persons_value_that_the_ledger_does_not_name(locale: str) -> None:
    first_of_series = [i for i in generate(patients=4, locale=locale).instances() if i.number == 1]
    headers_only = [i for i in first_of_series if i.study.modality != "DX"] + first_of_series[:4]
    assert _uncovered(headers_only, locale) == []


@pytest.mark.slow
def test_uids_dates_times_and_case_numbers_are_all_in_it(instances: list[Instance]) -> None:
    not_a_persons = {"SOP Class", "Transfer Syntax", "Implementation Class"}
    for instance in instances:
        known = {entry.tag for entry in instance.ledger}
        for element in (*instance.dataset, *instance.dataset.file_meta):
            if element.VR in {"UI", "DA", "TM"} and not any(name in element.name for name in not_a_persons):
                assert f"({element.tag.group:04X},{element.tag.element:04X})" in known, element


def test_it_names_what_the_survey_of_2019_saw(instances: list[Instance]) -> None:
    assert {entry.kind for entry in instances[0].ledger} == set(Kind)
    tags = {entry.tag for entry in instances[0].ledger}
    assert tags >= {
        "(0010,0010)", "(0010,0030)", "(0008,0020)", "(0008,0090)", "(0008,1050)", "(0008,0080)", "(0010,1000)",
    }  # fmt: skip


def test_it_knows_nested_private_free_text_and_meta_places(instances: list[Instance]) -> None:
    entries = instances[0].ledger
    assert {entry.place for entry in entries} >= {Place.ELEMENT, Place.TEXT, Place.FILE_META}
    assert [e.kind for e in entries if e.tag == "(0010,1002)[0](0010,0020)"] == [Kind.NATIONAL_ID]
    assert [e.kind for e in entries if e.tag == "(0040,0275)[0](0040,1002)"] == [Kind.NAME]
    assert [e.kind for e in entries if e.private_creator == "PACSLAB CONSOLE"] == [
        Kind.NAME, Kind.BIRTH_DATE, Kind.PHONE,
    ]  # fmt: skip
    patient = instances[0].patient.patient_id
    people = {entry.person for entry in entries}
    assert people >= {patient, f"{patient}/contact", "institution", instances[0].study.referring.staff_id}


@pytest.mark.slow
def test_a_hospitals_ledger_is_its_files_ledger_and_renders_nothing(
    hospital: Hospital, by_file: dict[str, list[LedgerEntry]]
) -> None:
    assert list(hospital.ledger()) == [entry for entries in by_file.values() for entry in entries]


def test_an_entry_survives_its_line_of_json() -> None:
    plant = Plant(Place.TEXT, "(0010,4000)", Kind.NAME, "Lefèvre", "SYN-1", span=(3, 10))
    entry = LedgerEntry.of("2.25.1", plant)
    line = entry.to_json()
    assert line == (
        '{"sop_instance_uid": "2.25.1", "place": "text", "tag": "(0010,4000)", "kind": "name", "value": "Lefèvre", '
        '"person": "SYN-1", "action": "text_removed", "private_creator": "", "span": [3, 10], "page": null, '
        '"box": null}'
    )
    assert LedgerEntry.from_json(line) == entry


@pytest.mark.parametrize(
    ("place", "kind", "value", "action"),
    [
        (Place.ELEMENT, Kind.NAME, "Doe^Jane", Action.TEXT_REMOVED),
        (Place.ELEMENT, Kind.PATIENT_ID, "SYN-1", Action.PATID_CONSISTENT),
        (Place.ELEMENT, Kind.DATE, "20190917", Action.DATE_SHIFTED),
        (Place.ELEMENT, Kind.BIRTH_DATE, "19700101", Action.TEXT_REMOVED),
        (Place.ELEMENT, Kind.UID, "2.25.1", Action.UID_CONSISTENT),
        (Place.FILE_META, Kind.UID, "2.25.1", Action.UID_CONSISTENT),
        (Place.ELEMENT, Kind.AGE, "089Y", Action.TEXT_RETAINED),
        (Place.ELEMENT, Kind.AGE, "090Y", Action.TEXT_REMOVED),
        (Place.ELEMENT, Kind.SEX, "F", Action.TEXT_RETAINED),
        (Place.TEXT, Kind.DATE, "17/09/2019", Action.TEXT_REMOVED),
        (Place.PIXELS, Kind.NAME, "DOE JANE", Action.PIXELS_HIDDEN),
        (Place.PDF, Kind.NAME, "Jane Doe", Action.PIXELS_HIDDEN),
        (Place.PREAMBLE, Kind.NAME, "DOE", Action.TEXT_REMOVED),
        (Place.FILE_NAME, Kind.NAME, "DOE", Action.TEXT_REMOVED),
    ],
)
def test_the_action_that_de_identification_owes_follows_from_place_and_kind(
    place: Place, kind: Kind, value: str, action: Action
) -> None:
    assert Plant(place, "(0010,0000)", kind, value, "SYN-1").action is action


def test_the_uid_of_an_object_itself_is_to_change() -> None:
    assert Plant(Place.ELEMENT, "(0008,0018)", Kind.UID, "2.25.1", "SYN-1").action is Action.UID_CHANGED


def test_a_record_notes_what_is_drawn_and_what_stands_around_the_dataset() -> None:
    name, record = Identifier(Kind.NAME, "DOE", "SYN-1"), Record()
    record.plant_box(Place.PIXELS, name, (10, 20, 90, 34), page=2)
    record.plant_preamble("OPERATOR {name}", {"name": name})
    record.plant_file_name("{name}_export", {"name": name})
    assert record.preamble == b"OPERATOR DOE".ljust(128, b"\x00")
    assert record.file_stem == "DOE_export"
    assert record.plants == [
        Plant(Place.PIXELS, "(7FE0,0010)", Kind.NAME, "DOE", "SYN-1", page=2, box=(10, 20, 90, 34)),
        Plant(Place.PREAMBLE, "", Kind.NAME, "DOE", "SYN-1", span=(9, 12)),
        Plant(Place.FILE_NAME, "", Kind.NAME, "DOE", "SYN-1", span=(0, 3)),
    ]
