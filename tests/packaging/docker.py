"""Docker, for the tests of the compose sandbox."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str, **environment: str) -> str:
    """What a command prints; it must succeed."""
    answer = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True)
    assert answer.returncode == 0, f"{' '.join(command)}\n{answer.stdout}\n{answer.stderr}"
    return answer.stdout


def free_net() -> str:
    """One of the two prefixes of the benchmark range that no Docker network uses now."""
    networks = json.loads(run("docker", "network", "inspect", *run("docker", "network", "ls", "--quiet").split()))
    subnets = [config["Subnet"] for network in networks for config in network["IPAM"]["Config"] or []]
    free = [net for net in ("198.18", "198.19") if not any(subnet.startswith(f"{net}.") for subnet in subnets)]
    if not free:
        pytest.skip("two labs run here already, and there are networks for two only")
    return free[0]


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens at now."""
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        port: int = attempt.getsockname()[1]
        return port


def leftovers(project: str) -> str:
    """The containers, networks and volumes of a compose project that still exist."""
    label = ("--quiet", "--filter", f"label=com.docker.compose.project={project}")
    return "".join(run("docker", *kind, *label) for kind in (("ps", "--all"), ("network", "ls"), ("volume", "ls")))
