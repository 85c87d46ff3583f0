"""``pacslab inventory``: what it prints, its exit codes, and the running lab."""

from __future__ import annotations

import csv
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lab.api import Lab
from lab.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["inventory", *arguments])


def test_personal_data_gives_exit_code_1_and_a_summary(folder: Path) -> None:
    answer = run(str(folder), "--no-ocr", "--json", "--workers", "1")
    found = json.loads(answer.output)
    assert answer.exit_code == 1
    assert (found["complete"], found["pictures_read"], found["not_searched"]) == (True, False, [])
    assert found["findings"] == sum(row["findings"] for row in found["by_place_and_kind"]) > 500
    assert {row["place"] for row in found["by_place_and_kind"]} >= {"element", "text", "pdf", "file_meta"}


def test_a_folder_without_personal_data_gives_exit_code_0(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("nothing to see here\n")
    answer = run(str(tmp_path))
    assert answer.exit_code == 0
    assert "nothing" in answer.output


def test_a_folder_that_is_missing_gives_exit_code_2() -> None:
    assert run("/nowhere/at/all").exit_code == 2


def test_there_is_no_score_without_an_answer_key(tmp_path: Path) -> None:
    answer = run(str(tmp_path), "--score")
    assert answer.exit_code == 2


def test_csv_is_one_row_a_finding(folder: Path) -> None:
    answer = run(str(folder), "--no-ocr", "--csv", "--sample", "9", "--workers", "1")
    rows = list(csv.DictReader(answer.output.splitlines()))
    assert len(rows) > 50
    assert {row["place"] for row in rows} >= {"element", "text", "file_meta"}
    assert all(row["file"] and row["kind"] and row["value"] for row in rows)


def test_the_score_goes_with_the_summary(folder: Path) -> None:
    answer = run(str(folder), "--no-ocr", "--json", "--score", "--workers", "1")
    assert json.loads(answer.output)["score"]["element"]["recall"] == 1.0


def test_the_page_is_for_its_owner_only_and_escapes_what_it_shows(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert run(str(folder), "--no-ocr", "--sample", "20", "--workers", "1", "--html", str(page)).exit_code == 1
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text("utf-8")
    assert "<table>" in text
    assert "keep it like the images" in text


def _is_gone(group: int) -> bool:
    """Whether no process of a group is left, soon."""
    for _ in range(600):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
def test_ctrl_c_ends_the_workers_and_says_what_was_found_until_then(folder: Path, tmp_path: Path) -> None:
    for copy in range(30):
        (tmp_path / f"copy-{copy}").symlink_to(folder)
    copies = [str(path) for path in sorted(tmp_path.iterdir())]
    command = [sys.executable, "-m", "lab", "inventory", *copies, "--json", "--workers", "2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    time.sleep(8)
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 2
    assert json.loads(output)["complete"] is False
    assert _is_gone(process.pid), "the fork server ends when the program that started it has"


@pytest.mark.native
def test_the_running_archive_and_its_logs_are_searched_as_the_administrator_reads_them(lab: Lab) -> None:
    result = lab.inventory(ocr=False, workers=1, sample=5)
    assert result.inventory.complete
    assert result.inventory.troubles == []
    assert result.found
    patients = {one.person for one in result.findings() if one.tag == "(0010,0020)"}
    assert 1 <= len(patients) <= 3
    assert "<table>" in result._repr_html_()
