"""Modality worklist entries, as a device asks for them."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread

from synthetic_data import Hospital, SyntheticDataError, generate, is_synthetic, read_ledger
from synthetic_data.exporting import write_media, write_zip
from synthetic_data.worklist import WorklistEntry
from tests.synthetic_data.test_ledger import element_at


def scheduled(hospital: Hospital) -> list[WorklistEntry]:
    return [entry for shard in hospital.shards() for entry in hospital.worklist(shard)]


def test_an_entry_is_what_the_study_became() -> None:
    hospital = generate(patients=3, worklist=True)
    entries = scheduled(hospital)
    assert [entry.study.uid for entry in entries] == [study.uid for study in hospital.studies]
    for entry in entries:
        dataset, study = dcmread(BytesIO(entry.encode())), entry.study
        step = dataset.ScheduledProcedureStepSequence[0]
        assert (dataset.StudyInstanceUID, dataset.AccessionNumber) == (study.uid, study.accession_number)
        assert (step.Modality, step.ScheduledStationAETitle) == (study.modality, study.device.station_name)
        assert step.ScheduledProcedureStepStartDate == f"{study.started:%Y%m%d}"
        assert is_synthetic(dataset)


def test_every_identifier_of_an_entry_is_in_its_ledger() -> None:
    for entry in scheduled(generate(patients=3, locale="ja_JP", worklist=True)):
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


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_entries_are_written_for_the_studies_of_the_set_and_stand_in_its_ledger(tmp_path: Path, workers: int) -> None:
    hospital = generate(patients=3, modalities=["CT"], worklist=True)
    hospital.write(tmp_path / "set", workers=workers)
    files = {
        path.relative_to(tmp_path / "set").as_posix(): path.read_bytes() for path in (tmp_path / "set").rglob("*.wl")
    }
    assert files == {entry.path: entry.encode() for entry in scheduled(hospital)}
    assert {dcmread(BytesIO(one)).ScheduledProcedureStepSequence[0].Modality for one in files.values()} == {"CT"}
    assert list(read_ledger(tmp_path / "set" / "ledger.parquet")) == list(hospital.ledger())


def test_no_worklist_is_made_unless_it_is_asked_for() -> None:
    assert scheduled(generate(patients=3)) == []


def test_a_zip_file_has_them_too_and_a_medium_cannot(tmp_path: Path) -> None:
    hospital = generate(patients=1, modalities=["DX"], worklist=True)
    hospital.write(tmp_path / "set")
    write_zip(hospital, tmp_path / "set.zip")
    with zipfile.ZipFile(tmp_path / "set.zip") as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    outside = (path for path in (tmp_path / "set").rglob("*") if path.is_file())
    assert inside == {path.relative_to(tmp_path / "set").as_posix(): path.read_bytes() for path in outside}
    with pytest.raises(SyntheticDataError, match="a DICOMDIR cannot list a worklist"):
        write_media(hospital, tmp_path / "disc")


PLUGIN = Path("/usr/share/orthanc/plugins/libModalityWorklists.so")
TOOLS = ("bwrap", "Orthanc", "/usr/bin/echoscu", "/usr/bin/findscu")
ASK = """
Orthanc $0/orthanc.json > $0/log 2>&1 &
for attempt in $(seq 100); do /usr/bin/echoscu 127.0.0.1 14242 2> /dev/null && break; sleep 0.1; done
/usr/bin/findscu -W -k PatientID -k "ScheduledProcedureStepSequence[0].Modality=CT" -X -od $0/answers 127.0.0.1 14242
"""


@pytest.mark.slow
@pytest.mark.skipif(
    not PLUGIN.exists() or None in map(shutil.which, TOOLS),
    reason="needs Orthanc with its worklist plugin, bwrap and dcmtk",
)
def test_orthancs_worklist_plugin_serves_the_entries(tmp_path: Path) -> None:
    hospital = generate(patients=3, worklist=True)
    for entry in scheduled(hospital):
        (tmp_path / entry.path).parent.mkdir(exist_ok=True)
        (tmp_path / entry.path).write_bytes(entry.encode())
    (tmp_path / "worklist" / "lockfile").touch()
    (tmp_path / "answers").mkdir()
    options = {
        "StorageDirectory": f"{tmp_path}/store", "HttpPort": 18042, "DicomPort": 14242, "Plugins": [str(PLUGIN)],
        "DicomAlwaysAllowFindWorklist": True, "Worklists": {"Enable": True, "Database": f"{tmp_path}/worklist"},
    }  # fmt: skip
    (tmp_path / "orthanc.json").write_text(json.dumps(options))
    # Orthanc listens on every address: a network namespace of its own holds nothing but a loopback
    alone = ["bwrap", "--unshare-all", "--die-with-parent", "--dev-bind", "/", "/", "--proc", "/proc"]
    subprocess.run([*alone, "sh", "-c", ASK, str(tmp_path)], check=True, timeout=60)
    answers = sorted(str(dcmread(path, force=True).PatientID) for path in (tmp_path / "answers").iterdir())
    wanted = sorted(study.patient.patient_id for study in hospital.studies if study.modality == "CT")
    assert answers == wanted
