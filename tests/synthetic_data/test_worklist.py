"""Modality worklist entries, as a device asks for them."""

from __future__ import annotations

from io import BytesIO

from pydicom import dcmread

from synthetic_data import generate, is_synthetic
from synthetic_data.worklist import worklist
from tests.synthetic_data.test_ledger import element_at


def test_an_entry_is_what_the_study_became() -> None:
    hospital = generate(patients=3)
    entries = list(worklist(hospital))
    assert [entry.study.uid for entry in entries] == [study.uid for study in hospital.studies]
    for entry in entries:
        dataset, study = dcmread(BytesIO(entry.encode())), entry.study
        step = dataset.ScheduledProcedureStepSequence[0]
        assert (dataset.StudyInstanceUID, dataset.AccessionNumber) == (study.uid, study.accession_number)
        assert (step.Modality, step.ScheduledStationAETitle) == (study.modality, study.device.station_name)
        assert step.ScheduledProcedureStepStartDate == f"{study.started:%Y%m%d}"
        assert is_synthetic(dataset)


def test_every_identifier_of_an_entry_is_in_its_ledger() -> None:
    for entry in worklist(generate(patients=3, locale="ja_JP")):
        dataset = dcmread(BytesIO(entry.encode()))
        for one in entry.ledger:
            element = element_at(dataset.file_meta if one.place == "file_meta" else dataset, one.tag)
            assert str(element.value) == one.value
        known = {one.tag for one in entry.ledger}
        assert all(
            f"({element.tag.group:04X},{element.tag.element:04X})" in known
            for element in dataset
            if element.VR in ("PN", "DA", "TM", "UI")
        )
