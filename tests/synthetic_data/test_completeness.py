"""The ledger is complete: the raw bytes of every file hold each identifying value as often as the ledger says, no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pytest

from synthetic_data import LOCALES, Hospital, Instance, Kind, LedgerEntry, generate
from tests.synthetic_data.test_ledger import identity

SHORTEST = 5
"""Shorter values, such as `Roy` or `F`, stand in other words by chance."""

TELLING = {Kind.NAME, Kind.BIRTH_DATE, Kind.PATIENT_ID, Kind.NATIONAL_ID, Kind.ADDRESS, Kind.PHONE, Kind.EMAIL, Kind.UID,
           Kind.ACCESSION_NUMBER, Kind.CASE_ID, Kind.DATE, Kind.INSTITUTION}  # fmt: skip


def identities(hospital: Hospital) -> set[str]:
    """The values that give anyone in the hospital away, in every form that a file may have them in."""
    values = {value for patient in hospital.patients for value in identity(patient, hospital.locale)}
    for person in hospital.staff:
        values |= {person.name.family, person.name.given, person.name.written_family}
    return values


def miscounted(hospital: Hospital, instances: Iterable[Instance]) -> list[tuple[str, str, int, int]]:
    """File, value, how often the bytes have it, how often the ledger: where the two differ."""
    everyone, wrong = identities(hospital), []
    for instance in instances:
        raw, texts = instance.encode(), []
        for entry in instance.ledger:
            texts.append(entry.value)
        wanted = everyone | {entry.value for entry in instance.ledger if entry.kind in TELLING}
        for value in wanted:
            if len(value) >= SHORTEST:
                found, noted = raw.count(value.encode()), sum(text.count(value) for text in texts)
                if found != noted:
                    wrong.append((instance.path, value, found, noted))
    return wrong


@pytest.mark.parametrize("locale", LOCALES)
def test_every_value_stands_in_the_bytes_as_often_as_in_the_ledger(locale: str) -> None:
    hospital = generate(patients=3, locale=locale, modalities=["CT", "MR"])
    assert miscounted(hospital, (one for one in hospital.instances() if one.number == 1)) == []


def test_every_file_of_the_small_hospital_is_complete(hospital: Hospital, instances: list[Instance]) -> None:
    assert miscounted(hospital, instances) == []


def test_no_person_is_in_anothers_file(hospital: Hospital, ledger: list[LedgerEntry]) -> None:
    people = defaultdict(set)
    for entry in ledger:
        if entry.person.startswith("SYN-"):
            people[entry.sop_instance_uid].add(entry.person.split("/")[0])
    assert all(len(found) == 1 for found in people.values())
    assert len(people) == hospital.instance_count
