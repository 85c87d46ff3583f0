"""Other ways out: a zip file and a medium with a DICOMDIR hold what a folder holds."""

from __future__ import annotations

import errno
import os
import pickle
import subprocess
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.fileset import FileSet

from synthetic_data import Hospital, SyntheticDataError, generate, read_ledger
from synthetic_data.cli import main
from synthetic_data.exporting import FORMS, write_as, write_media, write_zip
from synthetic_data.medium import Medium
from synthetic_data.sets import SetFolder
from tests.synthetic_data.conftest import rows_of
from tests.synthetic_data.test_completeness import SHORTEST, TELLING, identities
from tests.synthetic_data.test_ledger import element_at
from tests.synthetic_data.test_validity import DCIODVFY

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def two() -> Hospital:
    return generate(patients=2, modalities=["CT", "MR"])


@pytest.fixture(scope="module")
def medium(two: Hospital, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("medium") / "disc"
    write_media(two, folder)
    return folder


def test_a_zip_file_holds_what_a_folder_holds(two: Hospital, tmp_path: Path) -> None:
    two.write(tmp_path / "folder")
    write_zip(two, tmp_path / "set.zip")
    with zipfile.ZipFile(tmp_path / "set.zip") as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    files = [path for path in (tmp_path / "folder").rglob("*") if path.is_file()]
    outside = {path.relative_to(tmp_path / "folder").as_posix(): path.read_bytes() for path in files}
    assert inside == outside


def test_the_same_zip_file_has_the_same_bytes_and_is_not_overwritten(tmp_path: Path) -> None:
    one = generate(patients=1, modalities=["CT"])
    for name in ("a.zip", "b.zip"):
        write_zip(one, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with pytest.raises(SyntheticDataError, match="exists already"):
        write_zip(one, tmp_path / "a.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "b.zip"]


def test_an_interrupted_zip_leaves_nothing(two: Hospital, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_zip(two, tmp_path / "set.zip", stop)
    assert list(tmp_path.iterdir()) == []


def test_a_dicomdir_lists_every_object_under_its_file(two: Hospital, medium: Path) -> None:
    listed = {str(one.SOPInstanceUID): Path(one.path).read_bytes() for one in FileSet(medium / "DICOMDIR")}
    assert listed == {instance.sop_instance_uid: instance.encode() for instance in two.instances()}


def test_a_dicomdir_is_valid(medium: Path) -> None:
    run = subprocess.run([DCIODVFY, medium / "DICOMDIR"], capture_output=True, text=True, check=False)
    assert (run.stdout + run.stderr).split() == ["BasicDirectory"]


def test_a_mediums_ledger_has_its_files_and_its_directory(medium: Path) -> None:
    entries = list(read_ledger(medium / "ledger.parquet"))
    directory = dcmread(medium / "DICOMDIR")
    of_directory = [e for e in entries if e.sop_instance_uid == directory.file_meta.MediaStorageSOPInstanceUID]
    for entry in of_directory:
        element = element_at(directory.file_meta if entry.place == "file_meta" else directory, entry.tag)
        assert entry.value == str(element.value)
    names = [str(record.PatientName) for record in directory.DirectoryRecordSequence if "PatientName" in record]
    assert [entry.value for entry in of_directory if entry.kind == "name"] == names


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Hospital, Path]:
    """A medium of every kind of document, and of pictures that come alone."""
    made = generate(patients=15, objects="all", modalities=["SR", "KO", "PR", "DOC", "ECG", "OT", "CR"])
    folder = tmp_path_factory.mktemp("papers") / "disc"
    write_media(made, folder)
    return made, folder


def test_a_dicomdir_of_documents_is_valid_and_lists_them_all(papers: tuple[Hospital, Path]) -> None:
    made, folder = papers
    run = subprocess.run([DCIODVFY, folder / "DICOMDIR"], capture_output=True, text=True, check=False)
    assert (run.stdout + run.stderr).split() == ["BasicDirectory"]
    listed = FileSet(folder / "DICOMDIR")
    assert {str(one.SOPInstanceUID) for one in listed} == {one.sop_instance_uid for one in made.instances()}
    kinds = {str(record.DirectoryRecordType) for record in dcmread(folder / "DICOMDIR").DirectoryRecordSequence}
    assert kinds == {
        "PATIENT", "STUDY", "SERIES", "IMAGE", "SR DOCUMENT", "KEY OBJECT DOC", "PRESENTATION", "ENCAP DOC", "WAVEFORM",
    }  # fmt: skip


def test_a_dicomdirs_bytes_hold_each_value_as_often_as_its_ledger(papers: tuple[Hospital, Path]) -> None:
    made, folder = papers
    raw = (folder / "DICOMDIR").read_bytes()
    entries = [one for one in rows_of(folder) if one["file"] == "DICOMDIR"]
    everyone = identities(made) | {entry.value for entry in made.ledger() if entry.kind in TELLING}
    noted = Counter(str(one["value"]) for one in entries)
    wrong = {}
    for value in everyone:
        found = raw.count(value.encode())
        listed = sum(times * one.count(value) for one, times in noted.items() if value in one)
        if len(value) >= SHORTEST and found != listed:
            wrong[value] = (found, listed)
    assert wrong == {}
    directory = dcmread(folder / "DICOMDIR")
    for one in entries:
        element = element_at(directory.file_meta if one["place"] == "file_meta" else directory, str(one["tag"]))
        span = slice(one["span_start"], one["span_end"])
        assert str(element.value)[span] == one["value"], one


def test_a_full_disk_leaves_no_half_of_a_medium_and_the_same_command_works_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, real, files = generate(patients=1, modalities=["DX", "US"]), os.writev, 0

    def fill_up(descriptor: int, pieces: list[bytes]) -> int:
        nonlocal files
        files += 1
        if files == 4:
            os.write(descriptor, pieces[0])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, pieces)

    monkeypatch.setattr(os, "writev", fill_up)
    with pytest.raises(SyntheticDataError, match="cannot write to"):
        write_media(one, tmp_path / "disc")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "disc.part").mkdir()
    (tmp_path / "disc.part" / "hospital.json").touch()  # as a killed run leaves it
    assert write_media(one, tmp_path / "disc").instances == one.instance_count
    assert [path.name for path in tmp_path.iterdir()] == ["disc"]
    assert {path.name for path in (tmp_path / "disc").iterdir()} == {
        "DICOMDIR", "PT000000", "hospital.json", "ledger.parquet",
    }  # fmt: skip


def test_what_is_in_the_way_of_a_medium_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "disc.part").mkdir()
    (tmp_path / "disc.part" / "mine.txt").touch()
    with pytest.raises(SyntheticDataError, match="is in the way"):
        write_media(generate(patients=1, modalities=["DX"]), tmp_path / "disc")
    assert [path.name for path in (tmp_path / "disc.part").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    "options", [{"modalities": ["US"], "first": 2}, {"since": date(2030, 1, 1)}, {"modalities": ["SR"]}]
)
@pytest.mark.parametrize("form", FORMS)
def test_a_selection_that_leaves_nothing_is_said_and_nothing_is_made(
    form: str, options: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(SyntheticDataError, match=r"^no study fits; ask for other modalities or days"):
        write_as(form, generate(patients=1, **options), tmp_path / "new", None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["zip", "media"])
def test_a_form_that_one_process_writes_refuses_workers(form: str, two: Hospital, tmp_path: Path) -> None:
    for options in ({"workers": 2}, {"scheduler": "tcp://127.0.0.1:9"}):
        with pytest.raises(SyntheticDataError, match="is written by one process"):
            write_as(form, two, tmp_path / "new", None, **options)
    assert list(tmp_path.iterdir()) == []


def test_a_mediums_memory_does_not_grow_with_its_patients(tmp_path: Path) -> None:
    """The writer keeps nothing of a patient that is done: neither records, names, nor identifiers."""
    made = generate(patients=3, modalities=["DX"])
    place = SetFolder(tmp_path / "disc")
    place.claim(made.options)
    with (place.folder / "DICOMDIR").open("w+b") as file:
        medium = Medium(made, place, file)
        shards = list(made.shards())
        sizes = []
        for shard in shards:
            medium.add(shard, lambda done: None)
            sizes.append(len(pickle.dumps([vars(medium._directory) | {"_file": None}, [str(p) for p in medium.parts]])))
    place.release()
    assert sizes[2] - sizes[1] < 2 * len(str(place.parts)) + 100


def test_the_command_line_writes_zip_and_media(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = ["generate", "--patients", "1", "--modality", "CT", "--quiet"]
    assert main([*few, "--as", "zip", "--out", str(tmp_path / "set.zip")]) == 0
    assert main([*few, "--as", "media", "--out", str(tmp_path / "disc")]) == 0
    assert main([*few, "--as", "media", "--out", str(tmp_path / "disc")]) == 2
    assert main([*few, "--as", "media", "--fault", "truncated", "--out", str(tmp_path / "other")]) == 2
    said = capsys.readouterr()
    assert (tmp_path / "disc" / "DICOMDIR").is_file()
    assert said.err.splitlines() == [
        f"synthetic_data: {str(tmp_path / 'disc')!r} is not empty; empty it first, or name another folder.",
        "synthetic_data: a DICOMDIR cannot list broken files; leave --fault out, or write files.",
    ]
