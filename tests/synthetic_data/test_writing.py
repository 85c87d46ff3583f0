"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from synthetic_data import Hospital, Instance, SyntheticDataError, Written, generate
from synthetic_data.sets import SPARE_BYTES, SetFolder
from tests.synthetic_data.conftest import ROOT

pytestmark = pytest.mark.slow


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files with the same bytes."""
    return names(one) == names(other) and all((one / n).read_bytes() == (other / n).read_bytes() for n in names(one))


def test_a_folder_holds_every_instance_and_the_ledger_and_nothing_else(
    hospital: Hospital, instances: list[Instance], folder: Path
) -> None:
    assert names(folder) == {instance.path for instance in instances} | {"ledger.parquet", "hospital.json"}
    assert len(instances) == hospital.instance_count
    for instance in instances:
        assert (folder / instance.path).read_bytes() == instance.encode()


def test_it_reports_what_it_writes_and_the_estimate_was_good(
    hospital: Hospital, written: Written, progress: list[tuple[int, int]]
) -> None:
    total = hospital.instance_count
    patients = [
        sum(s.images for study in hospital.studies if study.patient == p for s in study.series)
        for p in hospital.patients
    ]
    assert progress == [(sum(patients[:done]), total) for done in (1, 2, 3)]
    assert written.instances == total
    assert written.bytes == sum(path.stat().st_size for path in written.folder.rglob("*.dcm"))
    assert written.ledger_entries == sum(1 for _ in hospital.ledger())
    assert abs(written.bytes / hospital.byte_estimate - 1) < 0.03


def test_no_file_name_gives_a_person_away(folder: Path) -> None:
    assert sorted(names(folder))[:3] == [
        "hospital.json", "ledger.parquet", "patient-0001/study-1/series-1/image-0001.dcm",
    ]  # fmt: skip


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


def test_a_full_disk_leaves_whole_patients_only_and_the_same_command_goes_on(
    hospital: Hospital, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, files = os.writev, 0

    def fill_up(descriptor: int, pieces: list[bytes]) -> int:
        nonlocal files
        files += 1
        if files == 60:
            os.write(descriptor, pieces[0])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, pieces)

    monkeypatch.setattr(os, "writev", fill_up)
    with pytest.raises(SyntheticDataError) as caught:
        hospital.write(tmp_path)
    assert str(caught.value) == f"cannot write to {str(tmp_path)!r}: {os.strerror(errno.ENOSPC)}."
    assert names(tmp_path) - {"hospital.json", ".ledger/patient-0001.json"} == {
        name for name in names(folder) if name.startswith("patient-0001/")
    }
    monkeypatch.undo()
    again = hospital.write(tmp_path)
    assert same(tmp_path, folder)
    assert again.bytes == sum(path.stat().st_size for path in folder.rglob("*.dcm"))


def test_a_disk_that_is_too_small_is_refused_beforehand(
    hospital: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: type("Usage", (), {"free": 5_000_000, "total": 10**9}))
    with pytest.raises(SyntheticDataError) as caught:
        hospital.write(tmp_path / "new")
    assert str(caught.value) == (
        f"the files take about 10 MB, but only 5 MB are free at {str(tmp_path / 'new')!r}; "
        "ask for fewer patients or modalities, or name a folder on another disk."
    )
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_a_killed_run_leaves_whole_patients_and_is_completed(hospital: Hospital, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "killed"
    command = [sys.executable, "-m", "synthetic_data", "generate", "--patients", "3", "--out", str(target)]
    running = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert running.stderr is not None
    running.stderr.readline()
    running.send_signal(signal.SIGKILL)
    running.wait()
    running.stderr.close()
    left = {path.name for path in target.iterdir()}
    assert "patient-0001" in left
    assert not left & {"patient-0003", "ledger.parquet"}
    assert all(
        (folder / name).read_bytes() == (target / name).read_bytes()
        for name in names(target)
        if name.startswith("patient-0001/")
    )
    hospital.write(target)
    assert same(target, folder)


def test_another_sets_beginning_is_not_mixed_in(hospital: Hospital, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hospital.write(tmp_path, stop)
    before = names(tmp_path)
    with pytest.raises(
        SyntheticDataError, match=r"unfinished beginning of another set; hospital\.json in it says of which"
    ):
        generate(patients=3, seed=7).write(tmp_path)
    assert names(tmp_path) == before


def test_a_folder_that_cannot_be_written_is_said(hospital: Hospital) -> None:
    with pytest.raises(SyntheticDataError, match=r"^cannot write to '/proc/none': "):
        hospital.write("/proc/none")


def test_two_workers_write_the_same_files(hospital: Hospital, folder: Path, tmp_path: Path) -> None:
    counted: list[int] = []
    hospital.write(tmp_path, lambda done, total: counted.append(done), workers=2)
    assert same(tmp_path, folder)
    assert counted == sorted(counted)
    assert counted[-1] == hospital.instance_count


@pytest.mark.slow
def test_a_worker_that_is_killed_is_said_and_the_rest_is_done_next_time(
    hospital: Hospital, folder: Path, tmp_path: Path
) -> None:
    def kill_a_worker(done: int, total: int) -> None:
        for child in multiprocessing.active_children():
            child.kill()

    with pytest.raises(SyntheticDataError, match="a worker's process was ended from outside"):
        hospital.write(tmp_path, kill_a_worker, workers=2)
    assert not (tmp_path / "ledger.parquet").exists()
    hospital.write(tmp_path)
    assert same(tmp_path, folder)


@pytest.mark.slow
def test_filters_keep_what_was_asked_for(hospital: Hospital) -> None:
    days = sorted(study.started.date() for study in hospital.studies)
    films = generate(patients=3, modalities=["DX"])
    late = generate(patients=3, since=days[3], until=days[6])
    third = generate(patients=1, first=3)
    assert {instance.series.modality for instance in films.instances()} == {"DX"}
    assert sorted(study.started.date() for study in late.studies) == [day for day in days if days[3] <= day <= days[6]]
    assert third.patients == hospital.patients[2:]
    all_bytes = {instance.path: instance.encode() for instance in hospital.instances() if instance.number == 1}
    for part in (films, third):
        assert all(all_bytes[i.path] == i.encode() for i in part.instances() if i.number == 1)


@pytest.mark.slow
def test_writing_twice_gives_the_same_files(hospital: Hospital, folder: Path, tmp_path: Path) -> None:
    hospital.write(tmp_path)
    assert same(tmp_path, folder)


@pytest.mark.slow
def test_a_killed_run_takes_its_workers_along_and_is_completed(tmp_path: Path) -> None:
    target = tmp_path / "killed"
    command = [sys.executable, "-m", "synthetic_data", "generate", "--patients", "4", "--modality", "MR", "DX"]
    command += ["--workers", "2", "--out", str(target)]
    running = subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
    )
    assert running.stderr is not None
    running.stderr.readline()
    running.send_signal(signal.SIGKILL)
    running.wait()
    running.stderr.close()
    end = time.monotonic() + 10
    while (left := processes_of(running.pid)) and time.monotonic() < end:
        time.sleep(0.05)
    assert left == []
    four = generate(patients=4, modalities=["MR", "DX"])
    four.write(target)
    four.write(tmp_path / "whole")
    assert same(target, tmp_path / "whole")


def processes_of(group: int) -> list[int]:
    """The processes of a process group that still run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, _, rest = (folder / "stat").read_text().rpartition(") ")[2].partition(" ")
            if int(rest.split()[1]) == group and state != "Z":
                found.append(int(folder.name))
    return found


def test_a_worker_ends_when_the_process_that_started_it_is_gone() -> None:
    """In a process of its own: a pipe whose other end closes stands for the parent."""
    code = (
        "import os, time; from synthetic_data.workers import _wait_and_end; r, w = os.pipe(); os.close(w); "
        "_wait_and_end(r); print('still there')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")


def test_an_interrupted_set_needs_room_only_for_what_is_missing(
    hospital: Hospital, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hospital.write(tmp_path, stop)
    there = sum(path.stat().st_size for path in (tmp_path / "patient-0001").rglob("*.dcm"))
    (tmp_path / "patient-0002.0123456789ab.part").mkdir()
    (tmp_path / "patient-0002.0123456789ab.part" / "torn.dcm").write_bytes(bytes(1_000_000))
    assert SetFolder(tmp_path).bytes_there == there + 1_000_000
    room = hospital.byte_estimate - there - 1_000_000 + SPARE_BYTES
    monkeypatch.setattr(shutil, "disk_usage", lambda path: type("Usage", (), {"free": room - 1, "total": 10**10}))
    with pytest.raises(SyntheticDataError, match="the files take about"):
        hospital.write(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: type("Usage", (), {"free": room, "total": 10**10}))
    hospital.write(tmp_path)
    assert same(tmp_path, folder)


def test_two_runs_do_not_write_into_one_folder(hospital: Hospital, tmp_path: Path) -> None:
    first = SetFolder(tmp_path)
    first.claim(hospital.options)
    with pytest.raises(SyntheticDataError) as caught:
        hospital.write(tmp_path)
    assert str(caught.value) == (
        f"another run is writing into {str(tmp_path)!r}; wait until it is done, or name another folder."
    )
    first.release()
    SetFolder(tmp_path).claim(hospital.options)


def test_a_cluster_has_workers_of_its_own(hospital: Hospital, tmp_path: Path) -> None:
    with pytest.raises(SyntheticDataError, match="a cluster has workers of its own"):
        hospital.write(tmp_path / "new", workers=2, scheduler="tcp://127.0.0.1:9")
    assert not (tmp_path / "new").exists()
