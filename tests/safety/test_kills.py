"""Killed at any moment, the archive holds what it held before or what it was to hold, and never half of it."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.errors import SandboxError
from lab.sandbox.inside import store
from lab.sandbox.lockfile import holder
from lab.sandbox.protocol import Sandbox
from lab.site.baseline import baseline
from tests.conftest import FEW
from tests.safety import machine
from tests.safety.conftest import OtherLab, full_set
from tests.support.chaos import command_line

# PACSLAB_TEST_ROUNDS=20 tries many more moments
ROUNDS = range(int(os.environ.get("PACSLAB_TEST_ROUNDS", "1")))

# -- the folders of the archive, interrupted before each of their renamings --------------------------------------------


class Killed(BaseException):
    """A kill, as seen by the program that it hits: nothing after it is carried out."""


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(store, "STORAGE", tmp_path)
    monkeypatch.setattr(store, "CURRENT", tmp_path / "current")
    monkeypatch.setattr(store, "SNAPSHOTS", tmp_path / "snapshots")
    store.prepare()
    _fill(tmp_path / "snapshots" / "patients", "first day")
    _fill(tmp_path / "current", "today")
    return tmp_path


def _fill(folder: Path, content: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in ("index", "image-1", "image-2"):
        (folder / name).write_text(content)


def _content(folder: Path) -> set[str]:
    """What a folder holds: one text if it is whole, more if it is mixed, ``part`` if something is missing."""
    files = sorted(path.name for path in folder.iterdir())
    whole = {"part"} if files not in ([], ["image-1", "image-2", "index"]) else set()
    return {path.read_text() for path in folder.iterdir()} | whole


def _kill_at(monkeypatch: pytest.MonkeyPatch, steps: int) -> list[int]:
    """Kill the program when it has changed the file system that many times."""
    done: list[int] = []
    for module, name in ((store.os, "replace"), (shutil, "copy2"), (shutil, "rmtree")):
        real = getattr(module, name)

        def step(*arguments: object, real: Callable[..., object] = real, **options: object) -> object:
            if len(done) == steps:
                raise Killed
            done.append(1)
            return real(*arguments, **options)

        monkeypatch.setattr(module, name, step)
    monkeypatch.setattr(shutil.copytree, "__defaults__", (False, None, shutil.copy2, False, False))
    return done


@pytest.mark.parametrize("steps", range(12))
@pytest.mark.parametrize(
    ("command", "current", "kept"),
    [
        ("snapshot", [{"today"}], [{"first day"}, {"today"}]),
        ("restore", [{"today"}, {"first day"}], [{"first day"}]),
        ("clear", [{"today"}, set()], [{"first day"}]),
    ],
)
def test_a_command_that_is_killed_leaves_the_old_content_or_the_new(
    storage: Path, command: str, current: list[set[str]], kept: list[set[str]], steps: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        _kill_at(patch, steps)
        try:
            store.run(command, "patients")
        except Killed:
            pass
        else:
            assert steps > 4, "the command was not interrupted"
    store.prepare()
    assert _content(storage / "current") in current
    assert store.snapshots() == ["patients"]
    assert _content(storage / "snapshots" / "patients") in kept
    assert sorted(path.name for path in storage.rglob(".*")) == []


@pytest.mark.parametrize("steps", range(8))
def test_a_recovery_that_is_killed_can_be_made_again(storage: Path, steps: int) -> None:
    shutil.copytree(storage / "snapshots" / "patients", storage / ".current.whole")
    (storage / "snapshots" / ".other.part").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        _kill_at(patch, steps)
        with contextlib.suppress(Killed):
            store.prepare()
    store.prepare()
    assert _content(storage / "current") == {"first day"}
    assert store.snapshots() == ["patients"]
    assert sorted(path.name for path in storage.rglob(".*")) == []


# -- the running lab ----------------------------------------------------------------------------------------------------

FIRST_START = f"""
import os, signal, sys
from lab.api import Lab
def report(done, total):
    if sys.argv[1:] and done >= total * float(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
Lab().start(with_parent=True, patients={FEW}, report=report)
print("started", flush=True)
"""
WORK = """
from lab.api import Lab
lab = Lab()
lab.start(with_parent=True)
print("started", flush=True)
while True:
    lab.sandbox.snapshot("patients")
    lab.misconfigure()
    lab.reset()
    lab.sandbox.clear()
    lab.sandbox.restore("patients")
    lab.misconfigure("dimse-find-open")
"""


def recovers(other: OtherLab) -> None:
    """The next start brings exactly the patients of the first day."""
    machine.until(lambda: not other.processes(), 15, "something of the killed lab still runs")
    lab = other.lab()
    lab.start(with_parent=True, patients=FEW)
    assert lab.sandbox.health().ready
    lab.reset()
    assert other.stored() == full_set()
    lab.stop()


@pytest.mark.slow
def test_a_first_start_that_is_killed_in_the_middle_of_loading_is_made_again(empty_lab: OtherLab) -> None:
    process = empty_lab.program("-c", FIRST_START, "0.5")
    assert process.communicate(timeout=60)[0] == ""
    assert process.returncode == -9
    machine.until(lambda: not empty_lab.processes(), 15)
    lab = empty_lab.lab()
    lab.start(with_parent=True, patients=FEW)
    assert empty_lab.stored() == full_set()
    lab.stop()


@pytest.mark.slow
@pytest.mark.parametrize("seed", ROUNDS)
@pytest.mark.parametrize("victim", ["start", "host", "bubblewrap"])
def test_a_first_start_that_is_killed_at_any_moment_is_made_again(empty_lab: OtherLab, victim: str, seed: int) -> None:
    process = empty_lab.program("-c", FIRST_START)
    time.sleep(random.Random(f"{victim} {seed}").uniform(0.3, 2.5))
    _kill(empty_lab, victim, process.pid)
    process.kill()
    process.communicate(timeout=60)
    recovers(empty_lab)


@pytest.mark.slow
@pytest.mark.parametrize("seed", ROUNDS)
@pytest.mark.parametrize("victim", ["host", "bubblewrap", "orthanc", "keeper"])
def test_work_that_is_killed_at_any_moment_loses_no_patient(other_lab: OtherLab, victim: str, seed: int) -> None:
    process = other_lab.program("-c", WORK)
    _until_started(process)
    time.sleep(random.Random(f"{victim} {seed}").uniform(0.0, 1.5))
    _kill(other_lab, victim, process.pid)
    time.sleep(0.1)
    process.kill()
    process.communicate(timeout=60)
    recovers(other_lab)


def _until_started(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    if process.stdout.readline() != "started\n":
        raise AssertionError(process.communicate()[0])


def _kill(other: OtherLab, victim: str, start: int) -> None:
    if victim == "start":
        return
    try:
        other.chaos.kill(victim)
    except (AssertionError, ValueError, OSError):
        assert start, "it had not come up yet, or was down for a moment"


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["host", "bubblewrap"])
def test_a_kill_while_bubblewrap_sets_itself_up_leaves_nothing(other_lab: OtherLab, victim: str) -> None:
    """bubblewrap ties its processes to one another only at the end of its own start."""
    dice, lock = random.Random(victim), other_lab.folder / "native" / "host.lock"
    for _ in range(6 * len(ROUNDS)):
        sandbox = other_lab.lab().sandbox
        start = threading.Thread(target=_start, args=(sandbox,))
        start.start()
        if victim == "host":
            machine.until(lambda: holder(lock))
            time.sleep(dice.uniform(0.0, 0.03))
            other_lab.chaos.kill("host")
        else:
            machine.until(lambda: _bubblewraps(other_lab))
            time.sleep(dice.uniform(0.0, 0.012))
            os.kill(_bubblewraps(other_lab)[0], signal.SIGKILL)
            os.kill(other_lab.chaos.host(), signal.SIGTERM)
        start.join()
        machine.until(lambda: not _bubblewraps(other_lab), 5, "bubblewrap still runs")
        machine.until(lambda: not machine.listening(prefix=f"{other_lab.network.prefix}."), 5, "somebody still listens")
    recovers(other_lab)


def _start(sandbox: Sandbox) -> None:
    with contextlib.suppress(SandboxError):  # it was killed meanwhile
        sandbox.start(with_parent=True)


def _bubblewraps(other: OtherLab) -> list[int]:
    return sorted(
        pid
        for pid in machine.mentioning(str(other.folder / "native" / "archive"))
        if command_line(pid)[0].endswith(b"bwrap")
    )


@pytest.mark.slow
def test_an_apply_that_is_killed_leaves_the_old_site_or_the_new(other_lab: OtherLab) -> None:
    new = baseline().changed({"orthanc": {"LimitFindResults": 7}})
    program = (
        "import sys; from lab.api import Lab; lab = Lab(); lab.start(with_parent=True); print('started', flush=True)\n"
        "while True: lab.change({'orthanc': {'LimitFindResults': 7}}); lab.harden()"
    )
    for seed in range(2):
        process = other_lab.program("-c", program)
        _until_started(process)
        time.sleep(random.Random(seed).uniform(0.0, 0.6))
        process.kill()
        process.communicate()
        machine.until(lambda: not other_lab.processes(), 15)
        lab = other_lab.lab()
        lab.start(with_parent=True)
        assert lab.site in (baseline(), new)
        assert lab.sandbox.health().ready
        assert other_lab.stored() == full_set()
        lab.stop()


@pytest.mark.slow
def test_a_site_that_cannot_start_and_a_kill_do_not_lock_the_trainee_out(other_lab: OtherLab) -> None:
    """Killed between the attempt to start a broken site and the return to the one before, the broken one is the last."""
    lab = other_lab.lab()
    lab.start(with_parent=True)
    broken = baseline().changed({"orthanc": {"ExternalDictionaries": ["/no/such/dictionary"]}})
    lab.sandbox._order(lab.sandbox._write_site(broken) | {"running": True})
    lab.sandbox.stop()
    try:
        lab.start(with_parent=True)
        assert lab.sandbox.health().ready
        assert other_lab.stored() == full_set()
    finally:
        lab.sandbox.stop()
