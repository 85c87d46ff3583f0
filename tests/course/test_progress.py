"""Progress: what was solved, when, with how many hints; kept whatever happens to the lab."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lab.course.progress import Progress, Standing


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(tmp_path / "progress.sqlite")


def test_a_new_trainee_has_done_nothing(progress: Progress) -> None:
    assert progress.standing("http-no-auth") == Standing("http-no-auth")
    assert progress.active() == frozenset()


def test_hints_are_counted_once_each_and_only_those_before_the_solution_count_for_it(progress: Progress) -> None:
    for kind, detail in [
        ("hint", "1"),
        ("hint", "2"),
        ("hint", "2"),
        ("checked", "failed"),
        ("checked", "passed"),
        ("solved", ""),
    ]:
        progress.record("http-no-auth", kind, detail)
    progress.record("http-no-auth", "hint", "3")
    standing = progress.standing("http-no-auth")
    assert (standing.hints, standing.checks, standing.hints_when_solved) == (3, 2, 2)
    assert standing.solved is not None
    assert progress.standing("http-plaintext") == Standing("http-plaintext")


def test_the_first_solution_is_the_one_that_counts(progress: Progress) -> None:
    progress.record("http-no-auth", "solved")
    first = progress.standing("http-no-auth").solved
    progress.record("http-no-auth", "solved")
    assert progress.standing("http-no-auth").solved == first


def test_another_process_sees_what_was_recorded(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite"
    Progress(path).record("http-no-auth", "hint", "1")
    code = f"from lab.course.progress import Progress; from pathlib import Path; print(Progress(Path({str(path)!r})).hints_taken('http-no-auth'))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "1"


def test_the_active_scenarios_are_replaced_as_a_whole(progress: Progress) -> None:
    progress.set_active(frozenset({"a", "b"}))
    progress.set_active(frozenset({"c"}))
    assert progress.active() == {"c"}
