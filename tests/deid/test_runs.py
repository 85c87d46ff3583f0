"""A run: nothing survives, nothing breaks, and it goes on where it was stopped."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pydicom import dcmread

from lab.deid.identities import Identities
from lab.deid.options import Option
from lab.deid.problems import DeidError, Reason
from lab.deid.profile import Profile
from lab.deid.run import REPORT_NAME, Request, deidentify
from lab.deid.score.scoring import score
from lab.deid.secret import Secret
from lab.deid.whole import FileCleaner
from synthetic_data.ledger_table import read_ledger
from tests.deid.sets import LOCALES, WITHOUT_PIXELS, bytes_of, dicom_files, small_set

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
    assert harm.pixels == 1.0
    assert harm.errors is None or harm.errors[0] == 0


def test_what_bears_letters_stays_behind_unless_pixels_are_cleaned(tmp_path: Path) -> None:
    audit = deidentify(Request(small_set(), tmp_path / "out", WITHOUT_PIXELS, tmp_path / "key", 1))
    assert set(audit.quarantined) == {Reason.NOT_DICOM, Reason.NEEDS_PIXEL_CLEANING}
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
    deidentify(Request(small_set(), tmp_path / "out", WITHOUT_PIXELS, None, 1))
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


def _start(target: Path, key: Path, limit: int | None = None) -> subprocess.Popen[bytes]:
    def limited() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(small_set()), str(target), str(key)],
        stderr=subprocess.PIPE, preexec_fn=limited, cwd=Path(__file__).parents[2],
    )  # fmt: skip


@pytest.mark.slow
def test_a_killed_run_leaves_only_whole_clean_files_and_the_next_one_finishes(tmp_path: Path) -> None:
    key, target = tmp_path / "key", tmp_path / "out"
    deidentify(Request(small_set(), tmp_path / "whole", WITHOUT_PIXELS, key, 1))
    whole = bytes_of(tmp_path / "whole")
    process = _start(target, key)
    while len(dicom_files(target) if target.exists() else []) < 3 and process.poll() is None:
        time.sleep(0.002)
    process.kill()
    process.wait()
    left = bytes_of(target)
    assert left.items() <= whole.items()
    deidentify(Request(small_set(), target, WITHOUT_PIXELS, key, 1))
    assert bytes_of(target) == whole
    assert [path.name for path in target.glob(".*")] == []


@pytest.mark.slow
def test_a_full_disk_ends_the_run_with_clean_files_only(tmp_path: Path) -> None:
    key, target = tmp_path / "key", tmp_path / "out"
    deidentify(Request(small_set(), tmp_path / "whole", WITHOUT_PIXELS, key, 1))
    whole = bytes_of(tmp_path / "whole")
    process = _start(target, key, limit=30_000)
    _, errors = process.communicate()
    assert process.returncode != 0
    assert "DeidError: The run stopped" in errors.decode()
    assert bytes_of(target).items() <= whole.items()
    assert [path for path in target.rglob("*") if path.name.startswith(".deid-part-")] == []


def test_files_of_a_patient_that_come_later_get_the_same_pseudonym_and_shift(tmp_path: Path) -> None:
    secret = Secret(bytes(32))
    cleaner = FileCleaner(WITHOUT_PIXELS, secret, Identities())
    assert os.path.dirname(cleaner._name("SYN-1", [], "1")) == os.path.dirname(
        FileCleaner(WITHOUT_PIXELS, secret, Identities())._name("SYN-1", [], "2")
    )
    assert (secret.pseudonym("a"), secret.days("a")) != (secret.pseudonym("b"), secret.days("b"))
