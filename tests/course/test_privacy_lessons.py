"""The lessons about personal data: judged by the ledger, the score and the bytes, whatever a trainee hands in."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset, dcmread

from lab.api import Lab
from lab.clients.masking import by_script
from lab.course.practice import Practice, practice_set
from lab.course.profiled import Profiled
from lab.deid.problems import DeidError
from lab.errors import LabError
from lab.home import Home
from lab.lesson import Judgement
from lab.patients import LOCALE, SEED
from lab.syllabus import lesson
from synthetic_data import Place, generate


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("practice sets")


@pytest.fixture(scope="module")
def letters(below: Path) -> Practice:
    return practice_set("letters", below)


@pytest.fixture(scope="module")
def pictures(below: Path) -> Practice:
    return practice_set("pictures", below)


def judged(name: str, question: str, *answer: Any) -> Judgement:
    return lesson(name).question(question).judged(answer)


def test_a_practice_set_is_written_once_and_its_key_says_what_is_in_a_file(below: Path, letters: Practice) -> None:
    assert letters.files == (
        "patient-0002/study-1/series-5/image-0001.dcm",
        "patient-0002/study-1/series-7/image-0001.dcm",
        "patient-0002/study-1/series-8/image-0001.dcm",
    )
    before = (below / "letters" / "ledger.parquet").stat().st_mtime_ns
    assert practice_set("letters", below).key() == letters.key()
    assert (below / "letters" / "ledger.parquet").stat().st_mtime_ns == before
    assert [entry for file in letters.files for entry in letters.key(file)] == letters.key()


def test_a_practice_set_that_does_not_exist_is_said_with_the_nearest(below: Path) -> None:
    with pytest.raises(LabError, match="Did you mean letters"):
        practice_set("leters", below)


def test_the_place_beside_a_set_is_emptied_and_never_leaves_its_folder(letters: Practice) -> None:
    place = letters.beside("../../masked")
    assert place == letters.folder.parent / "letters-masked"
    place.mkdir()
    place.with_name("letters-masked.deid-state").mkdir()
    letters.beside("masked")
    assert not place.exists()
    assert not place.with_name("letters-masked.deid-state").exists()


def test_names_outside_the_patients_own_elements_are_those_of_the_ledger(letters: Practice) -> None:
    report = letters.files[0]
    names = {e.tag for e in letters.key(report) if e.kind == "name" and e.person.startswith("SYN-")}
    right = {tag for tag in names if not tag.startswith("(0010")} - {
        e.tag for e in letters.key(report) if e.person.endswith("/contact")
    }
    assert judged("privacy-one-file", "outside", letters, report, right).right
    assert not judged("privacy-one-file", "outside", letters, report, right | {"(0010,0010)"}).right
    for question, answer in (("outside", set()), ("others", 3)):
        unknown = judged("privacy-one-file", question, letters, "no/such.dcm", answer)
        assert "no/such.dcm" in str(unknown.why)


@pytest.mark.parametrize(
    ("boxes", "right"),
    [([], False), ([(0, 0, 640, 480)], False), ([(0, 0, 640, 48), (120, 450, 300, 480)], True),
     ([(0, 0, 640, 48)], False), ([1, 2], False), ([("a", 0, 1, 1)], False), ([(float("inf"), 0, 1, 1)], False)],
)  # fmt: skip
def test_boxes_must_cover_all_that_was_planted_and_leave_the_picture(
    pictures: Practice, boxes: list[Any], right: bool
) -> None:
    assert judged("privacy-pixels", "boxes", pictures, pictures.files[0], boxes).right is right


def test_the_options_for_a_purpose_are_those_that_suffice_and_none_more() -> None:
    assert judged("privacy-profile", "options", {1, 3, 4}).right
    for chosen in (set(), {1, 3}, {1, 2, 3, 4}, {1, 3, 4, 5}, {1, 2, 4}, {"1", None}, {0, 99}):
        assert not judged("privacy-profile", "options", chosen).right, chosen


def test_the_profile_answers_by_keyword_and_refuses_what_it_does_not_know() -> None:
    plain = Profiled.of(())
    assert [plain.action(word) for word in ("PatientName", "StudyInstanceUID", "Modality")] == ["Z", "U", None]
    assert Profiled.of(("retain-modified-dates",)).action("StudyDate") == "C"
    with pytest.raises(DeidError, match="no option 'dates'"):
        Profiled.of(("dates",))
    with pytest.raises(DeidError, match="no attribute 'PatientsName'"):
        plain.action("PatientsName")
    with pytest.raises(DeidError, match="a face in a head scan stays a face"):
        Profiled.of(("clean-recognizable-visual-features",))


def test_fates_that_are_wrong_or_missing_are_named() -> None:
    right = {word: Profiled.of(()).actions[word] for word in ("PatientName", "StudyInstanceUID", "PatientAddress",
             "StudyDate", "StationName", "PatientWeight")}  # fmt: skip
    assert judged("privacy-profile", "fates", right).right
    assert judged("privacy-profile", "fates", right | {"StudyDate": "K"}).details == ("StudyDate",)
    assert len(judged("privacy-profile", "fates", {}).details) == 6


def test_a_cleaned_report_must_leak_nothing_and_keep_what_the_doctor_found(letters: Practice, tmp_path: Path) -> None:
    lab = Lab(language="en", home=Home(tmp_path), sandbox="native")
    made = {}
    for name, options in (("basic", []), ("structured", ["clean-structured-content"])):
        lab.deidentify(letters.folder, tmp_path / name, key=tmp_path / "key", options=options)
        made[name] = judged("privacy-documents", "kept", letters, tmp_path / name)
    copy = shutil.copytree(letters.folder, tmp_path / "copy")
    made["copy"] = judged("privacy-documents", "kept", letters, copy)
    made["nothing"] = judged("privacy-documents", "kept", letters, tmp_path / "nowhere")
    assert {name: judgement.right for name, judgement in made.items()} == {
        "basic": False, "structured": True, "copy": False, "nothing": False,
    }  # fmt: skip
    assert "medical sentences are gone" in str(made["basic"].why)
    assert "identifiers are left" in str(made["copy"].why)


def test_a_copy_is_counted_by_its_bytes_and_the_names_of_its_folders(tmp_path: Path) -> None:
    first, second = generate(seed=SEED, patients=2, locale=LOCALE).patients
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "orthanc.log").write_text(f"query for {first.name.family.upper()}^{first.name.given}\n")
    (tmp_path / "export" / f"{second.patient_id} {second.name.family}").mkdir(parents=True)
    assert judged("privacy-copies", "counted", tmp_path, {"log": 1, "export": 1}).right
    assert judged("privacy-copies", "counted", tmp_path, {"log": 0, "export": 1}).details == ("log",)
    assert judged("privacy-copies", "counted", tmp_path, {"log": "one"}).details == ("export",)
    assert not judged("privacy-copies", "counted", tmp_path / "nowhere", {}).right
    assert not judged("privacy-copies", "tests", tmp_path, tmp_path).right


def test_a_test_environment_needs_images_and_nobody_in_them(tmp_path: Path) -> None:
    image = next(
        one for one in generate(seed=SEED, patients=1, locale=LOCALE).instances() if one.study.modality == "DX"
    )
    made: dict[str, bytes] = {
        "export": image.encode(),
        "empty": b"",
        "marked": bytes(128) + b"DICM",
        "copy": image.encode(),
    }
    made["script"] = by_script(image.encode())
    dataset = dcmread(BytesIO(image.encode()))
    for element in list(dataset):
        if element.tag.group != 0x0028 and element.keyword not in ("PixelData", "SOPClassUID", "Modality"):
            del dataset[element.tag]
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = "2.25.1"
    del dataset.file_meta.SourceApplicationEntityTitle
    made["bare"] = _encoded(dataset)
    dataset.PixelData = bytes(len(dataset.PixelData))
    made["grey"] = _encoded(dataset)
    for name, content in made.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.dcm").write_bytes(content)
    right = {name: judged("privacy-copies", "tests", tmp_path / "export", tmp_path / name).right for name in made}
    assert right == {name: name == "bare" for name in made}


def _encoded(dataset: Dataset) -> bytes:
    file = BytesIO()
    dataset.save_as(file)
    return file.getvalue()


@pytest.mark.slow
def test_names_are_linked_only_when_they_are_true(below: Path, tmp_path: Path) -> None:
    cohort = practice_set("cohort", below)
    people = {entry.person: entry.value for entry in cohort.key() if entry.tag == "(0010,0010)"}
    itself = dict(list(people.items())[:5])  # the set as it is: its numbers are its own pseudonyms
    assert judged("privacy-pseudonymous", "linked", cohort, cohort.folder, itself).right
    wrong = {**itself, next(iter(itself)): "Somebody^Else"}
    assert "1 of 5" in str(judged("privacy-pseudonymous", "linked", cohort, cohort.folder, wrong).why)
    assert not judged("privacy-pseudonymous", "linked", cohort, tmp_path, itself).right
    abroad = practice_set("abroad", below)
    alone = {"person": 5, "hospital": 10, "examinations": 32}
    assert judged("privacy-pseudonymous", "rare", cohort, abroad, alone).right
    assert "hospital: 9 of 40" in str(
        judged("privacy-pseudonymous", "rare", cohort, abroad, alone | {"hospital": 9}).why
    )
    assert not judged("privacy-pseudonymous", "rare", cohort, abroad, {}).right
    assert not judged("privacy-pseudonymous", "linked", cohort, cohort.folder, {}).right


def test_the_scan_that_holds_the_national_number_is_the_ledgers(letters: Practice) -> None:
    right = {f for f in letters.files for e in letters.key(f) if e.place is Place.PDF and e.kind == "national_id"}
    assert len(right) == 1
    assert judged("privacy-documents", "scans", letters, right).right
    assert not judged("privacy-documents", "scans", letters, set(letters.files)).right
