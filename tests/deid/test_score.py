"""The score finds what is left, whatever the files are called and however little was changed."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from pydicom import Dataset, dcmread
from pydicom.uid import generate_uid

from lab.cli import main
from lab.deid.elements import Element
from lab.deid.problems import DeidError
from lab.deid.run import Request, deidentify
from lab.deid.score.objects import read_folder
from lab.deid.score.pairing import pair
from lab.deid.score.scoring import score
from lab.deid.secret import Secret
from synthetic_data import generate
from synthetic_data.ledger import Kind
from synthetic_data.ledger_table import read_ledger
from tests.deid.sets import CT_IMAGE, WITHOUT_PIXELS, dicom_files, made, pixels, small_set


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One patient's documents: reports, letters, references, an ECG."""
    folder = tmp_path_factory.mktemp("tiny") / "set"
    generate(2019, 1, "fr_FR", "all", modalities=("SR", "PR", "KO", "DOC", "ECG", "OT")).write(folder)
    return folder


def changed(source: Path, target: Path, change: Callable[[Dataset], None]) -> Path:
    """Every file under a new name, changed."""
    target.mkdir()
    for number, path in enumerate(reversed(dicom_files(source))):
        dataset = dcmread(path)
        change(dataset)
        dataset.save_as(target / f"{number:05}")
    return target


def test_an_untouched_copy_leaks_everything_that_has_to_go(tiny: Path) -> None:
    result = score(tiny, tiny, validate=False)
    planted = {name: many for name, (_, many) in result.places.items()}
    left = {name: bad for name, (bad, _) in result.places.items()}
    for place in ("text", "file_meta"):
        assert left[place] == planted[place]
    assert result.actions["uid_changed"][0] == result.actions["patid_consistent"][0] == 0
    assert not result.clean
    assert result.harm.pixels == 1.0


def test_files_are_known_again_under_new_names_and_uids(tiny: Path, tmp_path: Path) -> None:
    def renamed(dataset: Dataset) -> None:
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid(
            entropy_srcs=[dataset.SOPInstanceUID]
        )
        dataset.PatientName = "NOBODY"

    result = score(tiny, changed(tiny, tmp_path / "out", renamed), validate=False)
    assert result.paired == result.files
    assert result.actions["uid_changed"] == (result.files, result.files)
    assert result.harm.patients == (1, 1)


def test_a_target_without_any_file_of_the_set_is_not_called_clean(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    result = score(tiny, tmp_path / "out", validate=False)
    assert (result.leaked, result.clean) == (0, False)
    done = CliRunner().invoke(main, ["deid-score", str(tiny), str(tmp_path / "out")])
    assert done.exit_code == 1
    assert "not known" in done.output


@pytest.fixture(scope="module")
def masked(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("masked")
    deidentify(Request(tiny, folder / "out", WITHOUT_PIXELS, folder / "key", 1))
    return folder / "out"


STRAYS: dict[str, Callable[[bytes, str], bytes]] = {
    "faults/broken.dcm": lambda original, name: original,
    "picture.raw": lambda original, name: original[132:],
    "notes.txt": lambda original, name: f"spoke to {name} today".encode("utf-16-le"),
    ".hidden/list.csv": lambda original, name: f"1;{name};x".encode("latin-1"),
}


@pytest.mark.parametrize("where", STRAYS)
def test_what_lies_beside_the_cleaned_files_is_searched_too(
    tiny: Path, masked: Path, tmp_path: Path, where: str
) -> None:
    target = tmp_path / "out"
    shutil.copytree(masked, target)
    assert score(tiny, target, validate=False).clean
    name = next(e.value for e in read_ledger(tiny / "ledger.parquet") if e.kind is Kind.NAME and len(e.value) > 8)
    (target / where).parent.mkdir(exist_ok=True)
    (target / where).write_bytes(STRAYS[where](dicom_files(tiny)[0].read_bytes(), name))
    result = score(tiny, target, validate=False)
    assert (result.clean, result.naming) == (False, () if result.leaked else (where,))


def test_a_number_that_is_not_the_old_one_is_harm_to_research(tiny: Path, tmp_path: Path) -> None:
    def changed_numbers(dataset: Dataset) -> None:
        dataset.SeriesNumber, dataset.StudyDescription = 4711, "***"

    result = score(tiny, changed(tiny, tmp_path / "out", changed_numbers), validate=False)
    good, many = result.harm.research
    assert many - good == 2 * result.files
    assert result.harm.filled[0] == many


def test_patients_that_become_one_are_harm(tmp_path: Path) -> None:
    def thrown_together(dataset: Dataset) -> None:
        dataset.PatientID = "ANON"

    result = score(small_set(), changed(small_set(), tmp_path / "out", thrown_together), validate=False)
    assert result.harm.patients == (0, 2)
    assert result.actions["patid_consistent"][0] == 0
    assert result.actions["tag_retained"] == result.harm.present
    assert result.actions["pixels_retained"][0] == result.actions["pixels_retained"][1] > 0


def test_only_a_synthetic_set_can_be_scored(tmp_path: Path) -> None:
    with pytest.raises(DeidError, match="has no ledger"):
        score(tmp_path, tmp_path)


def test_the_commands_work_together_and_say_what_stayed_behind(tiny: Path, tmp_path: Path) -> None:
    source = tmp_path / "in"
    shutil.copytree(tiny, source)
    out, key = tmp_path / "out", tmp_path / "key"
    done = CliRunner().invoke(
        main, ["deidentify", str(source), str(out), "--key", str(key), "--without", "clean-pixels", "--json"]
    )
    assert (done.exit_code, json.loads(done.output)["quarantined"]) == (1, {"needs-pixel-cleaning": 1})
    page = tmp_path / "score.html"
    scored = CliRunner().invoke(main, ["deid-score", str(source), str(out), "--html", str(page)])
    assert scored.exit_code == 0, scored.output
    assert "<h1>" in page.read_text("utf-8")
    worse = CliRunner().invoke(main, ["deid-score", str(source), str(source), "--json"])
    assert (worse.exit_code, json.loads(worse.output)["leaked"] > 0) == (1, True)


def test_the_answer_key_of_a_set_is_no_remainder_and_what_else_is_no_dicom_is_one(tmp_path: Path) -> None:
    generate(2019, 1, "fr_FR", "all", modalities=("SR",)).write(tmp_path / "in")

    def run(name: str) -> tuple[int, dict[str, int], bool]:
        command = ["deidentify", str(tmp_path / "in"), str(tmp_path / name), "--key", str(tmp_path / "key"), "--json"]
        done = CliRunner().invoke(main, command)
        said = json.loads(done.output)
        return done.exit_code, said["quarantined"], said["cleaned"] == len(dicom_files(tmp_path / "in")) > 0

    assert run("out") == (0, {}, True)
    (tmp_path / "in" / "letter.txt").write_text("Dear colleague, ...")
    assert run("other") == (1, {"not-dicom": 1}, True)


def test_one_has_to_say_what_becomes_of_the_key(tiny: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["deidentify", str(tiny), str(tmp_path / "out")])
    assert done.exit_code == 2


def test_sheets_that_are_alike_without_their_letters_are_known_by_what_else_they_say(tmp_path: Path) -> None:
    before, after = tmp_path / "in", tmp_path / "out"
    for folder in (before, after):
        folder.mkdir()
    for number in range(4):
        sheet = np.zeros((64, 64), np.uint16)
        sheet[60] = 500
        letters = sheet.copy()
        letters[8:12, 4 : 20 + 8 * number] = 4000
        for folder, picture, name in ((before, letters, f"{number}"), (after, sheet, f"{9 - number}")):
            date = Element(0x00080020, "DA", f"2019030{number + 1}".encode())
            who = Element(0x00100020, "LO", f"P{number}".encode())
            uid = Element(0x00080018, "UI", f"2.25.{number + 1}".encode())
            (folder / f"{name}.dcm").write_bytes(made(*pixels(picture.tobytes()), date, who, uid, sop_class=CT_IMAGE))
    sources, targets = read_folder(before), read_folder(after)
    pairs = list(zip(sources, pair(sources, targets), strict=True))
    assert [one.text("PatientID") for one, _ in pairs] == [other.text("PatientID") for _, other in pairs if other]


def test_a_shift_that_brings_one_examination_to_the_day_of_another_is_no_leak(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = small_set()
    days: dict[str, set[date]] = defaultdict(set)
    for image in (dcmread(path, stop_before_pixels=True) for path in dicom_files(source)):
        days[str(image.PatientID)].add(datetime.strptime(image.StudyDate, "%Y%m%d").date())
    months_later = 182
    assert any(later - earlier == timedelta(months_later) for of in days.values() for earlier in of for later in of)
    monkeypatch.setattr(Secret, "days", lambda secret, patient: months_later)
    deidentify(Request(source, tmp_path / "out", WITHOUT_PIXELS, tmp_path / "key", 1))
    result = score(source, tmp_path / "out", validate=False)
    assert (result.leaked, result.harm.dates[0]) == (0, result.harm.dates[1])
