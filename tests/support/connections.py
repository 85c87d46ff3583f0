"""Where the clients of this process connect to, seen at its sockets."""

from __future__ import annotations

import socket

import pytest


class Tried(AssertionError):
    """A client tried to leave the machine, or asked for a name."""


def watched(monkeypatch: pytest.MonkeyPatch, *allowed: str) -> list[str]:
    """The hosts that are connected to from now on, in their order; ``a file`` for a socket of this machine.

    An address that does not begin as allowed, and every name, is noted and stopped before it starts: Tried is raised.
    """
    seen: list[str] = []
    real, real_ex, real_send = socket.socket.connect, socket.socket.connect_ex, socket.socket.sendto

    def look(address: object) -> None:
        host = str(address[0]) if isinstance(address, tuple) else "a file"
        seen.append(host)
        if not host.startswith((*allowed, "a file")):
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
        if not str(host).startswith(allowed):
            seen.append(str(host))
            raise Tried(f"asked for {host!r}")
        return real_resolve(host, *arguments, **options)  # type: ignore[call-overload]

    for name, stand_in in (("connect", connect), ("connect_ex", connect_ex), ("sendto", sendto)):
        monkeypatch.setattr(socket.socket, name, stand_in)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return seen
