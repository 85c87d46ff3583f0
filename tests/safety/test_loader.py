"""Rule 4: objects without the synthetic marks are refused by the loader, and then nothing is stored at all."""

from __future__ import annotations

import contextlib
import io
import os
import random
import re
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from pydicom import dcmread
from pydicom.dataset import Dataset

from lab.api import Lab
from lab.cli import main
from lab.clients import loader
from lab.clients.folders import dicom_files
from lab.clients.loader import load_files, load_hospital, require_synthetic
from lab.errors import LabError, NotSynthetic
from lab.site.baseline import ADMINISTRATOR, ADMINISTRATOR_PASSWORD
from synthetic_data import generate, synthetic_marks
from synthetic_data.exporting import write_media

REFUSED = (
    "{path} does not carry the marks of synthetic data. It may be a real patient.\n"
    "→ Make patients with pacslab data generate. Real data must never enter an archive that is meant to be broken into."
)


@cache
def some_patient() -> bytes:
    """One object of a synthetic patient who is not in the archive."""
    return next(iter(generate(seed=77, patients=1).instances())).encode()


def _written(dataset: Dataset) -> bytes:
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=False)
    return buffer.getvalue()


def without_marks(keep: int = 0) -> bytes:
    """The same object as a real patient's would look: its marks removed, but for the first ``keep`` of them."""
    dataset = dcmread(io.BytesIO(some_patient()))
    remove: dict[str, Callable[[], object]] = {
        "patient_id": lambda: setattr(dataset, "PatientID", "8801234567"),
        "issuer": lambda: dataset.__delattr__("IssuerOfPatientID"),
        "patient_comments": lambda: dataset.__delattr__("PatientComments"),
        "manufacturer": lambda: setattr(dataset, "Manufacturer", "ACME MEDICAL"),
        "image_comments": lambda: dataset.__delattr__("ImageComments"),
        "quality_control_image": lambda: dataset.__delattr__("QualityControlImage"),
        "private_block": dataset.remove_private_tags,
        "implementation": lambda: setattr(dataset.file_meta, "ImplementationClassUID", "1.2.826.0.1.3680043.1"),
    }
    marks = synthetic_marks(dataset)
    assert set(marks) <= set(remove)
    for mark in marks[keep:]:
        remove[mark]()
    assert synthetic_marks(dataset) == marks[:keep]
    return _written(dataset)


def as_zip(*contents: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"{number}.dcm", content)
    return buffer.getvalue()


# a marked DICOM file whose preamble makes Orthanc read it as a ZIP archive, with an unmarked object in it
def smuggled() -> bytes:
    return b"PK\x03\x04" + some_patient()[4:] + as_zip(without_marks())


NOT_DICOM: dict[str, Callable[[], bytes]] = {
    "a ZIP archive in a DICOM file": smuggled,
    "a ZIP archive": lambda: as_zip(without_marks()),
    "no DICOM": lambda: b"Dear colleague, ...",
    "nothing": lambda: b"",
    "a preamble only": lambda: bytes(128) + b"DICM",
    "no preamble": lambda: some_patient()[132:],
    "cut in the file meta": lambda: some_patient()[:180],
    "garbage behind the preamble": lambda: bytes(128) + b"DICM" + os.urandom(400),
    "a length without end": lambda: bytes(128) + b"DICM\x02\x00\x00\x00UL\x04\x00\xff\xff\xff\xff",
}


def stored(lab: Lab) -> dict[str, int]:
    with lab.web("administrator", "https", (ADMINISTRATOR, ADMINISTRATOR_PASSWORD)) as client:
        statistics = client.get("/statistics").json()
    return {name: statistics[name] for name in ("CountPatients", "CountStudies", "CountInstances")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three marked objects, one of them named as on a medium."""
    (tmp_path / "deeper").mkdir()
    for name in ("IM000001", "a.dcm", "deeper/z.dcm"):
        (tmp_path / name).write_bytes(some_patient())
    return tmp_path


def test_marked_files_are_stored(lab: Lab, folder: Path) -> None:
    before = stored(lab)
    try:
        assert load_files(lab.live(), [folder]) == 3
        assert stored(lab) == {name: number + 1 for name, number in before.items()}
    finally:
        lab.reset()


def test_of_a_medium_and_of_a_set_with_a_worklist_all_objects_are_taken_and_nothing_else(tmp_path: Path) -> None:
    made = generate(patients=1, modalities=["DX"])
    write_media(made, tmp_path / "CD")
    assert len(list(dicom_files(tmp_path / "CD"))) == made.instance_count > 0
    made = generate(patients=1, modalities=["DX"], worklist=True)
    made.write(tmp_path / "set")
    assert len(list(dicom_files(tmp_path / "set"))) == made.instance_count


def test_what_is_no_file_in_a_folder_is_not_waited_for_and_what_nobody_may_read_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "closed").write_bytes(some_patient())
    real = Path.open
    monkeypatch.setattr(Path, "open", lambda path, *how: real(tmp_path if path.name == "closed" else path, *how))
    assert list(dicom_files(tmp_path)) == [tmp_path / "closed"]


def test_a_folder_without_dicom_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.dcm").write_bytes(some_patient())
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "letter").write_text("Dear colleague, ...")
    nowhere: Any = None  # it does not come to the archive
    with pytest.raises(LabError) as caught:
        load_files(nowhere, [tmp_path / "full", tmp_path / "empty"])
    assert str(caught.value) == (
        f"There is no DICOM file in {tmp_path / 'empty'}.\n"
        "→ Name a folder that pacslab data generate has made, or DICOM files."
    )


@pytest.mark.parametrize("keep", [0, 1])
def test_a_file_whose_marks_were_removed_is_refused(lab: Lab, tmp_path: Path, keep: int) -> None:
    before, path = stored(lab), tmp_path / "patient.dcm"
    path.write_bytes(without_marks(keep))
    with pytest.raises(NotSynthetic) as caught:
        load_files(lab.live(), [path])
    assert str(caught.value) == REFUSED.format(path=path)
    assert stored(lab) == before


@pytest.mark.parametrize("name", ["0.dcm", "c.dcm", "deeper/zz.dcm"])
def test_one_unmarked_file_among_marked_ones_keeps_them_all_out(lab: Lab, folder: Path, name: str) -> None:
    before = stored(lab)
    (folder / name).write_bytes(without_marks())
    with pytest.raises(NotSynthetic) as caught:
        load_files(lab.live(), [folder])
    assert str(caught.value) == REFUSED.format(path=folder / name)
    assert stored(lab) == before


@pytest.mark.parametrize("what", NOT_DICOM)
def test_what_is_no_plain_dicom_file_is_refused(lab: Lab, folder: Path, what: str) -> None:
    before, path = stored(lab), folder / "c.dcm"
    path.write_bytes(NOT_DICOM[what]())
    with pytest.raises(NotSynthetic) as caught:
        load_files(lab.live(), [folder])
    message = str(caught.value)
    assert message == REFUSED.format(path=path) or re.fullmatch(
        re.escape(f"{path} cannot be read as DICOM: ") + r".+\n→ Only synthetic DICOM files can be loaded\.",
        message,
        re.S,
    )
    assert stored(lab) == before


@pytest.mark.parametrize("what", ["a pipe", "a folder", "nothing"])
@pytest.mark.timeout(10)
def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path, what: str) -> None:
    path = tmp_path / "patient.dcm"
    {"a pipe": lambda: os.mkfifo(path), "a folder": path.mkdir, "nothing": lambda: None}[what]()
    with pytest.raises(NotSynthetic) as caught:
        require_synthetic(path)
    assert str(caught.value) == (
        f"{path} cannot be read as DICOM: it is not a file\n→ Only synthetic DICOM files can be loaded."
    )


@pytest.mark.filterwarnings("ignore")
def test_a_broken_file_is_refused_or_read_but_never_a_crash(tmp_path: Path) -> None:
    path, dice = tmp_path / "patient.dcm", random.Random(4)
    for _ in range(300):
        content = bytearray(some_patient()[:4000])
        for _ in range(dice.randint(1, 12)):
            content[dice.randrange(128, len(content))] = dice.randrange(256)
        path.write_bytes(content)
        with contextlib.suppress(NotSynthetic):
            assert require_synthetic(path) == bytes(content)


def test_a_file_that_is_exchanged_after_the_look_at_it_is_not_sent(
    lab: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, looked, real = stored(lab), [], loader.require_synthetic

    def look(path: Path) -> bytes:
        content = real(path)
        looked.append(path)
        if len(looked) == 3:  # all have been looked at once
            (folder / "deeper" / "z.dcm").write_bytes(without_marks())
        return content

    monkeypatch.setattr(loader, "require_synthetic", look)
    with pytest.raises(NotSynthetic):
        load_files(lab.live(), [folder])
    assert stored(lab)["CountPatients"] <= before["CountPatients"] + 1
    with lab.web("administrator", "https", (ADMINISTRATOR, ADMINISTRATOR_PASSWORD)) as client:
        assert client.post("/tools/lookup", content="8801234567").json() == []
    lab.reset()


@pytest.mark.parametrize(("what", "status"), [("no DICOM", "400"), ("without marks", "FilteredOut")])
def test_what_the_archive_itself_does_not_take_is_named(lab: Lab, what: str, status: str) -> None:
    content = without_marks() if what == "without marks" else b"Dear colleague, ..."
    made: Any = SimpleNamespace(
        instance_count=1, instances=lambda: [SimpleNamespace(path="a/b.dcm", encode=lambda: content)]
    )
    with pytest.raises(LabError) as caught:
        load_hospital(lab.live(), made)
    assert str(caught.value).splitlines()[0] == f"The archive refused a/b.dcm with status {status}."


def test_the_command_says_how_many_it_has_loaded_and_no_more(lab: Lab, folder: Path) -> None:
    try:
        assert CliRunner().invoke(main, ["load", str(folder)]).stdout.endswith("\n3 objects were loaded.\n")
        assert CliRunner().invoke(main, ["load", str(folder / "a.dcm")]).stdout.endswith("\n1 object was loaded.\n")
    finally:
        lab.reset()


def test_the_command_says_what_it_refuses_and_exits_with_2(lab: Lab, folder: Path) -> None:
    before = stored(lab)
    path = folder / "c.dcm"
    path.write_bytes(without_marks())
    answer = CliRunner().invoke(main, ["load", str(folder)])
    assert (answer.exit_code, answer.stderr) == (2, f"pacslab: {REFUSED.format(path=path)}\n")
    assert stored(lab) == before
    path.write_bytes(b"Dear colleague, ...")
    answer = CliRunner().invoke(main, ["load", str(folder)])
    assert answer.exit_code == 2
    assert answer.stderr.startswith(f"pacslab: {path} cannot be read as DICOM: ")
    assert stored(lab) == before
