"""The ledger is complete: the bytes of every file hold each identifying value as often as the ledger says, no more."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

import pytest

from synthetic_data import LOCALES, Hospital, Instance, Kind, LedgerEntry, Place, generate
from tests.synthetic_data.test_ledger import elements, identity

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


def is_drawn(entry: LedgerEntry, instance: Instance) -> bool:
    """Whether letters are pixels there, which no search for text finds; `test_burned_in` reads them.

    That is so in a box in pixel data (an icon's, too), in an overlay, and in the picture that a scanned card's PDF is.
    """
    if entry.box is None:
        return False
    return (
        (entry.place is Place.PIXELS and entry.tag.endswith("(7FE0,0010)"))
        or (entry.place is Place.OVERLAY and re.search(r"\(60[0-9A-F]{2},3000\)$", entry.tag) is not None)
        or (entry.place is Place.PDF and instance.series.key == "pdf_card")
    )


def readable(instance: Instance) -> bytes:
    """The file's bytes; what is typed in a PDF, and its information, which have encodings of their own, in UTF-8."""
    raw = instance.encode()
    document = instance.dataset.get("EncapsulatedDocument", b"")
    if not document:
        return raw
    assert raw.count(document) == 1
    typed = re.sub(r"\\([\\()])", r"\1", document.decode("cp1252", "replace"))
    information = [bytes.fromhex(found).decode("utf-16") for found in re.findall("<(FEFF[0-9A-F]+)>", typed)]
    assert len(information) == 2
    return b"\n".join([raw.replace(document, b"\n"), *(text.encode() for text in (typed, *information))])


def miscounted(hospital: Hospital, instances: Iterable[Instance]) -> list[tuple[str, str, int, int]]:
    """File, value, how often the bytes have it, how often the ledger: where the two differ."""
    everyone, wrong = identities(hospital), []
    for instance in instances:
        raw, entries = readable(instance), instance.ledger
        written = [e.value for e in entries if not is_drawn(e, instance) and e.place is not Place.FILE_NAME]
        study = instance.study
        its = {study.uid, instance.series.uid, study.accession_number, study.admission_id, study.institution.name}
        # what is drawn is wanted as well: it must not stand as text somewhere that the ledger does not say
        for value in everyone | its | {entry.value for entry in entries if entry.kind in TELLING}:
            if len(value) >= SHORTEST:
                found, noted = raw.count(value.encode()), sum(one.count(value) for one in written)
                if found != noted:
                    wrong.append((instance.path, value, found, noted))
    return wrong


@pytest.mark.parametrize(
    "locale", [pytest.param(name, marks=[] if name in ("fr_FR", "he_IL") else [pytest.mark.slow]) for name in LOCALES]
)
def test_every_value_stands_in_the_bytes_as_often_as_in_the_ledger(locale: str) -> None:
    hospital = generate(patients=3, locale=locale, modalities=["CT", "MR"])
    assert miscounted(hospital, (one for one in hospital.instances() if one.number == 1)) == []


@pytest.mark.slow
def test_every_file_of_the_small_hospital_is_complete(hospital: Hospital, instances: list[Instance]) -> None:
    assert miscounted(hospital, instances) == []


@pytest.mark.slow
@pytest.mark.parametrize("locale", LOCALES)
def test_one_object_of_each_kind_is_complete(locale: str) -> None:
    hospital = generate(patients=15, locale=locale, objects="all")
    kinds: dict[tuple[str, str], Instance] = {}
    for instance in hospital.instances():
        kinds.setdefault((instance.series.content, instance.series.key), instance)
    assert {content for content, _ in kinds} > {"PDF", "ECG", "KO", "PR", "SC", "SCAN", "SRBASIC", "SRFULL", "US", "XA"}
    assert miscounted(hospital, kinds.values()) == []


@pytest.mark.parametrize(
    "locale", [pytest.param(name, marks=[] if name == "fr_FR" else [pytest.mark.slow]) for name in LOCALES]
)
def test_every_value_stands_in_a_worklist_entry_as_often_as_in_the_ledger(locale: str) -> None:
    hospital = generate(patients=8, locale=locale, worklist=True)
    everyone, wrong = identities(hospital), []
    for entry in (one for shard in hospital.shards() for one in hospital.worklist(shard)):
        raw, noted = entry.encode(), [one.value for one in entry.ledger]
        telling = {one.value for one in entry.ledger if one.kind in TELLING}
        for value in (one for one in everyone | telling if len(one) >= SHORTEST):
            found, listed = raw.count(value.encode()), sum(text.count(value) for text in noted)
            wrong += [(entry.path, value, found, listed)] if found != listed else []
    assert wrong == []


NOT_A_PERSONS = {"(0020,0020)": "the patient's F is a sex, a picture's F are the feet"}
"""Places whose values look like identifiers and are none."""


def counted_by_place(instance: Instance, whole: set[str], within: set[str]) -> Counter[tuple[str, str]]:
    """How often each value stands at each place: `whole` ones as the value of an element, the others anywhere in its text."""
    found: Counter[tuple[str, str]] = Counter()
    for path, text in (*elements(instance.dataset), *elements(instance.dataset.file_meta)):
        if path not in NOT_A_PERSONS:
            found.update({(path, value): text.count(value) for value in within if value in text})
            found.update([(path, text)] if text in whole - within else [])
    return found


def misplaced(
    instance: Instance, entries: Iterable[LedgerEntry], whole: set[str], within: set[str]
) -> set[tuple[str, str]]:
    """Place and value of what the file has there more or less often than the entries say."""
    noted: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        if entry.box is None and entry.place not in (Place.PREAMBLE, Place.FILE_NAME):
            values = [value for value in within if value in entry.value]
            noted.update({(entry.tag, value): entry.value.count(value) for value in values})
            noted.update([(entry.tag, entry.value)] if entry.value in whole - within else [])
    found = counted_by_place(instance, whole, within)
    return {place for place in found | noted if found[place] != noted[place]}


@pytest.mark.parametrize("locale", ["fr_FR", pytest.param("ja_JP", marks=pytest.mark.slow)])
def test_no_entry_can_be_left_out_unnoticed(locale: str) -> None:
    """An entry is dropped, one after the other: each time the file has a value at a place where the ledger has none."""
    hospital = generate(patients=15, locale=locale, objects="all")
    kinds: dict[str, Instance] = {}
    for instance in hospital.instances():
        kinds.setdefault(instance.series.content, instance)
    everyone = {value for value in identities(hospital) if len(value) >= SHORTEST}
    for instance in kinds.values():
        around = (Place.PDF, Place.PREAMBLE, Place.FILE_NAME)
        entries = [entry for entry in instance.ledger if entry.box is None and entry.place not in around]
        whole = {entry.value for entry in entries if entry.span is None}
        long = {entry.value for entry in entries if entry.kind in TELLING and len(entry.value) >= SHORTEST}
        within = everyone | long | {entry.value for entry in entries if entry.span is not None}
        assert misplaced(instance, entries, whole, within) == set(), instance.path
        unnoticed = []
        for number, dropped in enumerate(entries):
            rest = entries[:number] + entries[number + 1 :]
            if not misplaced(instance, rest, whole, within):
                unnoticed.append((dropped.tag, dropped.value))
        assert unnoticed == [], instance.path


def test_only_a_box_in_a_picture_counts_as_drawn(instances: list[Instance]) -> None:
    screen = next(one for one in instances if any(is_drawn(entry, one) for entry in one.ledger))
    drawn = next(entry for entry in screen.ledger if is_drawn(entry, screen) and len(entry.value) >= SHORTEST)
    for place, tag, box in (
        (Place.ELEMENT, drawn.tag, drawn.box),
        (Place.PIXELS, "(0010,0010)", drawn.box),
        (Place.OVERLAY, drawn.tag, drawn.box),
        (Place.PDF, drawn.tag, drawn.box),
        (Place.PIXELS, drawn.tag, None),
    ):
        assert not is_drawn(replace(drawn, place=place, tag=tag, box=box), screen)


@pytest.mark.slow
def test_no_person_is_in_anothers_file(hospital: Hospital, ledger: list[LedgerEntry]) -> None:
    people = defaultdict(set)
    for entry in ledger:
        if entry.person.startswith("SYN-"):
            people[entry.sop_instance_uid].add(entry.person.split("/")[0])
    assert all(len(found) == 1 for found in people.values())
    assert len(people) == hospital.instance_count
