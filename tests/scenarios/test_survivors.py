"""What a copy still says of its patient: the inventory finds what a search for the header's own spelling does not."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import pytest
from pydicom import Dataset, dcmread

from lab.catalogue import weakness
from lab.clients.export import Exported, Original
from lab.clients.masking import by_pacslab, by_script
from lab.model import Attribute, NotChecked, Safe, Vulnerable
from lab.patients import LOCALE, SEED
from lab.probing.handed_out import judge
from lab.probing.survivors import known_people, named_in, survivors, survivors_in_elements
from synthetic_data import generate

SCENARIOS = ["deid-incomplete", "phi-in-export-names", "test-environment"]
ORIGINAL = {"PatientName": "Dias^Lucie", "PatientID": "SYN-60942017", "PatientBirthDate": "19740106"}


def copy_with(**values: str) -> bytes:
    """An image whose header names nobody, but for these elements."""
    dataset = dcmread(BytesIO(next(generate(patients=1, modalities=("CT",)).instances()).encode()))
    uid, kept = dataset.SOPInstanceUID, ("Rows", "Columns", "SOPClassUID", "SpecificCharacterSet")
    for element in list(dataset):
        if element.keyword not in kept:
            del dataset[element.tag]
    dataset.SOPInstanceUID = uid
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    file = BytesIO()
    dataset.save_as(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("values", "by_bytes", "by_inventory"),
    [
        ({"SeriesDescription": "Axial"}, set(), set()),
        ({"SeriesDescription": "LUCIE DIAS control"}, set(), {Attribute.NAME}),
        ({"PatientBirthDate": "19740106"}, {Attribute.BIRTH_DATE}, {Attribute.BIRTH_DATE}),
        ({"ImageComments": "SYN-60942017"}, {Attribute.PATIENT_ID}, {Attribute.PATIENT_ID}),
    ],
)
def test_a_name_in_another_spelling_is_found_by_the_inventory(
    values: dict[str, str], by_bytes: set[Attribute], by_inventory: set[Attribute]
) -> None:
    content = copy_with(**values)
    assert set(survivors(content, ORIGINAL)) == by_bytes
    assert survivors_in_elements(content, ORIGINAL, known_people([ORIGINAL])).attributes == by_inventory


@cache
def original(description: str) -> bytes:
    """An image of the lab's first patient: the dose report has letters in its pixels."""
    images = generate(seed=SEED, patients=1, locale=LOCALE).instances()
    return next(one.encode() for one in images if one.dataset.get("SeriesDescription") == description)


def handed_out(content: bytes, made_from: bytes) -> Exported:
    header = dcmread(BytesIO(made_from), stop_before_pixels=True)
    keywords = ("PatientName", "PatientID", "PatientBirthDate", "ReferringPhysicianName", "StudyDate")
    tags = {keyword: str(header[keyword].value) for keyword in keywords}
    return Exported({"0001/image.dcm": content}, {"0001/image.dcm": Original(tags, made_from)}, ())


def bare(content: bytes, **values: str) -> bytes:
    """The picture and what describes it, nothing else."""
    full, left, file = dcmread(BytesIO(content)), Dataset(), BytesIO()
    for element in full:
        if element.tag.group == 0x0028 or element.keyword in ("PixelData", "SOPClassUID", "Modality"):
            left.add(element)
    left.SOPInstanceUID, left.file_meta = "2.25.1", full.file_meta
    left.file_meta.MediaStorageSOPInstanceUID = "2.25.1"
    del left.file_meta.SourceApplicationEntityTitle
    for keyword, value in values.items():
        setattr(left, keyword, value)
    left.save_as(file, enforce_file_format=True)
    return file.getvalue()


def test_a_log_names_somebody_in_whatever_spelling() -> None:
    names = ["Dias^Lucie", "Reynaud^Jacques", "Brunel^Thibaut"]
    lines = ['AUDIT {"0010,0010":"Dias^Lucie"}', "found REYNAUD Jacques, 3 studies", "nobody else"]
    assert named_in(lines, names) == names[:2]


def test_a_picture_with_a_name_is_found_whatever_the_copy_says_of_itself() -> None:
    report = original("Protocole patient")
    copy = bare(report, BurnedInAnnotation="NO", PatientIdentityRemoved="YES")
    found = judge(handed_out(copy, report))
    assert isinstance(found.verdict("clean", "named"), Vulnerable)  # type: ignore[arg-type]
    assert {Attribute.NAME, Attribute.PATIENT_ID, Attribute.BIRTH_DATE} <= set().union(*(a for _, a in found.leaks))
    assert f"{found.survived}/{found.planted}" in found.steps[0]
    assert "pixels (7FE0,0010)" in found.steps[0]


def test_a_picture_of_somebody_who_is_in_no_answer_key_is_compared_with_its_original() -> None:
    foreign = next(
        one.encode()
        for one in generate(seed=7, patients=6, locale=LOCALE, modalities=("CT",)).instances()
        if one.dataset.get("BurnedInAnnotation") == "YES"
    )
    assert judge(handed_out(bare(foreign, BurnedInAnnotation="NO"), foreign)).leaks


@pytest.mark.slow
def test_what_a_script_masks_leaks_and_what_pacslab_masks_does_not() -> None:
    report = original("Protocole patient")
    script = judge(handed_out(by_script(report), report))
    assert script.survived > 20
    cleaned = judge(handed_out(by_pacslab({"one": report})["one"], report))
    assert (cleaned.survived, cleaned.leaks, cleaned.planted) == (0, [], script.planted)
    assert isinstance(cleaned.verdict("clean", "named"), Safe)  # type: ignore[arg-type]


def test_a_picture_that_cannot_be_looked_at_is_not_checked() -> None:
    report = original("Protocole patient")
    found = judge(handed_out(bare(report, Rows=8), report))  # type: ignore[arg-type]
    assert isinstance(found.verdict("clean", "named"), NotChecked)  # type: ignore[arg-type]


def test_an_empty_collection_says_nothing(scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = weakness(scenario).probe_once.__module__
    made = "make_test_copy" if scenario == "test-environment" else "make_export"
    monkeypatch.setattr(f"{module}.{made}", lambda site: Exported({}, {}, ()))
    assert isinstance(weakness(scenario).probe_once(None), NotChecked)  # type: ignore[arg-type]
