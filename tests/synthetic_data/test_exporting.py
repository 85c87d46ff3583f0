"""Other ways out: a zip file and a medium with a DICOMDIR hold what a folder holds."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.fileset import FileSet

from synthetic_data import Hospital, SyntheticDataError, generate, read_ledger
from synthetic_data.cli import main
from synthetic_data.exporting import write_media, write_zip
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
