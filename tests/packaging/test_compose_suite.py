"""The suite once more, against the compose sandbox: it runs in the ``notebooks`` container, beside real containers.

Docker is out of reach in there, so a test that wants a process killed (``tests/support/chaos.py``) asks for it with a
file, and this test, which has Docker, carries it out.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packaging.docker import ROOT, a_net, free_port, leftovers, run
from tests.packaging.test_containers import REACH, service_of_this_machine

__all__ = ["service_of_this_machine"]  # a fixture, of which the tests below are given what it yields

PROJECT = "pacslab-suite"
FILES = ["--file", "docker-compose.yml", "--file", "tests/packaging/compose.test.yml"]
SUITES = [
    "tests/sandbox",
    "tests/scenarios",
    "tests/notebooks",
    "tests/survey/test_commands.py",
    "tests/detection/test_day.py",
]
CHAOS = ROOT / "tests" / "output" / "chaos"
VICTIMS = {
    "orthanc": ("archive", "Orthanc"),
    "nginx": ("gateway", "nginx: master"),
    "nginx-worker": ("gateway", "nginx: worker"),
    "keeper": ("archive", "/opt/pacslab/inside"),
    "gateway-keeper": ("gateway", "/opt/pacslab/inside"),
}
KILL = """
import os, pathlib, signal, sys
for entry in pathlib.Path("/proc").iterdir():
    if entry.name.isdigit() and int(entry.name) not in (1, os.getpid()):
        head = (entry / "cmdline").read_bytes().split(b"\\0")[:3]
        if any(sys.argv[1].encode() in part for part in head):
            os.kill(int(entry.name), getattr(signal, sys.argv[2]))
            break
"""

pytestmark = [pytest.mark.compose, pytest.mark.slow, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    with a_net() as net:
        ports = {name: str(free_port()) for name in ("PACSLAB_HTTP_PORT", "PACSLAB_HTTPS_PORT", "PACSLAB_JUPYTER_PORT")}
        yield {"COMPOSE_PROJECT_NAME": PROJECT, "PACSLAB_NET": net, "PACSLAB_LANG": "en", **ports}


@pytest.fixture(scope="module")
def keepers(environment: dict[str, str]) -> Iterator[None]:
    """The archive's and the gateway's containers, and the image with the test tools."""
    for folder in (CHAOS, ROOT / "tests" / "output" / "container"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        folder.chmod(0o777)  # the user of the containers is another one
    try:
        run("docker", "compose", *FILES, "build", **environment)
        run("docker", "compose", *FILES, "up", "--detach", "archive", "gateway", **environment)
        yield
    finally:
        run("docker", "compose", *FILES, "down", "--volumes", "--rmi", "local", "--remove-orphans", **environment)
    assert leftovers(PROJECT) == ""


def carry_out_kills(environment: dict[str, str]) -> None:
    for request in CHAOS.glob("*.kill"):
        if not (part := request.read_text("ascii")):
            continue  # being written
        service, program = VICTIMS[part.removesuffix("-stop")]
        number = "SIGSTOP" if part.endswith("-stop") else "SIGKILL"
        # killing the keeper ends its container, and this command with it
        with contextlib.suppress(AssertionError):
            command = ("exec", "--no-TTY", service, "python3", "-I", "-c", KILL, program, number)
            run("docker", "compose", *FILES, *command, **environment)
        request.unlink()


def test_the_compose_sandbox_passes_the_same_suite(
    keepers: None, environment: dict[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest_in_there = [
        "python",
        "-m",
        "pytest",
        "--sandbox",
        "compose",
        "-m",
        "not native and not browser",
        "--durations=40",
        *SUITES,
    ]
    command = ["docker", "compose", *FILES, "run", "--rm", "--no-TTY", "notebooks", *pytest_in_there]
    output = tmp_path / "output.txt"
    with output.open("w") as file:
        suite = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stdout=file, stderr=file)
        try:
            while suite.poll() is None:
                carry_out_kills(environment)
                time.sleep(0.05)
        finally:
            suite.terminate()
            suite.wait()
    lines = output.read_text().splitlines()
    with capfd.disabled():
        print("\n  in the notebooks container:", lines[-1].strip("= ") if lines else "nothing was said")
        print("".join(f"  {line}\n" for line in lines if line.startswith("ran with ")), end="")
        print(*(f"    {line}" for line in lines if line.startswith("SKIPPED")), sep="\n")
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    assert suite.returncode == 0, "\n".join([*failed, *lines[-150:]])


def test_the_notebooks_container_has_no_way_out_either(
    keepers: None, environment: dict[str, str], request: pytest.FixtureRequest
) -> None:
    address, port = request.getfixturevalue("service_of_this_machine")
    reach = ("python3", "-I", "-c", REACH, address, str(port))
    image = run("docker", "compose", *FILES, "images", "--quiet", "gateway", **environment).strip()
    ordinary = run("docker", "run", "--rm", image, *reach)
    assert ordinary.strip() == "reached", "the control: an ordinary container must reach it"
    notebooks = ("docker", "compose", *FILES, "run", "--rm", "--no-TTY", "--no-deps", "notebooks")
    assert run(*notebooks, *reach, **environment).strip() == "not reached"
