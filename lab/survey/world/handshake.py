"""TLS callers, counted and limited from the moment they connect: a handshake that is never finished costs something, too."""

from __future__ import annotations

import asyncio
import ssl
from asyncio import sslproto
from math import inf

from lab.survey.world.archive_protocol import ArchiveProtocol
from lab.survey.world.limits import ASSOCIATION_SECONDS, Connections


class TlsProtocol(sslproto.SSLProtocol):
    """The TLS side of one connection; the archive behind it sees the caller when the handshake is over.

    asyncio's own server (``create_server(ssl=…)``) tells nobody of a caller before that, and keeps 256 kB for each.
    """

    max_size = 16_384  # one TLS record (RFC 8446 5.1)

    def __init__(self, archive: ArchiveProtocol, context: ssl.SSLContext, connections: Connections) -> None:
        super().__init__(
            asyncio.get_running_loop(),
            archive,
            context,
            None,  # type: ignore[arg-type]  # nobody waits for the end of the handshake
            server_side=True,
            ssl_handshake_timeout=ASSOCIATION_SECONDS,  # type: ignore[arg-type]  # any number of seconds
        )
        self.address = archive.address
        self.deadline = inf  # the handshake has its own time limit, and the archive another one
        self._connections = connections
        self._below: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._below = transport
        if self._connections.hold(self):
            super().connection_made(transport)
        else:
            transport.abort()

    def connection_lost(self, error: BaseException | None) -> None:
        self._connections.leave(self)
        super().connection_lost(error)

    def expire(self) -> None:
        """End the connection."""
        if self._below is not None:
            self._below.abort()
