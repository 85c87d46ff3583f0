"""What the objects say, and that they say it in the standard's way."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset

from synthetic_data import LOCALES, Hospital, Instance, generate

LIMITS = {"LO": 64, "SH": 16, "CS": 16, "AE": 16, "DS": 16, "IS": 12, "AS": 4, "UI": 64, "ST": 1024, "LT": 10240}
"""The longest value in characters (DICOM PS3.5 table 6.2-1); bytes are held to it, as not every reader knows better."""


def stack(instances: list[Instance], key: str) -> list[Dataset]:
    """The images of the first series of that protocol."""
    uid = next(i.series.uid for i in instances if i.series.key == key)
    return [i.dataset for i in instances if i.series.uid == uid]


@pytest.mark.slow
def test_a_file_is_what_pydicom_writes_for_the_dataset(instances: list[Instance]) -> None:
    for instance in instances:
        buffer = BytesIO()
        dcmwrite(buffer, instance.dataset, enforce_file_format=True)
        assert instance.encode() == buffer.getvalue(), instance.path


def test_a_dataset_is_the_callers_to_change(hospital: Hospital) -> None:
    first, second, *_ = hospital.instances()
    first.dataset.PatientName = "Changed^Someone"
    first.dataset.RequestAttributesSequence[0].ReasonForTheRequestedProcedure = "changed"
    assert second.dataset.PatientName == hospital.patients[0].name.dicom
    assert "changed" not in second.dataset.RequestAttributesSequence[0].ReasonForTheRequestedProcedure


def test_the_record_holds_what_the_survey_of_2019_saw(hospital: Hospital, instances: list[Instance]) -> None:
    for instance in instances:
        dataset, study, patient = instance.dataset, instance.study, instance.patient
        seen = {
            "PatientName": patient.name.dicom,
            "PatientBirthDate": f"{patient.birth_date:%Y%m%d}",
            "StudyDate": f"{study.started:%Y%m%d}",
            "Modality": study.modality,
            "StudyDescription": study.description,
            "ReferringPhysicianName": study.referring.name.dicom,
            "PerformingPhysicianName": study.performing.name.dicom,
            "InstitutionName": hospital.institution.name,
            "PatientAddress": patient.address.line,
            "OtherPatientIDs": patient.national_id,
            "AccessionNumber": study.accession_number,
        }
        assert {keyword: str(dataset[keyword].value) for keyword in seen} == seen
        assert list(dataset.PatientTelephoneNumbers) == [patient.phone, patient.mobile]
        assert dataset.RequestAttributesSequence[0].RequestedProcedureDescription == study.procedure


def test_texts_are_french_unicode_and_survive_a_file(instances: list[Instance]) -> None:
    dataset = dcmread(BytesIO(instances[0].encode()))
    assert dataset.SpecificCharacterSet == "ISO_IR 192"
    assert dataset.StudyDescription == "Scanner cérébral sans injection"
    assert dataset.AdditionalPatientHistory == (
        "M. Reynaud, 20 ans : chute de vélo, perte de connaissance brève, douleur de la main droite. Transport par les "
        "pompiers. Médecin traitant : Dr Philippe."
    )
    assert dataset.PatientComments.startswith("SYNTHETIC - NOT A PERSON. Personne à prévenir : ")


@pytest.mark.slow
@pytest.mark.parametrize("locale", LOCALES)
def test_no_value_is_longer_than_its_representation_allows(locale: str) -> None:
    too_long = []
    for instance in generate(patients=12, locale=locale).instances():
        if instance.number == 1 and instance.series.number == 1:
            record = instance._share.record.dataset
            for element in record.iterall():
                values = element.value if element.VM > 1 else [element.value]
                too_long += [
                    (element.keyword, str(v)) for v in values if len(str(v).encode()) > LIMITS.get(element.VR, 10**6)
                ]
    assert too_long == []


@pytest.mark.parametrize("key", ["ct_brain", "ct_lung", "mr_t2"])
def test_slices_are_parallel_equidistant_and_go_up(instances: list[Instance], key: str) -> None:
    slices = stack(instances, key)
    heights = [float(dataset.ImagePositionPatient[2]) for dataset in slices]
    steps = [round(b - a, 3) for a, b in pairwise(heights)]
    assert all(abs(step - float(slices[0].SpacingBetweenSlices)) < 0.002 for step in steps)
    assert {tuple(dataset.ImageOrientationPatient) for dataset in slices} == {(1, 0, 0, 0, 1, 0)}
    assert len({tuple(dataset.ImagePositionPatient[:2]) for dataset in slices}) == 1
    assert [float(dataset.SliceLocation) for dataset in slices] == heights
    assert [dataset.InstanceNumber for dataset in slices] == list(range(1, len(slices) + 1))


def test_the_series_of_a_study_share_their_space_and_no_other_study_does(instances: list[Instance]) -> None:
    frames = {}
    positions = {}
    for instance in instances:
        if "FrameOfReferenceUID" in instance.dataset:
            frames.setdefault(instance.study.uid, set()).add(instance.dataset.FrameOfReferenceUID)
            if "SCOUT" in instance.series.content:
                continue  # it lies in other planes
            key = (instance.study.uid, instance.number)
            positions.setdefault(key, set()).add(tuple(instance.dataset.ImagePositionPatient))
    assert all(len(uids) == 1 for uids in frames.values())
    assert len({uid for uids in frames.values() for uid in uids}) == len(frames)
    assert all(len(places) == 1 for places in positions.values())


def test_times_follow_each_other_within_a_study(instances: list[Instance]) -> None:
    for instance in instances:
        dataset = instance.dataset
        moments = [
            dataset[f"{stage}Date"].value + dataset[f"{stage}Time"].value for stage in ("Study", "Series", "Content")
        ]
        assert moments == sorted(moments)


@pytest.mark.slow
def test_radiographs_say_how_they_are_to_be_shown(instances: list[Instance]) -> None:
    rooms = {
        i.dataset.StationName: (i.dataset.PhotometricInterpretation, i.dataset.PresentationLUTShape)
        for i in generate(modalities=["DX"]).instances()
    }
    positive = ("MONOCHROME2", "IDENTITY")
    assert rooms == {
        "SYNDX01": ("MONOCHROME1", "INVERSE"), "SYNDX02": positive, "SYNDX03": positive, "SYNDX04": positive,
    }  # fmt: skip


def corners(dataset: Dataset) -> NDArray[Any]:
    """Where the middles of an image's four corner pixels lie in the patient, in mm (DICOM PS3.3 C.7.6.2.1.1)."""
    row, column = np.array(dataset.ImageOrientationPatient, float).reshape(2, 3)
    down, across = (float(value) for value in dataset.PixelSpacing)
    origin = np.array(dataset.ImagePositionPatient, float)
    ends = [(0, 0), (dataset.Rows - 1, 0), (0, dataset.Columns - 1), (dataset.Rows - 1, dataset.Columns - 1)]
    return np.array([origin + r * down * column + c * across * row for r, c in ends])


@pytest.fixture(scope="module")
def located() -> dict[str, list[Dataset]]:
    """The headers with a place in space of one examination of each kind, by its name."""
    found: dict[str, dict[str, list[Dataset]]] = {}
    for instance in generate(patients=15).instances():
        if "ImageOrientationPatient" in instance.header:
            found.setdefault(instance.study.exam, {}).setdefault(instance.study.uid, []).append(instance.header)
    return {exam: next(iter(studies.values())) for exam, studies in found.items()}


@pytest.mark.slow
def test_every_image_with_a_place_has_unit_axes_at_right_angles_and_its_plane_in_the_body(
    located: dict[str, list[Dataset]],
) -> None:
    assert set(located) == {"ct_head", "ct_chest", "mr_head", "pt_body"}
    for images in located.values():
        for image in images:
            row, column = np.array(image.ImageOrientationPatient, float).reshape(2, 3)
            assert np.allclose([row @ row, column @ column, row @ column], [1, 1, 0])


@pytest.mark.parametrize("exam", ["ct_head", "ct_chest", "mr_head"])
def test_a_localizer_lies_where_the_slices_are_planned_on_it(located: dict[str, list[Dataset]], exam: str) -> None:
    scouts = [one for one in located[exam] if one.Rows < 100 or "LOCALIZER" in one.ImageType]
    slices = [one for one in located[exam] if one not in scouts]
    assert len(scouts) == (3 if exam == "mr_head" else 1)
    heights = [float(one.ImagePositionPatient[2]) for one in slices]
    middle = np.mean([corners(one).mean(0) for one in slices], 0)
    for scout in scouts:
        places = corners(scout)
        low, high = places.min(0), places.max(0)
        if low[2] < high[2]:
            assert low[2] < min(heights) < max(heights) < high[2]
        across = np.flatnonzero(high - low > 0)
        assert np.all(low[across[across < 2]] < middle[across[across < 2]])
        assert np.all(high[across[across < 2]] > middle[across[across < 2]])


def test_an_mr_localizer_shows_the_three_planes_through_the_head(located: dict[str, list[Dataset]]) -> None:
    planes = [one for one in located["mr_head"] if one.Rows < 100]
    directions = [tuple(int(value) for value in one.ImageOrientationPatient) for one in planes]
    assert directions == [(1, 0, 0, 0, 1, 0), (1, 0, 0, 0, 0, -1), (0, 1, 0, 0, 0, -1)]
    assert len({one.FrameOfReferenceUID for one in located["mr_head"]}) == 1
    spread = np.ptp([corners(one).mean(0)[:2] for one in planes], axis=0)
    assert np.all(spread < 25), "all three pass near the same point"


def test_the_localizers_planes_meet_in_the_same_head() -> None:
    """A pixel that two of the planes share shows the same tissue in both."""
    study = next(i for i in generate(patients=15).instances() if i.series.key == "mr_scout")
    scout = [i for i in generate(patients=15, modalities=["MR"]).instances() if i.series.uid == study.series.uid]
    axial, coronal = (one.pixels.astype(float) for one in scout[:2])
    up, front = (np.array(one.header.ImagePositionPatient, float) for one in scout[:2])
    spacing = float(scout[0].header.PixelSpacing[0])
    row = round((front[2] - up[2]) / spacing)
    line = round((front[1] - up[1]) / spacing)
    assert np.corrcoef(axial[line], coronal[row])[0, 1] > 0.7


def test_pet_slices_are_parallel_and_equidistant(located: dict[str, list[Dataset]]) -> None:
    heights = [float(one.ImagePositionPatient[2]) for one in located["pt_body"]]
    steps = [b - a for a, b in pairwise(heights)]
    assert len(heights) == 24
    assert max(steps) - min(steps) < 0.002
    assert min(steps) > 0
