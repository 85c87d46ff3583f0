"""Docker, for the tests of the compose sandbox."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NETS = ("198.18", "198.19")


def run(*command: str, **environment: str) -> str:
    """What a command prints; it must succeed."""
    answer = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True)
    assert answer.returncode == 0, f"{' '.join(command)}\n{answer.stdout}\n{answer.stderr}"
    return answer.stdout


@contextmanager
def a_net() -> Iterator[str]:
    """One of the two prefixes of the benchmark range for as long as the context lasts; while both are in use it waits.

    Test processes tell one another by locks. Networks that are there without a lock belong to somebody's own lab.
    """
    while True:
        for net in NETS:
            with lock(net) as ours:
                if ours and not is_used(net):
                    yield net
                    return
        if all(_is_somebodys(net) for net in NETS):
            pytest.skip("two labs run on this machine, and there are networks for two only")
        time.sleep(0.5)


@contextmanager
def lock(net: str) -> Iterator[bool]:
    """Whether no other test process of this machine holds this prefix; if so, it is held."""
    with (Path(tempfile.gettempdir()) / f"pacslab-tests-net-{net}-{os.getuid()}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _is_somebodys(net: str) -> bool:
    with lock(net) as free:
        return free and is_used(net)


def is_used(net: str) -> bool:
    """Whether a Docker network has addresses below this prefix."""
    names = run("docker", "network", "ls", "--quiet").split()
    # one may go away between the two questions
    found = subprocess.run(("docker", "network", "inspect", *names), capture_output=True, text=True).stdout
    subnets = [config["Subnet"] for network in json.loads(found) for config in network["IPAM"]["Config"] or []]
    return any(subnet.startswith(f"{net}.") for subnet in subnets)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens at now."""
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        port: int = attempt.getsockname()[1]
        return port


def containers(project: str) -> str:
    """The containers of a compose project that still exist, running or not."""
    return run("docker", "ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={project}")


def leftovers(project: str) -> str:
    """The containers, networks and volumes of a compose project that still exist."""
    label = ("--quiet", "--filter", f"label=com.docker.compose.project={project}")
    return "".join(run("docker", *kind, *label) for kind in (("ps", "--all"), ("network", "ls"), ("volume", "ls")))
