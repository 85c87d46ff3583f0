"""Opening the addresses of the simulated Internet, and holding them open."""

from __future__ import annotations

import asyncio
import errno
import resource
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from lab.errors import LabError
from lab.i18n import t
from lab.survey.addresses import bindable, require_on_internet
from lab.survey.system import Behaviour, System, Viewer
from lab.survey.world.archive_protocol import ArchiveProtocol
from lab.survey.world.decoys import DecoyProtocol
from lab.survey.world.handshake import TlsProtocol
from lab.survey.world.limits import SEND_BUFFER, Connections

BACKLOG = 1024
SPARE_FILES = 2_200  # connections, and what the process needs itself
_Factory = Callable[[], asyncio.BaseProtocol]
_DECOYS = (Behaviour.TAR_PIT, Behaviour.DROP, Behaviour.OTHER_SERVICE)


class World:
    """The running Internet. ``start`` opens every address, ``stop`` closes them; nothing but 127.64.0.0/10 is bound."""

    def __init__(self, systems: Sequence[System], tls: Callable[[bool], ssl.SSLContext] | None = None) -> None:
        self._systems = [system for system in systems if system.behaviour is not Behaviour.GONE]
        self._tls = tls
        self._servers: list[asyncio.Server] = []
        self.connections = Connections()

    async def start(self, report: Callable[[int, int], None] | None = None) -> None:
        """Open every address. Raises LabError when one is taken, or when this process may not open so many."""
        doors = sum(1 + (system.viewer is not Viewer.NONE) for system in self._systems)
        _allow_files(doors + SPARE_FILES)
        contexts = {wanted: self._tls(wanted) for wanted in (True, False)} if self._tls is not None else {}
        try:
            for number, system in enumerate(self._systems):
                context = contexts.get(system.behaviour is Behaviour.TLS_ONLY) if system.tls else None
                await self._open(system.address, system.port, self._factory(system, context))
                if system.viewer is not Viewer.NONE:
                    await self._open(system.address, system.web_port, self._web(system))
                if report is not None and (number % 100 == 99 or number + 1 == len(self._systems)):
                    report(number + 1, len(self._systems))
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close every address and every connection."""
        for server in self._servers:
            server.close()
        self.connections.expire_all()
        self._servers.clear()
        await asyncio.sleep(0)

    def _factory(self, system: System, context: ssl.SSLContext | None) -> _Factory:
        if system.behaviour in _DECOYS:
            return partial(DecoyProtocol, system, self.connections)
        if context is not None:
            return lambda: TlsProtocol(ArchiveProtocol(system, self.connections), context, self.connections)
        return partial(ArchiveProtocol, system, self.connections)

    def _web(self, system: System) -> _Factory:
        from lab.survey.world.web_protocol import WebProtocol

        return partial(WebProtocol, system, self.connections)

    async def _open(self, address: str, port: int, factory: _Factory) -> None:
        listening = _listen(require_on_internet(address), bindable(port))
        loop = asyncio.get_running_loop()
        self._servers.append(await loop.create_server(factory, sock=listening, backlog=BACKLOG))


def _listen(address: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # its connections inherit it
        listening.bind((address, port))
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            tip = t("A simulated Internet runs already: end it first, or survey it with --join.")
        else:
            tip = t(
                "The simulated Internet needs Linux's loopback addresses 127.64.0.0/10; the container has them, macOS has not."
            )
        raise LabError(
            t("{address}:{port} cannot be opened: {reason}.", address=address, port=port, reason=error.strerror), tip
        ) from error
    return listening


def _allow_files(wanted: int) -> None:
    """Raise this process's limit of open files. Raises LabError when the machine allows fewer than are needed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(
                resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
            )
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted - SPARE_FILES // 2:
        raise LabError(
            t(
                "This machine lets a process open {limit} files; the simulated Internet needs {wanted}.",
                limit=soft,
                wanted=wanted,
            ),
            t("Raise the limit (ulimit -Hn, or the container's ulimits) and start again."),
        )
