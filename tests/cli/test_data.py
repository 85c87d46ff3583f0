"""``pacslab data``: patients on disk, in the archive, and described."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from lab.api import Lab
from lab.cli import main
from synthetic_data import generate, read_ledger
from synthetic_data.faults import FAULTS
from synthetic_data.gallery import ORDER


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["data", *arguments])


def test_every_command_explains_itself_with_an_example() -> None:
    for name in ("generate", "load", "describe", "gallery", "faults"):
        answer = run(name, "--help")
        assert answer.exit_code == 0
        assert "Examples:" in answer.output
        assert f"pacslab data {name}" in answer.output


def test_a_set_is_written_as_python_m_synthetic_data_writes_it_and_described(tmp_path: Path) -> None:
    answer = run("generate", "--patients", "1", "--seed", "7", "--modality", "CT", "--out", str(tmp_path / "a"))
    generate(seed=7, patients=1, modalities=["CT"]).write(tmp_path / "b")
    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "a" / "ledger.parquet").read_bytes() == (tmp_path / "b" / "ledger.parquet").read_bytes()
    entries = len(list(read_ledger(tmp_path / "a" / "ledger.parquet")))
    assert f"identifiers in ledger.parquet: {entries}." in answer.output
    described = json.loads(run("describe", str(tmp_path / "a"), "--json").output)
    assert (described["patients"], described["options"]["seed"]) == (1, 7)
    assert sum(row[2] for row in described["identifiers"]) == entries


@pytest.mark.parametrize(
    "words", [["--modality", "CT", "DX"], ["--modality", "CT", "--modality", "DX"], ["--modality", "CT,DX"]]
)
def test_several_modalities_may_be_named_as_for_python_m_synthetic_data(words: list[str], tmp_path: Path) -> None:
    answer = run("generate", *words, "--patients", "1", "--from", "2018-01-01", "--out", str(tmp_path / "a"))
    assert answer.exit_code == 0, answer.output
    assert json.loads((tmp_path / "a" / "hospital.json").read_text())["modalities"] == ["CT", "DX"]
    unknown = run("generate", *words, "XX", "--out", str(tmp_path / "b"))
    assert (unknown.exit_code, (tmp_path / "b").exists()) == (2, False)


def test_the_faults_are_listed_with_what_they_do() -> None:
    lines = run("faults").output.splitlines()
    assert [line.split()[0] for line in lines] == list(FAULTS)
    assert all(line.endswith(".") for line in lines)


@pytest.mark.parametrize("command", [["generate", "--out", "unused"], ["load"]])
def test_a_selection_that_leaves_nothing_is_said(command: list[str]) -> None:
    answer = run(*command, "--patients", "1", "--from", "2030-01-01")
    assert answer.exit_code == 2
    assert "no study fits" in answer.output


@pytest.mark.slow
def test_a_contact_sheet_shows_each_kind_of_picture(tmp_path: Path) -> None:
    answer = run("gallery", "--locale", "en_GB", "--out", str(tmp_path / "sheet.png"))
    assert (answer.exit_code, answer.output) == (0, f"{len(ORDER)} pictures are in {tmp_path / 'sheet.png'}.\n")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (1578, 1150)
        assert len(np.unique(np.asarray(sheet))) == 256
    missing = run("gallery", "--out", str(tmp_path / "nowhere" / "sheet.png"))
    assert "No such file or directory" in missing.output
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["generate", "--patients", "many", "--out", "x"], "'many' is no number and no range such as 11-20."),
        (["generate", "--from", "yesterday", "--out", "x"], "'yesterday' is no day such as 2019-09-17."),
        (["generate", "--seed", "-1", "--out", "x"], "-1 is not in the range"),
        (["generate", "--patients", "0", "--out", "x"], "the number of patients must be from 1 to 100000, not 0."),
        (["describe", "/nonexistent"], "holds no finished set"),
    ],
)
def test_what_cannot_be_is_said_and_ends_with_2(arguments: list[str], said: str) -> None:
    command = [sys.executable, "-m", "lab", "data", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


def test_the_other_commands_do_not_wait_for_the_generator() -> None:
    code = "import sys, lab.cli; print('faker' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.slow
def test_a_notebook_does_not_wait_for_what_only_the_generator_needs() -> None:
    needless = ["duckdb", "faker", "pydicom.sr"]
    code = f"import sys; from lab import Lab; print([name for name in {needless} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
@pytest.mark.native
@pytest.mark.parametrize("by", ["rest", "dicom"])
def test_patients_go_straight_into_the_archive(lab: Lab, by: str) -> None:
    syntax = {"rest": "device", "dicom": "rle"}[by]
    made = generate(patients=1, first=41, modalities=["CT", "MR"], seed={"rest": 3, "dicom": 7}[by])
    seed = str(made.seed)
    answer = run(
        "load", "--patients", "41-41", "--modality", "CT", "MR", "--seed", seed, "--by", by, "--syntax", syntax
    )
    assert answer.exit_code == 0, answer.output
    assert f"{made.instance_count} objects were loaded." in answer.output
    lab.reset()
