"""How the lab is started: the port of JupyterLab, a start in the background, and one that is to outlive its terminal."""

from __future__ import annotations

import signal
import socket
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from lab import launch
from lab.cli import main
from lab.commands import running
from lab.errors import LabError
from lab.home import Home
from tests.safety.machine import is_alive, until

BUSY = """#!/bin/sh
echo $$ >"{pid}"
echo starting
exec sleep 60
"""


def test_jupyterlab_gets_the_port_that_one_asks_for_or_the_next_free_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        monkeypatch.setenv("PACSLAB_JUPYTER_PORT", str(taken))
        assert taken < launch._free_port("127.0.0.1") < taken + launch.PORTS
    assert launch._free_port("127.0.0.1") == taken


@pytest.mark.parametrize("value", ["lab", "0", "-1", "65536", "8888.5"])
def test_a_port_that_is_none_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACSLAB_JUPYTER_PORT", value)
    with pytest.raises(LabError) as refusal:
        launch._free_port("127.0.0.1")
    assert str(refusal.value.message) == f"PACSLAB_JUPYTER_PORT is {value!r}."


def test_ctrl_c_during_a_start_in_the_background_ends_what_was_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted, program = tmp_path / "pid", tmp_path / "python"
    program.write_text(BUSY.format(pid=noted))
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))

    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        launch.run_detached(Home(tmp_path), [], interrupt)
    until(lambda: not is_alive(int(noted.read_text())))


@pytest.mark.parametrize(("before", "ends"), [(signal.SIG_DFL, True), (signal.SIG_IGN, False)], ids=["plain", "nohup"])
def test_a_closed_terminal_ends_the_lab_unless_it_was_started_with_nohup(
    before: signal.Handlers, ends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[object] = []
    monkeypatch.setattr(running, "_start_here", lambda *_: found.append(signal.getsignal(signal.SIGHUP)))
    kept = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGTERM)}
    signal.signal(signal.SIGHUP, before)
    try:
        assert CliRunner().invoke(main, ["start"]).exit_code == 0
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
    assert [callable(handler) and handler is not signal.SIG_IGN for handler in found] == [ends]
