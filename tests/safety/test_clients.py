"""Rule 1: every client takes addresses of the sandbox only. Anything else is refused before a single packet, and no name is asked for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from pydicom.dataset import Dataset

from lab.api import Lab
from lab.catalogue import catalogue
from lab.clients import dimse
from lab.clients.guard import require_inside
from lab.clients.live import LiveSite
from lab.clients.loader import load_hospital
from lab.clients.rest import rest
from lab.clients.tap import tap
from lab.errors import AddressRefused, LabError, SandboxError
from lab.site.baseline import baseline
from lab.site.zones import Network, Zone
from synthetic_data import generate

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
URLS = (
    "http://127.0.0.1@8.8.8.8/", "http://127.0.0.1:80@8.8.8.8/", "http://127.0.0.1%40@8.8.8.8/",
    "http://8.8.8.8/#127.0.0.1", "http://8.8.8.8/?127.0.0.1", "http://8.8.8.8\\@127.0.0.1/", "//8.8.8.8/",
    "https://8.8.8.8/", "http://8.8.8.8:18042/instances", "http://localhost/", "http://[::1]/",
    "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://0x7f000001/", "http://127.1/", "http://0/",
    "http://pacs.hopital.example/", "http://xn--127-.0.0.1/", "http://127.0.0.1.nip.io/",
)  # fmt: skip


class Tried(AssertionError):
    """A client tried to leave the machine, or asked for a name."""


@pytest.fixture(autouse=True)
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where clients connect to. Whatever is not loopback is stopped before it starts: no test sends a packet out."""
    seen: list[str] = []
    real, real_ex, real_send = socket.socket.connect, socket.socket.connect_ex, socket.socket.sendto

    def look(address: object) -> None:
        host = str(address[0]) if isinstance(address, tuple) else "a file"
        seen.append(host)
        if not host.startswith(("127.", "a file")):
            raise Tried(f"connected to {address}")

    def connect(self: socket.socket, address: object) -> None:
        look(address)
        real(self, address)  # type: ignore[arg-type]

    def connect_ex(self: socket.socket, address: object) -> int:
        look(address)
        return real_ex(self, address)  # type: ignore[arg-type]

    def sendto(self: socket.socket, *arguments: object) -> int:
        look(arguments[-1])
        return real_send(self, *arguments)  # type: ignore[call-overload,no-any-return]

    real_resolve = socket.getaddrinfo

    def resolve(host: object, *arguments: object, **options: object) -> object:
        if not str(host).startswith("127."):
            raise Tried(f"asked for {host!r}")
        return real_resolve(host, *arguments, **options)  # type: ignore[call-overload]

    for name, stand_in in (("connect", connect), ("connect_ex", connect_ex), ("sendto", sendto)):
        monkeypatch.setattr(socket.socket, name, stand_in)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return seen


def live(network: Network) -> LiveSite:
    return LiveSite(network, baseline(), Path("/nowhere"), lambda: None)


def _peer(network: Network, address: str) -> dimse.Peer:
    return dimse.Peer(network, network.station("intruder"), address, 104, "INTRUDER", "ARCHIVE")


def _tap(network: Network, address: str) -> None:
    with tap(network, network.station("doctor"), address, 104):
        raise AssertionError("the tap opened")


CLIENTS: dict[str, Callable[[Network, str], object]] = {
    "guard": lambda network, address: require_inside(address, network),
    "C-ECHO": lambda network, address: dimse.echo(_peer(network, address)),
    "C-FIND": lambda network, address: dimse.find(_peer(network, address), Dataset()),
    "C-GET": lambda network, address: dimse.get_study(_peer(network, address), "1.2"),
    "C-STORE": lambda network, address: dimse.store(_peer(network, address), []),
    "tap": _tap,
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


@pytest.mark.parametrize("address", [*(f"http://{address}/" for address in FOREIGN if address), *URLS])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_foreign_url_is_refused_and_nothing_is_sent(attempts: list[str], address: str, method: str) -> None:
    station = NATIVE.station("intruder")
    with rest(NATIVE, station, "http://127.0.0.1:9") as client:
        host = httpx.URL(address).host if _is_url(address) else None
        if host in ("127.0.0.1", "") or (host and host.startswith("127.0.0.1") and host == "127.0.0.1"):
            pytest.skip("another way to write a loopback address, as httpx reads it")
        with pytest.raises((AddressRefused, httpx.InvalidURL, httpx.UnsupportedProtocol)):
            client.request(method, address)
    assert attempts == []


def _is_url(text: str) -> bool:
    try:
        httpx.URL(text)
    except httpx.InvalidURL:
        return False
    return True
