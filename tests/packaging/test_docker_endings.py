"""The ways in which somebody ends the lab in containers, each for real: none leaves a container."""

from __future__ import annotations

import os
import pty
import re
import signal
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.packaging.docker import ROOT, a_net, containers, free_port, leftovers, run
from tests.support.chaos import command_line, descendants

PROJECT = "pacslab-endings"
SECONDS = 120.0
pytestmark = [pytest.mark.compose, pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Names, ports and networks of the lab's own. What the first test has stored is there for the next."""
    ports = {name: str(free_port()) for name in ("PACSLAB_HTTP_PORT", "PACSLAB_HTTPS_PORT", "PACSLAB_JUPYTER_PORT")}
    state = str(tmp_path_factory.mktemp("state"))
    with a_net() as net:
        own = {
            "COMPOSE_PROJECT_NAME": PROJECT,
            "PACSLAB_NET": net,
            "PACSLAB_STATE": state,
            "PACSLAB_LANG": "en",
            **ports,
        }
        try:
            yield own
        finally:
            run("docker", "compose", "down", "--volumes", "--rmi", "local", "--timeout", "3", **own)
        assert leftovers(PROJECT) == ""


class Terminal:
    """A terminal in which one command runs."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.printed = ""
        self.pid, self._line = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.execve(command[0], command, os.environ | environment)

    def until(self, pattern: str) -> re.Match[str]:
        """Read until this was printed."""
        deadline = time.monotonic() + SECONDS
        while not (found := re.search(pattern, self.printed)):
            assert time.monotonic() < deadline, self.printed
            try:
                self.printed += os.read(self._line, 65_536).decode("utf-8", "replace")
            except OSError:
                raise AssertionError(self.printed) from None
        return found

    def until_it_waits_for_nothing(self) -> None:
        """Until start.sh has noticed that all is up: it has ended the command that waits for the session's record."""
        deadline = time.monotonic() + SECONDS
        while any(b"session.json" in part for pid in descendants(self.pid) for part in command_line(pid)):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        time.sleep(0.2)  # it says so to itself with the next command

    def press_ctrl_c(self) -> None:
        os.write(self._line, b"\x03")

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        os.close(self._line)
        self._line = -1

    def code(self) -> int:
        """The exit code; what is still printed is read meanwhile, as a terminal does."""
        while self._line >= 0:
            try:
                if not os.read(self._line, 65_536):
                    break
            except OSError:
                break
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if self._line >= 0:
            self.close()
        return code


def nothing_is_left() -> bool:
    """Whether all containers are gone, if not at once then before long."""
    deadline = time.monotonic() + SECONDS
    while containers(PROJECT) and time.monotonic() < deadline:
        time.sleep(0.2)
    return containers(PROJECT) == ""


def test_docker_compose_up_alone_prints_the_address_and_ctrl_c_stops_it(environment: dict[str, str]) -> None:
    terminal = Terminal(["/usr/bin/env", "docker", "compose", "up", "--build"], environment)
    address = terminal.until(r"http://127\.0\.0\.1:(\d+)/lab/tree/\S+")
    assert address[1] == environment["PACSLAB_JUPYTER_PORT"]
    with suppress(OSError):
        terminal.press_ctrl_c()
    terminal.code()
    assert run("docker", "compose", "ps", "--quiet", "--status", "running", **environment) == ""
    run("docker", "compose", "down", **environment)
    assert containers(PROJECT) == ""


@pytest.mark.parametrize("way", ["Ctrl-C", "a closed terminal", "kill"])
def test_start_sh_takes_its_containers_along(way: str, environment: dict[str, str]) -> None:
    terminal = Terminal(["./start.sh", "--docker", "--no-jupyter"], environment)
    terminal.until("The lab is ready")
    assert len(containers(PROJECT).split()) == 3
    if way == "Ctrl-C":
        terminal.until_it_waits_for_nothing()  # until then it counts as interrupted: 130
        terminal.press_ctrl_c()
        assert (terminal.code(), containers(PROJECT)) == (0, "")
    elif way == "a closed terminal":
        terminal.close()
        terminal.code()
    else:
        terminal.kill()
        assert terminal.code() == -signal.SIGKILL
    assert nothing_is_left()
