"""The only way into the native sandbox: sockets that were bound outside are accepted from inside.

A socket belongs to the network namespace it was made in. The keeper is handed sockets bound on loopback outside, listens
on those that the site publishes, and connects each accepted client to the same address and port inside, from the same
source address, so that every log shows who came from where. A socket that is not listened on refuses connections, as a
closed port does.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

CHUNK = 1 << 18
_RESET = struct.pack("ii", 1, 0)


class Relay:
    """One published address: listens or refuses, and carries connections inside."""

    def __init__(self, outside: socket.socket) -> None:
        outside.setblocking(False)
        self.outside = outside
        self.address: tuple[str, int] = outside.getsockname()
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def adopt(cls, descriptor: int) -> Relay:
        """Take over a bound TCP socket by its file descriptor."""
        return cls(socket.socket(fileno=descriptor))

    def publish(self, wanted: bool) -> None:
        """Listen, or refuse connections from now on. Those under way go on."""
        if wanted and self._task is None:
            self.outside.listen(512)
            self._task = asyncio.create_task(self._accept())
        elif not wanted and self._task is not None:
            self._task.cancel()
            self._task = None
            self.outside.shutdown(socket.SHUT_RD)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        connections: set[asyncio.Task[None]] = set()
        while True:
            try:
                client, peer = await loop.sock_accept(self.outside)
            except OSError:
                await asyncio.sleep(0.05)  # out of file descriptors: those under way will end
                continue
            task = asyncio.create_task(self._carry(client, peer[0]))
            connections.add(task)
            task.add_done_callback(connections.discard)

    async def _carry(self, client: socket.socket, peer: str) -> None:
        loop = asyncio.get_running_loop()
        with client, socket.socket() as server:
            for end in (client, server):
                end.setblocking(False)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                server.bind((source_inside(peer, self.address[0]), 0))
                await loop.sock_connect(server, self.address)
            except OSError:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                return
            await asyncio.gather(_pump(client, server), _pump(server, client))


def source_inside(peer: str, address: str) -> str:
    """The address a client has inside: its own when it lies in the zone it came to, else the zone's ``.100``.

    A browser reaches any loopback address from 127.0.0.1; inside, that would look like the archive's own machine.
    """
    zone = address.rsplit(".", 1)[0]
    return peer if peer.rsplit(".", 1)[0] == zone else f"{zone}.100"


async def _pump(source: socket.socket, target: socket.socket) -> None:
    """Copy one direction until its end, then pass the end on (half-close); an error ends both directions."""
    loop = asyncio.get_running_loop()
    room = memoryview(bytearray(CHUNK))  # a new one for each piece would be new pages for each piece
    try:
        while taken := await loop.sock_recv_into(source, room):
            await loop.sock_sendall(target, room[:taken])
    except OSError:
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        return
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
