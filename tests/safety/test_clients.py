"""Rule 1: every client takes addresses of the sandbox only. Anything else is refused before a single packet, and no name is asked for."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from pydicom.dataset import Dataset

from lab.api import Lab
from lab.clients import dimse
from lab.clients.guard import require_inside
from lab.clients.live import LiveSite
from lab.clients.loader import load_hospital
from lab.clients.receiver import receiver
from lab.clients.rest import rest
from lab.clients.tap import tap
from lab.clients.tls import ANONYMOUS
from lab.errors import AddressRefused, LabError, SandboxError
from lab.site.baseline import baseline
from lab.site.certificates import Certificates
from lab.site.zones import Network, Station, Zone
from lab.survey.addresses import require_on_internet
from lab.survey.conduct import conduct
from lab.survey.internet import _taken
from lab.survey.tool.target import Target
from lab.survey.tool.viewer import fetch, look
from tests.support.connections import watched

NATIVE, COMPOSE = Network.native(7), Network("198.19", transparent=False)
FOREIGN = (
    # real hosts, private networks, the ranges of documentation, of links, of many and of all
    "8.8.8.8", "192.168.1.10", "10.0.0.1", "172.17.0.1", "192.0.2.1", "169.254.169.254", "224.0.0.1",
    "255.255.255.255", "0.0.0.0", "126.255.255.255", "128.0.0.1", "198.17.255.255", "198.20.3.1",
    # names: where they lead is decided elsewhere
    "localhost", "pacs.hopital.example", "archive", "127.0.0.1.example.org", "",
    # IPv6
    "::1", "[::1]", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "fe80::1%lo",
    # numbers written so that two readers could read them differently
    "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.1", "127.0.1", "127.000.000.001", "127.0.0.1.",
    " 127.0.0.1", "127.0.0.1 ", "127.0.0.1\n", "127.0.0.1:8042", "127.0.0.1/8", "１２７.0.0.1", "127。0。0。1",
    "127.0.0.1%00", "127.0.0.1@8.8.8.8", "8.8.8.8#127.0.0.1",
)  # fmt: skip
# the host that a reader sees is not always the host that is meant
URLS = (
    "http://8.8.8.8/", "https://8.8.8.8/", "http://8.8.8.8:18042/instances", "http://0.0.0.0/", "http://0/",
    "http://127.0.0.1@8.8.8.8/", "http://127.0.0.1:80@8.8.8.8/", "http://127.0.0.1%40@8.8.8.8/",
    "http://8.8.8.8/#127.0.0.1", "http://8.8.8.8/?127.0.0.1", "http://8.8.8.8#@127.0.0.1/",
    "http://localhost/", "http://pacs.hopital.example/", "http://127.0.0.1.example.org/",
    "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://0x7f000001/", "http://127.1/",
    "http://127.0.0.1./", "http://127.0.0.1 /", "http://127.0.0.1%00/",
)  # fmt: skip
NOT_URLS = (
    "http://0177.0.0.1/", "http://127.000.000.001/", "http://::1/", "http://127.0.0.1\n/", "http://１２７.0.0.1/",
    "ftp://127.0.0.1/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where clients connect to. Whatever is not loopback is stopped before it starts: no test sends a packet out."""
    return watched(monkeypatch, "127.")


def live(network: Network) -> LiveSite:
    return LiveSite(network, baseline(), Certificates(Path("/nowhere")), lambda: None)


def _peer(network: Network, address: str) -> dimse.Peer:
    return dimse.Peer(network, network.station("intruder"), address, 104, "INTRUDER", "ARCHIVE")


def _tap(network: Network, address: str) -> None:
    with tap(network, network.station("doctor"), address, 104):
        raise AssertionError("the tap opened")


def _receive(network: Network, address: str) -> None:
    with receiver(network, Station("somewhere", Zone.INTERNET, address), "COLLECTOR"):
        raise AssertionError("the receiver listens")


CLIENTS: dict[str, Callable[[Network, str], object]] = {
    "guard": lambda network, address: require_inside(address, network),
    "C-ECHO": lambda network, address: dimse.echo(_peer(network, address)),
    "C-FIND": lambda network, address: dimse.find(_peer(network, address), Dataset()),
    "C-GET": lambda network, address: dimse.get_study(_peer(network, address), "1.2"),
    "C-STORE": lambda network, address: dimse.store(_peer(network, address), []),
    "C-MOVE": lambda network, address: dimse.move(_peer(network, address), Dataset(), "ANYWHERE"),
    "worklist": lambda network, address: dimse.worklist(_peer(network, address), Dataset()),
    "TLS": lambda network, address: dimse.echo(dataclasses.replace(_peer(network, address), ways=(None, ANONYMOUS))),
    "tap": _tap,
    "receiver": _receive,
}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("address", FOREIGN)
def test_a_foreign_address_is_refused_and_nothing_is_sent(attempts: list[str], client: str, address: str) -> None:
    for network in (NATIVE, COMPOSE):
        with pytest.raises(AddressRefused) as caught:
            CLIENTS[client](network, address)
        assert str(caught.value) == (
            f"{address} is not an address of the sandbox.\n"
            f"→ The lab's clients connect to the zones {network.prefix}.1–3.x and to loopback only. "
            "Trying them on other people's systems may be a crime; there is no switch for it."
        )
    assert attempts == []


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_foreign_url_is_refused_and_nothing_is_sent(attempts: list[str], url: str, method: str) -> None:
    with rest(NATIVE, NATIVE.station("intruder"), "http://127.0.0.1:9") as client, pytest.raises(AddressRefused):
        client.request(method, url)
    assert attempts == []


@pytest.mark.parametrize("url", NOT_URLS)
def test_what_is_no_url_is_no_way_out(attempts: list[str], url: str) -> None:
    with (
        rest(NATIVE, NATIVE.station("intruder"), "http://127.0.0.1:9") as client,
        pytest.raises((httpx.InvalidURL, httpx.UnsupportedProtocol, AddressRefused)),
    ):
        client.get(url)
    assert attempts == []


@pytest.mark.parametrize("url", URLS)
def test_a_foreign_base_url_is_refused_too(attempts: list[str], url: str) -> None:
    with rest(NATIVE, NATIVE.station("intruder"), url) as client, pytest.raises(AddressRefused):
        client.get("/system")
    assert attempts == []


@pytest.mark.parametrize("address", [*FOREIGN, "127.0.0.1", "127.28.3.1", "127.63.255.255"])
def test_the_survey_examines_the_simulated_internet_only(attempts: list[str], address: str) -> None:
    for examine in (
        require_on_internet,
        lambda address: asyncio.run(look(address, 80, 1.0)),
        lambda address: asyncio.run(fetch(address, 80, 1.0)),
        lambda address: _taken(address, 80),
    ):
        with pytest.raises(AddressRefused) as caught:
            examine(address)
        assert str(caught.value) == (
            f"{address} is not an address of the simulated Internet.\n"
            "→ The survey examines 127.64.0.0/10 only, on this machine. Examining other people's systems without their "
            "consent may be a crime; there is no switch for it."
        )
    with pytest.raises(AddressRefused):
        conduct([Target(address, 104, "FR")])
    assert attempts == []


# -- redirects and proxies: a server inside, or the environment, that sends a client elsewhere ------------------------


@contextmanager
def server(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server on loopback that answers every connection with the same bytes, and keeps what it was asked."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client:
                    asked.append(client.recv(4096))
                    client.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["http://8.8.8.8/", "https://pacs.hopital.example/", "//8.8.8.8/", "http://[::1]/"])
def test_a_server_that_redirects_elsewhere_is_not_followed(attempts: list[str], code: int, target: str) -> None:
    head = f"HTTP/1.1 {code} Elsewhere\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with server(head.encode()) as (url, asked), rest(NATIVE, NATIVE.station("intruder"), url) as client:
        assert client.get("/").status_code == code
        with pytest.raises(AddressRefused):
            client.get("/", follow_redirects=True)
        with pytest.raises(AddressRefused):
            client.post("/instances", content=b"a patient", follow_redirects=True)
        assert len(asked) == 3
    assert set(attempts) == {"127.0.0.1"}


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"])
def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with (
        server(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy") as (proxy, asked),
        server(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\narchive") as (url, _),
    ):
        monkeypatch.setenv(name, proxy)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with rest(NATIVE, NATIVE.station("intruder"), url) as client:
            assert client.get("/").text == "archive"
            with pytest.raises(AddressRefused):
                client.get("http://8.8.8.8/")
        assert asked == []


# -- no switch ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["8.8", "10.0", "192.168", "198.20", "0.0", "172.16"])
def test_an_address_plan_of_ones_own_making_opens_no_way_out(attempts: list[str], prefix: str) -> None:
    patient = SimpleNamespace(path="a patient", encode=lambda: b"a patient")
    hospital: Any = SimpleNamespace(instance_count=1, instances=lambda: [patient])
    for network in (Network(prefix, transparent=True), Network(prefix, transparent=False)):
        for zone in Zone:
            with pytest.raises(AddressRefused):
                require_inside(network.gateway(zone), network)
        with pytest.raises(AddressRefused):
            load_hospital(live(network), hospital)
        with pytest.raises(AddressRefused):
            live(network).dead()
        with pytest.raises(AddressRefused):
            live(network).web_doors(network.station("intruder"))
        with pytest.raises(AddressRefused):
            dimse.echo(live(network).dicom(network.station("intruder"), "INTRUDER"))
    assert attempts == []


@pytest.mark.parametrize(
    "prefix", ["8.8", "10.0", "198.20", "198.1", "127.0", "198.19.1", "198.19.", " 198.19", "198.019"]
)
def test_the_containers_network_cannot_be_another_than_the_range_that_is_never_a_real_host(
    monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    monkeypatch.setenv("PACSLAB_NET", prefix)
    with pytest.raises(SandboxError) as caught:
        Network.compose()
    assert str(caught.value) == (
        f"PACSLAB_NET is {prefix!r}, which is not a range that can never be a real host.\n"
        "→ Use 198.18 or 198.19 (RFC 2544), and nothing else."
    )


@pytest.mark.parametrize("instance", [-1, 36, 100, 228])
def test_no_instance_number_leads_out_of_loopback(instance: int) -> None:
    with pytest.raises(SandboxError):
        Network.native(instance)


def test_the_zones_of_a_sandbox_and_loopback_are_accepted() -> None:
    assert [require_inside(NATIVE.gateway(zone), NATIVE) for zone in Zone] == ["127.35.1.1", "127.35.2.1", "127.35.3.1"]
    assert [require_inside(COMPOSE.gateway(zone), COMPOSE) for zone in Zone] == [
        "198.19.1.1",
        "198.19.2.1",
        "198.19.3.1",
    ]
    assert require_inside("127.0.0.1", COMPOSE) == "127.0.0.1"
    for outside in ("198.19.9.1", "198.18.1.1", "198.19.4.1"):
        with pytest.raises(AddressRefused):
            require_inside(outside, COMPOSE)


# -- the running lab; tests/scenarios/conftest.py watches every scenario from break to repair ---------------------------


def test_the_trainees_own_client_goes_nowhere_else(lab: Lab, attempts: list[str]) -> None:
    before = len(attempts)
    for door in ("http", "https"):
        with lab.web("intruder", door) as client:
            for url in URLS:
                with pytest.raises(AddressRefused):
                    client.get(url)
    assert attempts[before:] == []


def test_the_command_line_has_no_option_for_an_address() -> None:
    from lab.cli import main

    parts = [(name, part) for name, command in main.commands.items() for part in command.params]
    options = {option for _, part in parts for option in part.opts}
    assert options & {"--host", "--address", "--url", "--target", "--peer", "--network", "--insecure"} == set()
    # where the search engine listens on 127.0.0.1; nobody is called with it
    assert [name for name, part in parts if "--port" in part.opts] == ["search"]


def test_a_malformed_instance_number_is_refused_with_what_is_accepted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from lab.home import Home

    for value in ("-1", "36", "8.8", "0x1"):
        monkeypatch.setenv("PACSLAB_INSTANCE", value)
        with pytest.raises(LabError):
            Home(tmp_path).sandbox("native")
