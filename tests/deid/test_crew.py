"""One file may kill its worker or keep it for ever: the others are cleaned all the same, and no process stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.deid import work
from lab.deid.crew import Processes
from lab.deid.limits import in_time
from lab.deid.options import Option
from lab.deid.problems import Reason, Unclean
from lab.deid.profile import Profile
from lab.deid.run import Request, deidentify
from tests.deid.sets import CT_IMAGE, WITHOUT_PIXELS, bytes_of, dicom_files, made, pixels, small_set
from tests.deid.workers import dies_of_b, sleeps_over_b

PROGRAM = """
import sys
from pathlib import Path
from lab.deid import run
from tests.deid.sets import WITHOUT_PIXELS
if __name__ == "__main__":
    run._WORTH_IT = 1
    source, target, key = map(Path, sys.argv[1:4])
    run.deidentify(run.Request(source, target, WITHOUT_PIXELS, key, 2))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("task", "reason"), [(dies_of_b, Reason.KILLED_READER), (sleeps_over_b, Reason.TOO_SLOW)])
def test_a_file_that_takes_its_worker_with_it_stays_behind_alone(
    task: Callable[[work.Place, list[str]], work.Done], reason: Reason, tmp_path: Path
) -> None:
    crew = Processes(task, work.lost, work.Place(tmp_path, tmp_path), workers=2, seconds=10)
    lines = {line.source: line for done in crew.run([["a"], ["b"], ["c", "d"]]) for line in done.lines}
    assert {name: line.reason for name, line in lines.items()} == {"a": "", "b": reason.value, "c": "", "d": ""}


@in_time(0.2)
def _wait(until: float) -> None:
    while time.monotonic() < until:
        pass


def test_what_never_ends_is_ended() -> None:
    began = time.monotonic()
    with pytest.raises(Unclean) as problem:
        _wait(began + 10)
    assert (problem.value.reason, signal.getitimer(signal.ITIMER_REAL)[0]) == (Reason.TOO_SLOW, 0.0)


def _group(leader: int) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == leader and fields[0] != "Z":
                found.append(entry.name)
    return found


@pytest.mark.slow
def test_a_killed_run_of_several_processes_leaves_none_of_them_and_can_go_on(tmp_path: Path) -> None:
    key, target, whole = tmp_path / "key", tmp_path / "out", tmp_path / "whole"
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    root = Path(__file__).parents[2]

    deidentify(Request(small_set(), whole, WITHOUT_PIXELS, key, 1))
    command = [sys.executable, str(program), str(small_set()), str(target), str(key)]
    process = subprocess.Popen(command, cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, start_new_session=True)
    deadline = time.monotonic() + 60
    while not (target.exists() and dicom_files(target)) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    running = len(_group(process.pid))
    process.kill()
    process.wait()
    while _group(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (running > 2, _group(process.pid)) == (True, [])
    assert bytes_of(target).items() <= bytes_of(whole).items()
    deidentify(Request(small_set(), target, WITHOUT_PIXELS, key, 1))
    assert bytes_of(target) == bytes_of(whole)
    assert [path.name for path in target.glob(".*")] == []


@pytest.mark.slow
def test_one_process_leaves_decoding_to_another(tmp_path: Path) -> None:
    from tests.deid.test_streams import RLE, rle

    source = tmp_path / "in"
    source.mkdir()
    plane = b"".join(bytes((127,)) + bytes(128) for _ in range(32))
    picture = pixels(b"", fragments=[b"", rle(plane, plane)])
    (source / "a.dcm").write_bytes(made(*picture, sop_class=CT_IMAGE, syntax=RLE))
    (source / "b.dcm").write_bytes(made())
    audit = deidentify(Request(source, tmp_path / "out", Profile.of([Option.MODIFIED_DATES]), tmp_path / "key", 1))
    assert (audit.files, dict(audit.quarantined)) == (2, {Reason.SAME_TWICE: 1})
