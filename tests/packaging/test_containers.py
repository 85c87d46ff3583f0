"""What the compose file does when it runs: who listens, who reaches whom, and what is left afterwards."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from tests.packaging.docker import a_net, free_port, leftovers, run

PROJECT = "pacslab-packaging"
REACH = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=2).close()
    print("reached")
except OSError as error:
    print("not reached")
"""

# others may hold the networks for as long as the whole suite in the containers takes
pytestmark = [pytest.mark.compose, pytest.mark.slow, pytest.mark.timeout(1800)]


def listening(port: int) -> set[str]:
    """The local addresses, as the kernel writes them, on which somebody on this machine listens at a port."""
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    return {line[1].split(":")[0] for line in lines if line[3] == "0A" and int(line[1].split(":")[1], 16) == port}


@dataclass(frozen=True)
class Containers:
    """The archive and the gateway, running from images of their own."""

    net: str
    http: int
    https: int

    def compose(self, *arguments: str) -> str:
        settings = {
            "COMPOSE_FILE": "docker-compose.yml",
            "COMPOSE_PROJECT_NAME": PROJECT,
            "PACSLAB_NET": self.net,
            "PACSLAB_HTTP_PORT": str(self.http),
            "PACSLAB_HTTPS_PORT": str(self.https),
        }
        return run("docker", "compose", *arguments, **settings)

    def python(self, service: str, code: str, *arguments: str) -> str:
        return self.compose("exec", "--no-TTY", service, "python3", "-I", "-c", code, *arguments).strip()


@pytest.fixture(scope="module")
def containers() -> Iterator[Containers]:
    with a_net() as net:
        started = Containers(net, free_port(), free_port())
        try:
            started.compose("up", "--detach", "--build", "archive", "gateway")
            yield started
        finally:
            started.compose("down", "--volumes", "--rmi", "local")
        assert leftovers(PROJECT) == ""


@pytest.fixture(scope="module")
def service_of_this_machine() -> Iterator[tuple[str, int]]:
    """Something on this machine that an ordinary container reaches: it listens on Docker's own bridge."""
    (bridge,) = json.loads(run("docker", "network", "inspect", "bridge"))
    first = next(IPv4Network(bridge["IPAM"]["Config"][0]["Subnet"]).hosts())
    with socket.create_server((str(first), 0)) as server:

        def answer() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=answer, daemon=True).start()
        yield server.getsockname()
        server.shutdown(socket.SHUT_RDWR)


def test_published_ports_listen_on_127_0_0_1_only(containers: Containers) -> None:
    assert listening(containers.http) == {"0100007F"}
    assert listening(containers.https) == {"0100007F"}


def test_no_container_reaches_beyond_its_own_networks(
    containers: Containers, service_of_this_machine: tuple[str, int]
) -> None:
    target = [service_of_this_machine[0], str(service_of_this_machine[1])]
    image = containers.compose("images", "--quiet", "gateway").strip()
    ordinary = run("docker", "run", "--rm", image, "python3", "-I", "-c", REACH, *target)
    assert ordinary.strip() == "reached", "the control: an ordinary container must reach it"
    assert containers.python("archive", REACH, *target) == "not reached"
    assert containers.python("gateway", REACH, *target) == "not reached"


def test_the_archive_does_not_even_reach_the_publishing_network(containers: Containers) -> None:
    desk = f"{containers.net}.9.254"
    with socket.create_server((desk, 0)) as server:
        port = str(server.getsockname()[1])
        assert containers.python("archive", REACH, desk, port) == "not reached"
        # what remains, and is said in the compose file
        assert containers.python("gateway", REACH, desk, port) == "reached"


def test_this_machine_has_no_address_in_the_zones_but_one_where_it_publishes(containers: Containers) -> None:
    rows = [line.split() for line in Path("/proc/net/route").read_text().splitlines()[1:]]
    routes = {socket.inet_ntoa(bytes.fromhex(row[1])[::-1]) for row in rows}
    assert {route for route in routes if route.startswith(f"{containers.net}.")} == {f"{containers.net}.9.0"}


def test_names_of_other_hosts_are_not_resolved(containers: Containers) -> None:
    code = "import socket, sys\ntry: print(socket.gethostbyname(sys.argv[1]))\nexcept OSError: print('unknown')"
    assert containers.python("gateway", code, "archive") == f"{containers.net}.1.2"
    assert containers.python("gateway", code, "host.invalid") == "unknown"


@pytest.mark.parametrize("service", ["archive", "gateway"])
def test_inside_nobody_is_root_and_nothing_but_the_volumes_is_writable(containers: Containers, service: str) -> None:
    code = """
import os, pathlib
status = dict(line.split(":", 1) for line in pathlib.Path("/proc/self/status").read_text().splitlines())
print(os.getuid(), int(status["CapBnd"], 16), status["NoNewPrivs"].strip())
for folder in ("/", "/opt/pacslab", "/etc", "/home/pacslab", "/srv", "/tmp", "/srv/pacslab",
               "/srv/pacslab/control", "/srv/pacslab/run"):
    print(folder, os.access(folder, os.W_OK))
"""
    assert containers.python(service, code).splitlines() == [
        "1000 0 1",
        "/ False",
        "/opt/pacslab False",
        "/etc False",
        "/home/pacslab False",
        "/srv False",
        "/tmp True",
        "/srv/pacslab False",
        "/srv/pacslab/control False",
        "/srv/pacslab/run True",
    ]
