"""Rule 3: whatever ends the lab leaves no process, no port and no file in the system's temporary folder; and it starts again."""

from __future__ import annotations

import os
import pty
import signal
import threading
import time

import pytest

from lab.commands.running import _Ending
from lab.course.progress import Standing
from lab.sandbox.lockfile import holder
from lab.site.baseline import baseline
from tests.safety import machine
from tests.safety.conftest import GONE, OtherLab, full_set
from tests.safety.test_listening import published
from tests.support.chaos import command_line, descendants

SECONDS_TO_END = 15.0
OPEN = {"gateway": {"publish": {"http": ["clinic", "office", "internet"]}}}


def ended(other: OtherLab) -> None:
    """Nothing is left of it, if not at once then very soon."""
    deadline = time.monotonic() + SECONDS_TO_END
    while (remains := other.remains()) != GONE and time.monotonic() < deadline:
        time.sleep(0.05)
    assert remains == GONE


def starts_again(other: OtherLab) -> None:
    """The next start brings site, patients and progress back."""
    lab = other.lab()
    try:
        lab.start(with_parent=True)
        assert lab.sandbox.health().ready
        assert lab.site == baseline().changed(OPEN)
        assert other.stored() == full_set()
        assert lab._progress.standing("http-no-auth") == Standing("http-no-auth", hints=1)
    finally:
        lab.stop()
    assert other.remains() == GONE


@pytest.fixture
def used_lab(other_lab: OtherLab) -> OtherLab:
    """A stopped lab in which a trainee has opened a door and taken a hint."""
    lab = other_lab.lab()
    lab.start(with_parent=True)
    lab.change(OPEN)
    lab.hint("http-no-auth")
    lab.stop()
    assert other_lab.remains() == GONE
    return other_lab


ENDINGS = {"stop": signal.SIGTERM, "Ctrl-C": signal.SIGINT}


@pytest.mark.slow
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_lab_that_is_ended_leaves_nothing_and_starts_again(used_lab: OtherLab, ending: str) -> None:
    process = used_lab.start("--no-jupyter")
    assert used_lab.processes() > {process.pid}
    process.send_signal(ENDINGS[ending])
    printed = process.communicate(timeout=20)[0]
    assert (process.returncode, printed.splitlines()[-1]) == (0, "The lab is stopped. Start it again with ./start.sh.")
    assert used_lab.remains() == GONE
    assert not (used_lab.folder / "session.json").exists()
    starts_again(used_lab)


@pytest.mark.slow
def test_a_lab_whose_terminal_is_closed_leaves_nothing_and_starts_again(used_lab: OtherLab) -> None:
    """Whatever is written to the terminal then fails."""
    terminal, inside = pty.openpty()
    process = used_lab.start("--no-jupyter", output=inside)
    os.close(inside)
    os.close(terminal)
    process.send_signal(signal.SIGHUP)
    assert process.wait(20) == 0
    assert used_lab.remains() == GONE
    assert not (used_lab.folder / "session.json").exists()
    starts_again(used_lab)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_ending_that_python_loses_is_noted() -> None:
    """What a handler raises while an object is cleared away is printed and forgotten."""

    class Cleared:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGHUP)

    ending = _Ending()
    before = signal.signal(signal.SIGHUP, ending)
    try:
        Cleared()
    finally:
        signal.signal(signal.SIGHUP, before)
    assert ending.asked


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["Ctrl-C", "kill"])
def test_a_lab_with_jupyterlab_listens_on_loopback_only_and_leaves_nothing(used_lab: OtherLab, ending: str) -> None:
    process = used_lab.start()
    status, site = used_lab.lab().status(), used_lab.lab().site
    here = machine.listening({process.pid, *descendants(process.pid)})
    assert here >= published(site, used_lab.network)
    ((address, port),) = here - published(site, used_lab.network)
    assert (address, str(status.url).split("/lab/tree/")[0]) == ("127.0.0.1", f"http://127.0.0.1:{port}")
    process.send_signal(ENDINGS.get(ending, signal.SIGKILL))
    process.communicate(timeout=20)
    ended(used_lab)
    machine.until(lambda: (address, port) not in machine.listening())
    starts_again(used_lab)


@pytest.mark.slow
def test_a_killed_start_takes_everything_along(used_lab: OtherLab) -> None:
    process = used_lab.start("--no-jupyter")
    process.kill()
    process.communicate()
    ended(used_lab)
    starts_again(used_lab)


@pytest.mark.slow
def test_a_killed_host_takes_everything_inside_along(used_lab: OtherLab) -> None:
    process = used_lab.start("--no-jupyter")
    inside = set(descendants(used_lab.chaos.host()))
    assert len(inside) > 4
    used_lab.chaos.kill("host")
    machine.until(lambda: not any(machine.is_alive(pid) for pid in inside))
    machine.until(lambda: not machine.listening(prefix=f"{used_lab.network.prefix}."))
    assert used_lab.lab().sandbox.health().archive.state == "dead"
    assert used_lab.command("stop") == (0, "The lab is stopped.\n")
    process.communicate(timeout=20)
    assert used_lab.remains() == GONE
    starts_again(used_lab)


@pytest.mark.slow
def test_a_killed_bubblewrap_takes_everything_inside_along_and_is_started_again(used_lab: OtherLab) -> None:
    process = used_lab.start("--no-jupyter")
    host = used_lab.chaos.host()
    inside = {pid for pid in descendants(host) if not any(part.endswith(b"host.py") for part in command_line(pid))}
    used_lab.chaos.kill("bubblewrap")
    machine.until(lambda: not any(machine.is_alive(pid) for pid in inside))
    machine.until(lambda: used_lab.lab().sandbox.health().ready)
    assert used_lab.chaos.host() == host
    assert used_lab.stored() == full_set()
    process.terminate()
    process.communicate(timeout=20)
    assert used_lab.remains() == GONE
    starts_again(used_lab)


@pytest.mark.slow
def test_killed_and_started_at_once_it_gets_its_addresses_back(used_lab: OtherLab) -> None:
    for _ in range(3):
        lab = used_lab.lab()
        lab.start(with_parent=True)
        host = used_lab.chaos.host()
        used_lab.chaos.kill("host")
        machine.until(lambda: not machine.is_alive(host))  # noqa: B023
        lab.start(with_parent=True)
        assert (lab.sandbox.health().ready, lab.sandbox.network) == (True, used_lab.network)
        lab.stop()


@pytest.mark.slow
def test_a_sandbox_started_without_a_parent_outlives_it_until_it_is_stopped(used_lab: OtherLab) -> None:
    process = used_lab.program("-c", "from lab.api import Lab; Lab().start()")
    assert process.wait(30) == 0
    assert used_lab.lab().sandbox.health().ready
    assert used_lab.command("stop") == (0, "The lab is stopped.\n")
    assert used_lab.remains() == GONE


@pytest.mark.slow
def test_a_detached_lab_is_ended_by_stop(used_lab: OtherLab) -> None:
    code, printed = used_lab.command("start", "--detach", "--no-jupyter")
    assert (code, printed.splitlines()[-2]) == (0, "The lab is ready.")
    assert used_lab.processes() != set()
    assert used_lab.command("stop") == (0, "The lab is stopped.\n")
    assert used_lab.remains() == GONE
    assert used_lab.command("stop") == (0, "The lab was not running.\n")


@pytest.mark.slow
def test_what_the_lab_writes_down_about_itself_only_its_owner_can_read(used_lab: OtherLab) -> None:
    before = os.umask(0)
    try:
        code, _ = used_lab.command("start", "--detach", "--no-jupyter")
    finally:
        os.umask(before)
    assert code == 0
    secret = ("session.json", "start.log", "work/site.json", "certificates/gateway.key")
    modes = {name: (used_lab.folder / name).stat().st_mode & 0o777 for name in secret}
    modes |= {
        name: (used_lab.folder / "native" / name).stat().st_mode & 0o777 for name in ("run", "archive", "control")
    }
    used_lab.command("stop")
    assert modes == {**dict.fromkeys(secret, 0o600), "run": 0o700, "archive": 0o700, "control": 0o700}


# -- ended while it starts ----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.3, 0.8])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill"])
def test_a_first_start_that_is_ended_leaves_nothing(empty_lab: OtherLab, seconds: float, number: int) -> None:
    process = empty_lab.program("-m", "lab", "start", "--no-jupyter")
    time.sleep(seconds)
    process.send_signal(number)
    process.communicate(timeout=20)
    ended(empty_lab)


# -- asked while it starts ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_being_asked_how_it_is_does_not_keep_a_sandbox_from_starting(used_lab: OtherLab) -> None:
    """Who asks holds the lock of the process outside for a moment."""
    lock = used_lab.folder / "native" / "host.lock"
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            holder(lock)

    asking = [threading.Thread(target=ask, daemon=True) for _ in range(2)]
    for thread in asking:
        thread.start()
    try:
        for _ in range(3):
            sandbox = used_lab.lab().sandbox
            sandbox.start(with_parent=True)
            sandbox.stop()
    finally:
        stop.set()
        for thread in asking:
            thread.join()
    assert used_lab.remains() == GONE


@pytest.mark.slow
def test_a_status_of_a_moment_ago_is_no_sign_of_life(used_lab: OtherLab) -> None:
    """Stopped and started again at once, a sandbox counts as started when its new keepers speak, not by the old ones' word."""
    for _ in range(5):
        sandbox = used_lab.lab().sandbox
        sandbox.start(with_parent=True)
        assert sandbox.apply(baseline().changed(OPEN)).ready
        sandbox.stop()
