"""What a run keeps of itself: it goes on after any end, and what it learns late holds for what was cleaned early."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from pydicom import dcmread

from lab.course.deidentified import Deidentified
from lab.deid import journal as module
from lab.deid.elements import Element
from lab.deid.journal import Journal, Line
from lab.deid.problems import DeidError
from lab.deid.run import Request, deidentify
from tests.deid.sets import WITHOUT_PIXELS, bytes_of, dicom_files, made, small_set

ANNE = made(Element(0x0008103E, "LO", b"Thorax, like Sylvie Goncalves"))
ANNE_AGAIN = made(Element(0x00080018, "UI", b"2.25.2"), Element(0x0008103E, "LO", b"Thorax"))
SYLVIE = made(
    Element(0x00080018, "UI", b"2.25.3"),
    Element(0x00100010, "PN", b"Goncalves^Sylvie"),
    Element(0x00100020, "LO", b"P9"),
    Element(0x0008103E, "LO", b"Abdomen"),
)
SOMEBODY = made(
    Element(0x00080018, "UI", b"2.25.4"),
    Element(0x00100010, "PN", b"Petit^Jean"),
    Element(0x00100020, "LO", b"P8"),
    Element(0x0008103E, "LO", b"Knee"),
)


def described(target: Path) -> dict[str, int]:
    """What the copies are called, and when they were written."""
    return {str(dcmread(path).SeriesDescription): path.stat().st_mtime_ns for path in dicom_files(target)}


@pytest.fixture
def asked(tmp_path: Path) -> Request:
    source = tmp_path / "in"
    source.mkdir()
    (source / "anne.dcm").write_bytes(ANNE)
    (source / "again.dcm").write_bytes(ANNE_AGAIN)
    return Request(source, tmp_path / "out", WITHOUT_PIXELS, tmp_path / "key", 1)


def test_a_name_that_is_learnt_late_goes_from_what_was_cleaned_early_and_nothing_else_is_cleaned_again(
    asked: Request,
) -> None:
    deidentify(asked)
    early = described(asked.target)
    assert set(early) == {"Thorax, like Sylvie Goncalves", "Thorax"}
    (asked.source / "sylvie.dcm").write_bytes(SYLVIE)
    audit = deidentify(asked)
    late = described(asked.target)
    assert (set(late), audit.already, audit.cleaned) == ({"Thorax, like ***", "Thorax", "Abdomen"}, 1, 3)
    assert late["Thorax"] == early["Thorax"]
    deidentify(asked)
    assert described(asked.target) == late


def test_a_name_is_remembered_when_the_file_that_told_it_has_gone(asked: Request) -> None:
    (asked.source / "anne.dcm").unlink()
    (asked.source / "sylvie.dcm").write_bytes(SYLVIE)
    deidentify(asked)
    (asked.source / "sylvie.dcm").unlink()
    (asked.source / "anne.dcm").write_bytes(ANNE)
    (asked.source / "somebody.dcm").write_bytes(SOMEBODY)
    deidentify(asked)
    assert set(described(asked.target)) == {"Thorax, like ***", "Thorax", "Abdomen", "Knee"}


def test_a_run_that_ended_before_it_looked_at_the_early_ones_again_does_so_when_it_goes_on(asked: Request) -> None:
    deidentify(asked)
    lines = Journal(asked.target)._path.read_text()
    (asked.source / "sylvie.dcm").write_bytes(SYLVIE)
    deidentify(asked)
    whole = bytes_of(asked.target)
    state = Journal(asked.target)
    state._path.write_text(state._path.read_text() + lines)  # as if the second leg had not come to them
    anne = next(line for line in map(Line.of, lines.splitlines()) if line.source == "anne.dcm")
    (asked.target / anne.target).write_bytes(bytes(anne.size))
    deidentify(asked)
    assert bytes_of(asked.target) == whole


def test_nobody_s_name_is_kept_when_the_key_is_destroyed(tmp_path: Path) -> None:
    deidentify(Request(small_set(), tmp_path / "out", WITHOUT_PIXELS, None, 1))
    assert sorted(path.name for path in (tmp_path / "out.deid-state").iterdir()) == ["quarantine.tsv", "settings.json"]


def test_a_torn_copy_that_nobody_took_note_of_is_made_anew(asked: Request) -> None:
    deidentify(asked)
    whole = bytes_of(asked.target)
    state = Journal(asked.target)
    first, _ = state._path.read_text().splitlines(keepends=True)
    state._path.write_text(first)
    kept = asked.target / Line.of(first).target
    torn = next(path for path in dicom_files(asked.target) if path != kept)
    torn.write_bytes(bytes(torn.stat().st_size))
    (asked.target / "notes.dcm").write_bytes(b"somebody's own")
    deidentify(asked)
    assert bytes_of(asked.target) == whole | {"notes.dcm": b"somebody's own"}
    (asked.target / "notes.dcm").unlink()
    state._path.unlink()
    (asked.source / "anne.dcm").unlink()
    deidentify(asked)
    assert bytes_of(asked.target) == whole, "without its lines no copy is taken for an unfinished one"


def test_a_line_stands_only_for_a_copy_that_the_disk_has(asked: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(folder: Path) -> None:
        raise OSError(errno.EIO, "the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(module, "settle", lost)
        with pytest.raises(DeidError, match="the disk is gone"):
            deidentify(asked)
    state = Journal(asked.target)
    assert (state._path.read_text(), len(dicom_files(asked.target))) == ("", 2)
    assert deidentify(asked).cleaned == 2
    assert len(state._path.read_text().splitlines()) == 2


def test_lines_wait_a_few_seconds_for_the_disk_and_no_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, settled = [0.0], []
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(module, "settle", settled.append)
    journal = Journal(tmp_path / "out")
    journal.open({})
    for second, lines in ((1, 0), (4, 0), (6, 3), (7, 3), (12, 5)):
        clock[0] = second
        journal.note([Line(f"{second}", (1, 1))])
        assert len(journal._path.read_text().splitlines()) == lines
    assert settled == [tmp_path / "out"] * 2


def test_one_is_told_that_the_folder_beside_the_target_stays_in_the_house(asked: Request) -> None:
    for key, anonymous in ((asked.key, False), (None, True)):
        target = asked.target.with_name(f"out-{anonymous}")
        told = Deidentified.run(asked.source, target, WITHOUT_PIXELS.options, key, anonymous, 1)
        assert (f"{target.name}.deid-state names patients" in told.card().to_text(200)) is not anonymous
