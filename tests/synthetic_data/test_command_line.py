"""`python -m synthetic_data`: what it writes, says and returns."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import synthetic_data
from synthetic_data import Written, cli, generate
from synthetic_data.describing import describe
from synthetic_data.exporting import write_as
from tests.synthetic_data.conftest import ROOT

EXAMPLES = """\
examples:
  python -m synthetic_data generate --out hospital
  python -m synthetic_data generate --patients 5 --seed 7 --locale en_GB --out small
  python -m synthetic_data generate --patients 1000 --workers 4 --modality CT MR --out large
  python -m synthetic_data describe hospital
  python -m synthetic_data gallery --out gallery.png
"""


def test_it_writes_a_hospital_and_says_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "out"
    code = cli.main(["generate", "--patients", "1", "--seed", "7", "--locale", "en_GB", "--out", str(target)])
    files = list(target.rglob("*.dcm"))
    entries = list(synthetic_data.read_ledger(target / "ledger.parquet"))
    studies = list((target / "patient-0001").iterdir())
    size = sum(file.stat().st_size for file in files) / 1e6
    said = capsys.readouterr()
    assert code == 0
    announced, done = said.out.splitlines()
    start = f"1 patient, {len(studies)} studies, {len(files)} objects, about {size:.0f} MB; "
    assert re.fullmatch(re.escape(start) + r"[0-9.]+ [kMG]B are free there\.", announced)
    assert (
        done == f"{len(files)} files, {size:.0f} MB, in {str(target)!r}; {len(entries)} identifiers in ledger.parquet."
    )
    assert said.err.splitlines()[-1] == f"{len(files)}/{len(files)}"


def test_quiet_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["generate", "--patients", "1", "--modality", "DX", "--quiet", "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr() == ("", "")


def test_the_first_versions_form_without_a_command_still_works(tmp_path: Path) -> None:
    assert cli.main(["--patients", "1", "--modality", "DX", "--quiet", "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "ledger.parquet").is_file()


@pytest.mark.slow
def test_it_runs_as_a_module_and_shows_its_version() -> None:
    command = [sys.executable, "-m", "synthetic_data", "--version"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"synthetic_data {synthetic_data.__version__}\n"


def test_help_shows_every_option_and_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["--help"])
    shown = capsys.readouterr().out
    assert left.value.code == 0
    assert shown.endswith(EXAMPLES)
    with pytest.raises(SystemExit):
        cli.main(["generate", "--help"])
    shown = capsys.readouterr().out
    for option in (
        "--out PATH", "--patients N", "--seed S", "--locale L", "--modality M", "--from DAY", "--to DAY", "--workers W",
        "--scheduler ADDRESS", "--quiet",
    ):  # fmt: skip
        assert option in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--locale", "xx_XX"],
            "unknown locale 'xx_XX'; accepted are fr_FR, en_US, en_GB, de_DE, ja_JP, he_IL, ru_RU.",
        ),
        (["--patients", "0"], "the number of patients must be from 1 to 100000, not 0."),
        (["--seed", "-3"], "the seed must be a whole number from 0, not -3."),
        (["--modality", "CT", "XX"], f"unknown modality 'XX'; accepted are {', '.join(synthetic_data.MODALITIES)}."),
        (["--workers", "0"], "the number of workers must be from 1 to 256, not 0."),
        (
            ["--from", "2019-09-02", "--to", "2019-09-01"],
            "no day is from 2019-09-02 to 2019-09-01; give the earlier day first.",
        ),
    ],
)
def test_an_impossible_request_ends_with_2_and_a_sentence(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["generate", *arguments, "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == f"synthetic_data: {message}\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words", [["--modality", "CT", "DX"], ["--modality", "CT", "--modality", "DX"], ["--modality", "CT,DX"]]
)
def test_several_modalities_and_faults_may_be_named_in_any_of_three_ways(words: list[str], tmp_path: Path) -> None:
    faults = [
        word.replace("--modality", "--fault").replace("CT", "no-meta").replace("DX", "truncated") for word in words
    ]
    out = ["--quiet", "--patients", "1", "--from", "2018-01-01", "--out", str(tmp_path / "out")]
    assert cli.main(["generate", *words, *faults, *out]) == 0
    options = json.loads((tmp_path / "out" / "hospital.json").read_text())
    assert (options["modalities"], options["faults"]) == (["CT", "DX"], ["no-meta", "truncated"])


def test_a_selection_that_leaves_nothing_ends_with_2_and_makes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["generate", "--from", "2030-01-01", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr() == (
        "",
        "synthetic_data: no study fits; ask for other modalities or days, for more patients, or for all objects.\n",
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_it_works_in_a_folder_where_nothing_else_of_the_lab_is(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "synthetic_data", tmp_path / "synthetic_data")
    code = "import sys; from synthetic_data.cli import main; main(); print([m for m in sys.modules if m.split('.')[0] == 'lab'])"
    command = [sys.executable, "-c", code, "generate", "--patients", "1", "--modality", "DX", "--quiet", "--out", "out"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert (tmp_path / "out" / "ledger.parquet").is_file()


def test_a_missing_folder_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["generate", "--patients", "1"])
    assert left.value.code == 2
    assert "the following arguments are required: --out" in capsys.readouterr().err


def test_control_c_ends_with_130_and_tells_what_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_progress", lambda: stop)
    assert cli.main(["generate", "--patients", "1", "--modality", "DX", "--out", str(tmp_path)]) == 130
    assert capsys.readouterr().err == (
        "\nsynthetic_data: stopped. The patients that are there are whole; run the same command again to go on.\n"
    )


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("--patients", "many", "'many' is no number and no range such as 11-20"),
        ("--patients", "20-11", "'20-11' is no range: the smaller number comes first, as in 11-20"),
        ("--from", "17/09/2019", "'17/09/2019' is no day such as 2019-09-17"),
    ],
)
def test_a_word_that_cannot_be_read_ends_with_2(
    option: str, value: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["generate", "--out", "x", option, value])
    assert left.value.code == 2
    assert reason in capsys.readouterr().err


@pytest.mark.slow
def test_a_set_is_described_as_a_table(written: Written, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["describe", str(written.folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"seed 2019, locale fr_FR, by synthetic_data {synthetic_data.__version__}"
    assert lines[1].startswith("3 patients, ")
    assert f"{written.instances} files" in lines[1]
    assert lines[3].split() == ["identifier", "place", "places", "values", "files"]
    assert ["patient_id", "element", str(written.instances), "3", str(written.instances)] in [
        li.split() for li in lines
    ]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["files", "media"])
def test_patients_studies_and_series_are_counted_whatever_stands_beside_them(form: str, tmp_path: Path) -> None:
    more: dict[str, Any] = {} if form == "media" else {"worklist": True, "faults": ["truncated", "missing-uid"]}
    made = generate(patients=2, modalities=["DX", "MR"], **more)
    write_as(form, made, tmp_path / "set", None)
    found = describe(tmp_path / "set")
    series = sum(len(study.series) for study in made.studies)
    assert (found.patients, found.studies, found.series) == (2, made.study_count, series)
    files = [
        path for path in (tmp_path / "set").rglob("*") if path.is_file() and path.suffix not in (".json", ".parquet")
    ]
    assert (found.files, found.bytes) == (len(files), sum(path.stat().st_size for path in files))


def test_a_folder_without_a_set_cannot_be_described(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["describe", str(tmp_path)]) == 2
    assert "holds no finished set" in capsys.readouterr().err


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    show = cli._progress()
    show(1, 2)
    show(2, 2)
    half, full = "#" * 15 + "." * 15, "#" * 30
    assert capsys.readouterr().err == f"\r[{half}] 1/2\r[{full}] 2/2\n"
