"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from pydicom import dcmread

from synthetic_data import Hospital, Instance, SyntheticDataError, Written
from synthetic_data.writing import LEDGER_NAME


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_holds_every_instance_and_the_ledger_and_nothing_else(
    hospital: Hospital, instances: list[Instance], folder: Path
) -> None:
    assert names(folder) == {instance.path for instance in instances} | {LEDGER_NAME}
    assert len(instances) == hospital.instance_count
    for instance in instances:
        assert (folder / instance.path).read_bytes() == instance.encode()


def test_it_reports_what_it_writes_and_the_estimate_was_good(
    hospital: Hospital, written: Written, progress: list[tuple[int, int]]
) -> None:
    total = hospital.instance_count
    assert progress == [(done, total) for done in range(1, total + 1)]
    assert written.instances == total
    assert written.bytes == sum(path.stat().st_size for path in written.folder.rglob("*.dcm"))
    assert written.ledger_entries == sum(1 for _ in hospital.ledger())
    assert abs(written.bytes / hospital.byte_estimate - 1) < 0.03


def test_no_file_name_gives_a_person_away(folder: Path) -> None:
    sample = sorted(names(folder))[0]
    assert sample == "ledger.jsonl"
    assert sorted(names(folder))[1] == "patient-0001/study-1/series-1/image-0001.dcm"


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(hospital: Hospital, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SyntheticDataError) as caught:
        hospital.write(tmp_path)
    assert str(caught.value) == f"{str(tmp_path)!r} is not empty; empty it first, or name another folder."
    assert names(tmp_path) == {"mine.txt"}


def test_a_file_in_the_folders_place_is_refused(hospital: Hospital, tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("mine")
    with pytest.raises(SyntheticDataError) as caught:
        hospital.write(target)
    assert str(caught.value) == f"{str(target)!r} is a file; name a folder that is empty or does not exist yet."
    assert target.read_text() == "mine"


def test_a_full_disk_leaves_whole_files_only(
    hospital: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.write_bytes

    def fill_up(path: Path, content: bytes) -> int:
        if "image-0003" in path.name:
            real(path, content[: len(content) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, content)

    monkeypatch.setattr(Path, "write_bytes", fill_up)
    with pytest.raises(SyntheticDataError) as caught:
        hospital.write(tmp_path)
    assert str(caught.value) == f"cannot write to {str(tmp_path)!r}: {os.strerror(errno.ENOSPC)}."
    left = names(tmp_path)
    assert left == {f"patient-0001/study-1/series-1/image-000{number}.dcm" for number in (1, 2)}
    assert all(dcmread(tmp_path / name).PixelData for name in left)


def test_an_interruption_leaves_no_unfinished_file_and_no_ledger(hospital: Hospital, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hospital.write(tmp_path, stop)
    left = names(tmp_path)
    assert left == {f"patient-0001/study-1/series-1/image-000{number}.dcm" for number in range(1, 6)}


def test_writing_twice_gives_the_same_files(hospital: Hospital, folder: Path, tmp_path: Path) -> None:
    again = hospital.write(tmp_path).folder
    assert names(again) == names(folder)
    assert all((again / name).read_bytes() == (folder / name).read_bytes() for name in names(folder))
