"""Synthetic objects are told from real ones, also after someone took a mark away."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread

from synthetic_data import Instance, is_synthetic, synthetic_marks

ALL = (
    "patient_id",
    "issuer",
    "patient_comments",
    "manufacturer",
    "image_comments",
    "quality_control_image",
    "private_block",
    "implementation",
)


def real_object() -> Dataset:
    """A plausible real patient's object: none of the marks."""
    dataset = Dataset()
    dataset.PatientID = "0012345"
    dataset.PatientName = "Doe^Jane"
    dataset.Manufacturer = "ACME"
    dataset.PatientComments = "synthetic fibre allergy"
    dataset.private_block(0x0009, "ACME 1.0", create=True).add_new(0x01, "LO", "anything")
    return dataset


def test_every_file_bears_every_mark(folder: Path) -> None:
    files = sorted(folder.rglob("*.dcm"))
    assert {synthetic_marks(dcmread(file, stop_before_pixels=True)) for file in files} == {ALL}


def test_a_real_object_bears_none() -> None:
    assert synthetic_marks(real_object()) == ()
    assert synthetic_marks(Dataset()) == ()
    assert not is_synthetic(real_object())


def test_one_mark_alone_is_not_enough() -> None:
    phantom_scan = real_object()
    phantom_scan.QualityControlImage = "YES"
    assert synthetic_marks(phantom_scan) == ("quality_control_image",)
    assert not is_synthetic(phantom_scan)


@pytest.mark.parametrize("name", ALL)
def test_taking_one_mark_away_leaves_the_others(instances: list[Instance], name: str) -> None:
    dataset = deepcopy(instances[0].dataset)
    {
        "patient_id": lambda: setattr(dataset, "PatientID", "1"),
        "issuer": lambda: delattr(dataset, "IssuerOfPatientID"),
        "patient_comments": lambda: delattr(dataset, "PatientComments"),
        "manufacturer": lambda: setattr(dataset, "Manufacturer", None),
        "image_comments": lambda: delattr(dataset, "ImageComments"),
        "quality_control_image": lambda: setattr(dataset, "QualityControlImage", "NO"),
        "private_block": dataset.remove_private_tags,
        "implementation": lambda: delattr(dataset, "file_meta"),
    }[name]()
    assert synthetic_marks(dataset) == tuple(mark for mark in ALL if mark != name)
    assert is_synthetic(dataset)


def test_a_thorough_de_identification_leaves_enough(instances: list[Instance]) -> None:
    """What the basic profile removes or replaces (DICOM PS3.15 table E.1-1), private elements and the file meta too."""
    dataset = deepcopy(instances[0].dataset)
    dataset.remove_private_tags()
    for keyword in ("IssuerOfPatientID", "PatientComments", "ImageComments", "file_meta"):
        delattr(dataset, keyword)
    dataset.PatientID = "ANON1"
    assert synthetic_marks(dataset) == ("manufacturer", "quality_control_image")
    assert is_synthetic(dataset)
