"""What a copy still says of its patient: the inventory finds what a search for the header's own spelling does not."""

from __future__ import annotations

from io import BytesIO

import pytest
from pydicom import dcmread

from lab.model import Attribute
from lab.probing.survivors import known_people, survivors, survivors_in_elements
from synthetic_data import generate

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
