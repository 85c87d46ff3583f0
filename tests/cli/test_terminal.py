"""What the lab prints while it works: steps with their times, progress, and last words that nobody may hear."""

from __future__ import annotations

import os
import re

import pytest

from lab.i18n import t, use_language
from lab.terminal import Steps

TITLE = t("Loading")


def times_left_out(text: str) -> str:
    return re.sub(r"\d+\.\d s", "N s", text)


def test_each_step_is_told_with_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    with Steps().step(TITLE):
        assert capsys.readouterr().out == ""
    assert times_left_out(capsys.readouterr().out) == "✔ Loading (N s)\n"


def test_a_step_that_fails_is_not_told_as_done(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="broken"), Steps().step(TITLE):
        raise ValueError("broken")
    assert capsys.readouterr().out == ""


def test_without_a_terminal_progress_is_a_line_at_each_quarter(capsys: pytest.CaptureFixture[str]) -> None:
    with Steps().progress(TITLE) as report:
        for done in range(41):
            report(done, 40)
    assert times_left_out(capsys.readouterr().out).splitlines() == [
        "  Loading: 10/40",
        "  Loading: 20/40",
        "  Loading: 30/40",
        "✔ Loading (N s)",
    ]


def test_progress_in_french_has_its_space_before_the_colon(capsys: pytest.CaptureFixture[str]) -> None:
    with use_language("fr"), Steps().progress(t("Writing patients")) as report:
        report(2, 4)
    assert "  Écriture des patients\u00a0: 2/4\n" in capsys.readouterr().out


def test_nothing_to_do_is_no_error_of_the_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with Steps().progress(TITLE) as report:
        report(0, 0)
    assert times_left_out(capsys.readouterr().out) == "✔ Loading (N s)\n"


def test_on_a_terminal_progress_is_a_bar_that_counts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with Steps().progress(TITLE) as report:
        report(20, 40)
    printed = capsys.readouterr().out
    assert "━" in printed
    assert "20/40" in printed
    assert "Loading: 20/40" not in printed


def test_quiet_steps_leave_standard_output_to_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    with Steps(quiet=True).progress(TITLE) as report:
        report(20, 40)
    assert capsys.readouterr().out == ""


def test_last_words_to_a_pipe_that_nobody_reads_are_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with os.fdopen(theirs, "w") as output:
        monkeypatch.setattr("sys.stdout", output)
        steps = Steps()
        steps.ending()
        steps.ended()
