"""`python -m synthetic_data`: what it writes, says and returns."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import synthetic_data
from synthetic_data import cli
from tests.synthetic_data.conftest import ROOT

EXAMPLES = """\
examples:
  python -m synthetic_data --out hospital
  python -m synthetic_data --patients 5 --seed 7 --locale en_GB --out small
"""


def test_it_writes_a_hospital_and_says_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "out"
    code = cli.main(["--patients", "1", "--seed", "7", "--locale", "en_GB", "--out", str(target)])
    files = list(target.rglob("*.dcm"))
    lines = (target / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    studies = list((target / "patient-0001").iterdir())
    size = sum(file.stat().st_size for file in files) / 1e6
    said = capsys.readouterr()
    assert code == 0
    assert said.out.splitlines() == [
        f"1 patient, {len(studies)} studies, {len(files)} images, about {size:.0f} MB.",
        f"{len(files)} files, {size:.0f} MB, in {str(target)!r}; {len(lines)} identifiers in ledger.jsonl.",
    ]
    assert said.err.splitlines()[-1] == f"{len(files)}/{len(files)}"


def test_quiet_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--patients", "1", "--quiet", "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr() == ("", "")


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
    for option in ("--out DIR", "--patients N", "--seed S", "--locale L", "--quiet", "--version"):
        assert option in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--locale", "xx_XX"], "unknown locale 'xx_XX'; accepted are fr_FR, en_US, en_GB, de_DE."),
        (["--patients", "0"], "the number of patients must be from 1 to 100000, not 0."),
        (["--seed", "-3"], "the seed must be a whole number from 0, not -3."),
    ],
)
def test_an_impossible_request_ends_with_2_and_a_sentence(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*arguments, "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == f"synthetic_data: {message}\n"
    assert not (tmp_path / "out").exists()


def test_a_missing_folder_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["--patients", "1"])
    assert left.value.code == 2
    assert "the following arguments are required: --out" in capsys.readouterr().err


def test_control_c_ends_with_130_and_tells_what_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_progress", lambda: stop)
    assert cli.main(["--patients", "1", "--out", str(tmp_path)]) == 130
    assert capsys.readouterr().err == (
        f"\nsynthetic_data: stopped. The files below {str(tmp_path)!r} are whole, but not all there; "
        "delete the folder before you try again.\n"
    )


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    show = cli._progress()
    show(1, 2)
    show(2, 2)
    half, full = "#" * 15 + "." * 15, "#" * 30
    assert capsys.readouterr().err == f"\r[{half}] 1/2\r[{full}] 2/2\n"
