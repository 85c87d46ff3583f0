"""What else answers on these ports: tar pits, doors that slam, and services that are no archive at all."""

from __future__ import annotations

import asyncio

from lab.survey.system import Behaviour, System
from lab.survey.world.limits import ASSOCIATION_SECONDS, TAR_PIT_SECONDS, Connections

# What the other services say: at once, or after the caller's first bytes.
SPEAKS_FIRST = (
    b"SSH-2.0-OpenSSH_7.4\r\n",
    b"220 FTP server ready.\r\n",
    b"220 mail ESMTP\r\n",
    b"RFB 003.008\n",
)
ANSWERS = (
    b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    b"\x15\x03\x01\x00\x02\x02\x46",  # a TLS alert: protocol version
)


class DecoyProtocol(asyncio.Protocol):
    """A connection to something that is no archive."""

    __slots__ = ("_connections", "_system", "_transport", "deadline")

    def __init__(self, system: System, connections: Connections) -> None:
        self._system, self._connections = system, connections
        self.deadline = 0.0

    @property
    def address(self) -> str:
        return self._system.address

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        patience = TAR_PIT_SECONDS if self._system.behaviour is Behaviour.TAR_PIT else ASSOCIATION_SECONDS
        self.deadline = asyncio.get_running_loop().time() + patience
        if not self._connections.admit(self):
            transport.abort()
        elif self._system.behaviour is Behaviour.DROP:
            transport.abort() if self._system.index % 2 else transport.close()
        elif self._system.behaviour is Behaviour.OTHER_SERVICE and self._banner() in SPEAKS_FIRST:
            transport.write(self._banner())

    def data_received(self, data: bytes) -> None:
        if self._system.behaviour is Behaviour.OTHER_SERVICE:
            if self._banner() not in SPEAKS_FIRST:
                self._transport.write(self._banner())
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.leave(self)

    def expire(self) -> None:
        """The time of this connection is up."""
        self._transport.abort()

    def _banner(self) -> bytes:
        banners = SPEAKS_FIRST + ANSWERS
        return banners[self._system.index % len(banners)]
