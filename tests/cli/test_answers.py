"""What a trainee wants written is there whole or not at all; what cannot be answered as it is asked for is said before the work."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lab.cli import main
from lab.detection.recording import with_new
from lab.errors import LabError
from lab.saving import require_file, require_folder, save_text

TIP = "→ Name a place in a folder that exists and is yours, with room for it."


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def half() -> Iterator[str]:
    yield "a page of which half"
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def nothing_is_looked_at(*asked: Any, **how: Any) -> None:
    raise AssertionError("the work began")


@pytest.fixture
def untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    for work in (
        "lab.api.Lab.report",
        "lab.course.inventoried.look_through",
        "lab.course.deidentified.Scored.of",
        "lab.commands.survey._survey",
        "lab.detection.conduct._record",
    ):
        monkeypatch.setattr(work, nothing_is_looked_at)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    "command",
    [
        ("report", "--output"),
        ("inventory", ".", "--no-ocr", "--html"),
        ("deid-score", ".", ".", "--html"),
        ("survey", "--parquet"),
        ("day", "--save"),
        ("rules", "export"),
    ],
    ids=lambda command: command[0],
)
@pytest.mark.parametrize("place", ["/proc/x.html", "a file/x.html"])
def test_where_nothing_can_be_written_is_said_before_the_work(
    command: tuple[str, ...], place: str, tmp_path: Path
) -> None:
    (tmp_path / "a file").touch()
    path = tmp_path / place
    answer = run(*command, path)
    reason = "No such file or directory" if place.startswith("/proc") else "Not a directory"
    assert (answer.exit_code, answer.stderr) == (2, f"pacslab: {path} cannot be written: {reason}.\n{TIP}\n")
    assert list(tmp_path.iterdir()) == [tmp_path / "a file"]


@pytest.mark.parametrize(
    "command", [("report", "--output"), ("inventory", ".", "--html"), ("deid-score", ".", ".", "--html")]
)
def test_a_folder_is_no_file_to_write(command: tuple[str, ...], tmp_path: Path) -> None:
    assert run(*command, tmp_path).exit_code == 2
    with pytest.raises(LabError, match="Is a directory"):
        require_file(tmp_path)
    with pytest.raises(LabError, match="Is a directory"):
        save_text(tmp_path, ["a page"])


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("command", ["inventory", "events", "internet", "survey"])
def test_two_forms_of_answer_at_once_are_refused(command: str) -> None:
    answer = run(command, "--csv", "--json")
    said = "pacslab: Two forms of answer were asked for.\n→ Say --csv or --json.\n"
    assert (answer.exit_code, answer.stdout, answer.stderr) == (2, "", said)


def test_rules_are_not_exported_into_a_file(tmp_path: Path) -> None:
    (tmp_path / "siem").write_text("a file")
    answer = run("rules", "export", tmp_path / "siem")
    assert (answer.exit_code, answer.stderr) == (
        2,
        f"pacslab: {tmp_path / 'siem'} cannot be written: Not a directory.\n{TIP}\n",
    )
    (tmp_path / "new" / "README.md").mkdir(parents=True)
    assert "is there already and is another file" in run("rules", "export", tmp_path / "new").stderr


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    page, new = tmp_path / "page.html", tmp_path / "new.html"
    page.write_text("the old one")
    for path in (page, new):
        with pytest.raises(LabError, match="No space left on device"):
            save_text(path, half())
    assert (list(tmp_path.iterdir()), page.read_text()) == ([page], "the old one")
    with pytest.raises(LabError, match="No space left on device"):
        save_text(Path("/dev/full"), ["a page"])


def test_a_day_for_which_there_is_no_room_is_told_as_such_and_other_mishaps_are_not(tmp_path: Path) -> None:
    def full(folder: Path) -> None:
        "".join(half())

    def lost(folder: Path) -> None:
        raise FileNotFoundError(errno.ENOENT, "no such program")

    with pytest.raises(LabError, match="monday cannot be written: No space left on device"):
        with_new(tmp_path / "monday", full)
    with pytest.raises(FileNotFoundError):
        with_new(tmp_path / "monday", lost)
    assert list(tmp_path.iterdir()) == []


def test_asking_for_a_place_leaves_nothing_there_and_folders_that_are_to_be_made_need_not_be_there(
    tmp_path: Path,
) -> None:
    require_file(tmp_path / "page.html")
    require_file(tmp_path / "new" / "deeper" / "page.html", making_folders=True)
    require_folder(tmp_path / "new" / "monday")
    with pytest.raises(LabError):
        require_file(tmp_path / "new" / "page.html")
    assert list(tmp_path.iterdir()) == []


def test_a_private_page_is_its_owners_a_link_stays_one_and_a_device_is_written_to(tmp_path: Path) -> None:
    page, link = tmp_path / "page.html", tmp_path / "link"
    page.write_text("readable for all")
    page.chmod(0o644)
    link.symlink_to(page)
    save_text(link, ["a ", "page"], private=True)
    assert (page.read_text(), page.stat().st_mode & 0o777, link.is_symlink()) == ("a page", 0o600, True)
    require_file(Path("/dev/null"))
    save_text(Path("/dev/null"), ["a page"])
    assert Path("/dev/null").is_char_device()
