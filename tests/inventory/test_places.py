"""The places that no table of attributes lists, and files that are no images."""

from __future__ import annotations

import gzip
import io
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from lab.inventory import Place, find_in_dataset, find_in_file, learn
from lab.inventory.inventory import Inventory
from lab.inventory.scan import take_inventory
from lab.inventory.source import Files


@pytest.fixture
def image(folder: Path) -> Path:
    return next(folder.rglob("*.dcm"))


@pytest.fixture
def dataset(image: Path) -> pydicom.FileDataset:
    return pydicom.dcmread(image)


def places(path: Path, dataset: Dataset) -> dict[Place, set[str]]:
    found: dict[Place, set[str]] = {}
    for one in find_in_file(path, learn([dataset]), with_pictures=False):
        if one.sure >= 0.5:
            found.setdefault(one.place, set()).add(one.value)
    return found


def readable(dataset: Dataset) -> str:
    return str(dataset.PatientName).replace("^", " ")


def inventory(path: Path) -> Inventory:
    return take_inventory(Files([path]), with_pictures=False, workers=1)


@pytest.mark.slow
def test_preamble_padding_file_name_and_private_bytes_are_searched(
    dataset: pydicom.FileDataset, tmp_path: Path
) -> None:
    name = readable(dataset)
    dataset.StationName = "CT_NORTH"
    dataset.preamble = f"CT_NORTH: exported for {name}".encode("latin-1", "replace").ljust(128, b"\0")
    dataset.add_new((0x0041, 0x0010), "LO", "SOMEBODY'S TOOL")
    dataset.add_new((0x0041, 0x1001), "OB", b"\x01\x02\x03" + f"sent by {name}".encode() + b"\0" * 3)
    target = tmp_path / f"CT_{name.replace(' ', '')}_1.dcm"
    dataset.save_as(target)
    with target.open("ab") as stream:
        stream.write(b"\xfc\xff\xfc\xffOB\x00\x00\x40\x00\x00\x00" + f"kept for {name}".encode().ljust(64))
    found = places(target, dataset)
    folded = name.encode("latin-1", "replace").decode("latin-1")
    assert found[Place.PREAMBLE] == {folded, "CT_NORTH"}
    assert found[Place.PADDING] == {name}
    assert found[Place.FILE_NAME] == {name.replace(" ", "")}
    assert name in found[Place.ELEMENT]


def test_nested_private_elements_have_their_whole_path(dataset: pydicom.FileDataset) -> None:
    item = Dataset()
    block = item.private_block(0x0043, "MAKER", create=True)
    block.add_new(0x10, "LO", str(dataset.PatientName))
    dataset.RequestAttributesSequence = [item]
    found = [one for one in find_in_dataset(dataset) if one.tag.endswith("(0043,1010)")]
    assert [(one.tag, one.private_creator, one.value, one.person) for one in found] == [
        ("(0040,0275)[0](0043,1010)", "MAKER", str(dataset.PatientName), dataset.PatientID)
    ]


def test_logs_backups_and_databases_beside_the_images_are_searched(
    image: Path, dataset: pydicom.FileDataset, tmp_path: Path
) -> None:
    name = readable(dataset)
    (tmp_path / "image.dcm").write_bytes(image.read_bytes())
    (tmp_path / "orthanc.log").write_text(
        f"I0312 10:00:00 start\nI0312 10:00:01 found {dataset.PatientName}\n", "utf-8"
    )
    with zipfile.ZipFile(tmp_path / "backup.zip", "w") as backup:
        backup.write(image, "inside/copy.dcm")
    with tarfile.open(tmp_path / "backup.tar.gz", "w:gz") as backup:
        backup.add(image, "copy.dcm")
    (tmp_path / "notes.txt.gz").write_bytes(gzip.compress(f"call {name}\n".encode()))
    with sqlite3.connect(tmp_path / "index.sqlite") as database:
        database.execute("CREATE TABLE tags (value TEXT)")
        database.execute("INSERT INTO tags VALUES (?)", (str(dataset.PatientName),))
    database.close()
    taken = inventory(tmp_path)
    found = {(one.file, one.place.value): one.pages for one in taken.findings() if one.kind.value == "name"}
    assert taken.troubles == []
    assert found[("orthanc.log", "log")] == (2, 2)
    assert ("notes.txt.gz!notes.txt", "log") in found
    assert ("index.sqlite", "archive") in found
    assert ("backup.zip!inside/copy.dcm", "element") in found
    assert ("backup.tar.gz!copy.dcm", "element") in found


def test_a_person_known_from_one_file_is_found_in_another_that_does_not_name_her(
    dataset: pydicom.FileDataset, tmp_path: Path
) -> None:
    name = readable(dataset)
    dataset.save_as(tmp_path / "a.dcm")
    other = Dataset()
    other.SOPClassUID, other.SOPInstanceUID = dataset.SOPClassUID, "2.25.1"
    other.PatientID, other.StudyDescription = "ANOTHER", f"compare with {name}"
    other.file_meta = dataset.file_meta
    other.save_as(tmp_path / "b.dcm", enforce_file_format=True)
    found = [one for one in inventory(tmp_path).findings() if one.file == "b.dcm" and one.tag == "(0008,1030)"]
    assert [(one.value, one.person) for one in found] == [(name, dataset.PatientID)]


def test_links_are_not_followed_and_special_files_not_opened(image: Path, tmp_path: Path) -> None:
    import os

    (tmp_path / "link.dcm").symlink_to(image)
    os.mkfifo(tmp_path / "pipe")
    taken = inventory(tmp_path)
    assert (taken.files, taken.total) == (0, 0)


def test_csv_has_one_row_a_finding_and_no_formula(image: Path, tmp_path: Path) -> None:
    dataset = pydicom.dcmread(image)
    dataset.PatientName = "=HYPERLINK(1)"
    dataset.save_as(tmp_path / "x.dcm")
    taken = inventory(tmp_path)
    lines = list(taken.csv())
    assert lines[0].startswith("file,sop_instance_uid,place,tag,")
    assert len(lines) == 1 + sum(1 for _ in taken.findings())
    assert not any(",=HYPERLINK" in line for line in lines)
    buffer = io.StringIO("".join(lines))
    assert "'=HYPERLINK(1)" in buffer.getvalue()
