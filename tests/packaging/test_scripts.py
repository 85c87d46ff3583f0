"""start.sh, test.sh and ./pacslab, tried in a copy of the folder in which programs are replaced by stand-ins.

The copy's path has spaces. ``PATH`` holds the stand-ins and a few plain tools, so that nothing is installed or started.
"""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("start.sh", "test.sh", "pacslab", ".ci/run", "docker/prepare.sh", "tools/newer_orthanc.sh")
TOOLS = (
    "bash",
    "env",
    "dirname",
    "cat",
    "mkdir",
    "chmod",
    "cp",
    "cmp",
    "tr",
    "grep",
    "tail",
    "sleep",
    "id",
    "uname",
    "rm",
)
COMPOSE_STUB = """
case "$*" in
  version*) echo 27.0 ;;
  "compose version") ;;
  *" ps "*notebooks) [ -e running ] && echo 1234 ;;
  *" ps "*) [ -e running ] || [ -e left ] && echo 5678 ;;
  *"pacslab open") echo http://127.0.0.1:8888/lab?token=t ;;
  *) echo "docker $*" ;;
esac
"""
# a lab in containers that runs until somebody ends it; ``down`` is noted
RUNNING_STUB = """
case "$*" in
  version*) echo 27.0 ;;
  logs*) echo ready; exec sleep 20 ;;
  "compose down"*) echo "$*" >>down ;;
esac
"""


@dataclass(frozen=True)
class Copy:
    """A copy of the project whose .venv is up to date, and whose programs only say how they were called."""

    folder: Path
    stand_ins: Path

    def put(self, name: str, script: str) -> None:
        path = self.stand_ins / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": str(self.stand_ins), "HOME": str(self.folder), "LANG": "C.UTF-8"}

    def run(self, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.folder / script), *arguments],
            cwd="/",
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
        )

    @contextmanager
    def terminal(self, *arguments: str) -> Iterator[tuple[int, int]]:
        """``start.sh`` at a terminal of its own, until it has said "ready": its process, and the terminal's other end."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(self.folder / "start.sh", ["start.sh", *arguments], self.environment)
        try:
            printed = b""
            while b"ready" not in printed:
                printed += os.read(terminal, 10_000)
            yield pid, terminal
        finally:
            os.waitpid(pid, 0)

    def downs(self) -> int:
        """How often the containers were taken down."""
        down = self.folder / "down"
        return len(down.read_text().splitlines()) if down.exists() else 0

    def is_down(self, seconds: float = 10.0) -> bool:
        """Whether they are taken down before long."""
        deadline = time.monotonic() + seconds
        while not self.downs() and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.downs() > 0


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    folder = tmp_path / "my course, 2nd try"
    made = Copy(folder, tmp_path / "bin")
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "pacslab").mkdir()
    made.stand_ins.mkdir()
    for name in ("start.sh", "pacslab", "requirements.lock"):
        shutil.copy2(ROOT / name, folder / name)
    shutil.copy(ROOT / "requirements.lock", folder / ".venv" / "pacslab")
    (folder / ".venv" / "pacslab" / "folder").write_text(f"{folder}\n")
    for name in TOOLS:
        found = shutil.which(name)
        assert found, name
        (made.stand_ins / name).symlink_to(found)
    for name in ("Orthanc", "bwrap"):
        made.put(name, "exit 0")
    made.put("nginx", "echo 'configure arguments: --with-stream' >&2")
    for name in ("python", "pacslab"):
        program = folder / ".venv" / "bin" / name
        program.write_text(f'#!/bin/sh\necho "{name} $*"\n')
        program.chmod(0o755)
    return made


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_script_can_be_run_and_parses(script: str) -> None:
    path = ROOT / script
    assert os.access(path, os.X_OK)
    shell = "bash" if "bash" in path.read_text().splitlines()[0] else "sh"
    assert subprocess.run([shell, "-n", str(path)], capture_output=True, text=True).stderr == ""


@pytest.mark.parametrize(
    ("environment", "first_word"),
    [
        ({}, "Usage:"),
        ({"LANG": "fr_FR.UTF-8"}, "Usage :"),
        ({"LANG": "de_DE.UTF-8"}, "Usage:"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C.UTF-8"}, "Usage:"),
        ({"LANG": "fr_FR.UTF-8", "PACSLAB_LANG": "en"}, "Usage:"),
        ({"PACSLAB_LANG": "fr"}, "Usage :"),
    ],
)
def test_help_speaks_the_language_that_the_lab_would_speak(
    copy: Copy, environment: dict[str, str], first_word: str
) -> None:
    answer = copy.run("start.sh", "--help", **environment)
    assert answer.stdout.startswith(f"{first_word} ./start.sh [OPTIONS]")
    assert (answer.returncode, answer.stderr) == (0, "")


def test_help_names_every_option_in_both_languages(copy: Copy) -> None:
    options = (
        "--docker",
        "--native",
        "--detach",
        "--no-jupyter",
        "--newer-orthanc",
        "--lang",
        "--prepare",
        "--dev",
        "--help",
    )
    for language in ("en", "fr"):
        answer = copy.run("start.sh", "--lang", language, "--help")
        assert [option for option in options if option not in answer.stdout] == []


def test_every_message_has_a_french_text() -> None:
    table = (ROOT / "start.sh").read_text().split("text() {")[1].split("\n}\n")[0]
    assert len(re.findall(r" en=['\"]", table)) == len(re.findall(r" fr=['\"]", table)) > 20


@pytest.mark.parametrize("arguments", [["--bogus"], ["--lang"], ["--lang", "xx"]])
def test_a_wrong_option_is_refused_with_exit_code_2(copy: Copy, arguments: list[str]) -> None:
    answer = copy.run("start.sh", *arguments)
    assert answer.returncode == 2
    assert arguments[0] in answer.stderr


def test_a_warm_native_start_hands_over_to_the_lab_without_installing_anything(copy: Copy) -> None:
    answer = copy.run("start.sh", "--native", "--detach", "--no-jupyter")
    assert answer.stdout.splitlines()[-1] == "python -m lab start --sandbox native --no-jupyter --detach"
    assert answer.returncode == 0
    assert (copy.folder / ".pacslab" / "mode").read_text() == "native\n"
    assert (copy.folder / ".pacslab").stat().st_mode & 0o077 == 0


def test_without_a_docker_engine_the_lab_starts_natively(copy: Copy) -> None:
    copy.put("docker", "exit 1")
    assert copy.run("start.sh").stdout.splitlines()[-1] == "python -m lab start --sandbox native"


def test_where_a_docker_engine_answers_the_lab_starts_in_containers(copy: Copy) -> None:
    copy.put("docker", COMPOSE_STUB)
    answer = copy.run("start.sh", "--prepare")
    assert "Sandbox: Docker containers" in answer.stdout
    assert answer.returncode == 0


def test_docker_asked_for_without_an_engine_is_refused(copy: Copy) -> None:
    copy.put("docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1")
    answer = copy.run("start.sh", "--docker")
    assert answer.returncode == 2
    assert "Cannot connect to the Docker daemon" in answer.stderr
    assert "./start.sh --native" in answer.stderr


def test_where_no_sandbox_can_be_made_the_lab_says_so_and_does_not_start(copy: Copy) -> None:
    copy.put("bwrap", "echo 'bwrap: No permissions to create new namespace' >&2; exit 1")
    answer = copy.run("start.sh", "--native")
    assert answer.returncode == 2
    assert "it would not be isolated" in answer.stderr
    assert "python -m lab" not in answer.stdout


def test_on_a_system_without_apt_it_says_what_to_install(copy: Copy) -> None:
    (copy.stand_ins / "bwrap").unlink()
    answer = copy.run("start.sh", "--native")
    assert answer.returncode == 2
    assert "needs programs that are missing here: bubblewrap" in answer.stderr
    assert "ORTHANC_BIN" in answer.stderr


def test_an_orthanc_of_ones_own_is_used_and_one_that_is_not_there_is_named(copy: Copy) -> None:
    (copy.stand_ins / "Orthanc").rename(copy.folder / "Orthanc")
    named = copy.run("start.sh", "--native", ORTHANC_BIN=str(copy.folder / "Orthanc"))
    assert (named.returncode, named.stdout.splitlines()[-1]) == (0, "python -m lab start --sandbox native")
    wrong = copy.run("start.sh", "--native", ORTHANC_BIN="/no/such/Orthanc")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("ORTHANC_BIN names /no/such/Orthanc, which is no program.")


def test_missing_packages_are_left_to_an_administrator_where_one_is_needed(copy: Copy) -> None:
    (copy.stand_ins / "bwrap").unlink()
    (copy.stand_ins / "id").unlink()
    copy.put("id", "echo 1000")
    copy.put("apt-get", "echo must not be called; exit 9")
    answer = copy.run("start.sh", "--native")
    assert answer.returncode == 2
    assert answer.stderr.splitlines()[-1] == "Run as an administrator:  apt-get install bubblewrap"


def test_a_changed_lock_or_a_moved_folder_makes_the_environment_anew(copy: Copy) -> None:
    for change in ("requirements.lock", ".venv/pacslab/folder"):
        before = (copy.folder / change).read_text()
        (copy.folder / change).write_text("other\n")
        answer = copy.run("start.sh", "--native")
        assert "python -m lab" not in answer.stdout
        assert "No Python 3.11 or newer" in answer.stderr  # there is none among the stand-ins
        (copy.folder / change).write_text(before)
    assert copy.run("start.sh", "--native").returncode == 0


def test_a_taken_port_is_replaced_by_the_next_free_one(copy: Copy) -> None:
    copy.put("docker", COMPOSE_STUB)
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        answer = copy.run("start.sh", "--docker", "--prepare", PACSLAB_JUPYTER_PORT=str(taken))
    settings = dict(line.split("=") for line in (copy.folder / ".pacslab" / "docker.env").read_text().splitlines())
    assert f"Port {taken} is taken" in answer.stdout
    assert int(settings["PACSLAB_JUPYTER_PORT"]) > taken


def test_the_launcher_does_not_ask_docker_about_a_native_lab(copy: Copy) -> None:
    copy.put("docker", "echo asked >&2; exit 1")
    (copy.folder / ".pacslab").mkdir()
    (copy.folder / ".pacslab" / "mode").write_text("native\n")
    answer = copy.run("pacslab", "check", "http-no-auth", "--json")
    assert (answer.stdout, answer.stderr) == ("pacslab check http-no-auth --json\n", "")


def test_the_launcher_speaks_to_the_containers_while_they_run(copy: Copy) -> None:
    copy.put("docker", COMPOSE_STUB)
    (copy.folder / "running").touch()
    assert copy.run("pacslab", "status").stdout == "docker compose exec --no-TTY notebooks pacslab status\n"
    assert copy.run("pacslab", "stop").stdout == "docker compose down\n"
    (copy.folder / "running").unlink()
    assert copy.run("pacslab", "status").stdout == "pacslab status\n"


def test_the_launcher_stops_what_is_left_when_only_the_notebooks_container_is_gone(copy: Copy) -> None:
    copy.put("docker", COMPOSE_STUB)
    (copy.folder / "left").touch()
    assert copy.run("pacslab", "status").stdout == "pacslab status\n"
    assert copy.run("pacslab", "stop").stdout == "docker compose down\n"
    answer = copy.run("pacslab", "stop", "--json")
    assert (answer.stdout, answer.stderr) == ('{"was_running": true}\n', "docker compose down\n")


def test_asking_what_stop_does_stops_nothing(copy: Copy) -> None:
    copy.put("docker", COMPOSE_STUB)
    (copy.folder / "running").touch()
    assert (
        copy.run("pacslab", "stop", "--help").stdout == "docker compose exec --no-TTY notebooks pacslab stop --help\n"
    )


def test_the_launcher_opens_the_containers_address_in_the_browser_out_here(copy: Copy) -> None:
    copy.put("docker", COMPOSE_STUB)
    copy.put("uname", "echo Linux")
    (copy.folder / "running").touch()
    address = "http://127.0.0.1:8888/lab?token=t"
    assert copy.run("pacslab", "open").stdout == f"{address}\n"
    copy.put("xdg-open", 'echo "browser $*"')
    assert copy.run("pacslab", "open").stdout == f"{address}\nbrowser {address}\n"


def test_a_closed_terminal_ends_the_containers(copy: Copy) -> None:
    copy.put("docker", RUNNING_STUB)
    with copy.terminal("--docker") as (_, terminal):
        os.close(terminal)
    assert copy.is_down()


def test_a_killed_start_ends_the_containers(copy: Copy) -> None:
    copy.put("docker", RUNNING_STUB)
    with copy.terminal("--docker") as (pid, terminal):
        os.kill(pid, signal.SIGKILL)
    os.close(terminal)
    assert copy.is_down()


def test_ctrl_c_ends_the_containers_once(copy: Copy) -> None:
    copy.put("docker", RUNNING_STUB)
    with copy.terminal("--docker") as (_, terminal):
        os.write(terminal, b"\x03")
    os.close(terminal)
    time.sleep(0.3)
    assert copy.downs() == 1


def test_detached_containers_are_left_alone(copy: Copy) -> None:
    copy.put("docker", RUNNING_STUB)
    answer = copy.run("start.sh", "--docker", "--detach")
    assert (answer.returncode, answer.stdout.splitlines()[-1]) == (
        0,
        "The lab goes on in the background. To end it: ./pacslab stop",
    )
    time.sleep(0.3)
    assert copy.downs() == 0


def test_the_launcher_says_how_to_start_where_nothing_is_installed(copy: Copy) -> None:
    shutil.rmtree(copy.folder / ".venv")
    answer = copy.run("pacslab", "status")
    assert answer.returncode == 2
    assert "./start.sh" in answer.stderr
