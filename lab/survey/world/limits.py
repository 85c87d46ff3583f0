"""What one process gives its callers: so many connections, so much time, so many bytes each."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

MAX_CONNECTIONS = 2_000
REFUSED_SECONDS = 1.0  # ARTIM: from a refusal to the requestor's closing (PS3.8 9.1.5)
ASSOCIATION_SECONDS = 10.0  # ARTIM: from the connection to the association request (PS3.8 9.1.5)
IDLE_SECONDS = 30.0
TAR_PIT_SECONDS = 60.0
WRITE_BUFFER = 16_384
SEND_BUFFER = 16_384  # what the kernel keeps for a caller who does not read; by itself it would grow to megabytes
MAX_MESSAGE = 16_384
"""The longest command or identifier that is collected from fragments."""


class Expiring(Protocol):
    """A connection that ends when its time is up."""

    deadline: float

    @property
    def address(self) -> str: ...

    def expire(self) -> None: ...


@dataclass
class Connections:
    """All connections of this process; one sweep a second ends those whose time is up."""

    most: int = MAX_CONNECTIONS
    _open: set[Expiring] = field(default_factory=set)
    _timer: asyncio.TimerHandle | None = None
    refused: int = 0
    by_address: Counter[str] = field(default_factory=Counter)
    """How many connections each address has had: what the archives see of a survey."""

    def __len__(self) -> int:
        return len(self._open)

    def admit(self, connection: Expiring) -> bool:
        """Count a connection in, unless there are too many."""
        admitted = self.hold(connection)
        self.by_address[connection.address] += admitted
        return admitted

    def hold(self, connection: Expiring) -> bool:
        """The same for one that no archive has seen yet. With TLS, a caller counts twice: below it and above."""
        if len(self._open) >= self.most:
            self.refused += 1
            return False
        self._open.add(connection)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(1.0, self._sweep)
        return True

    def leave(self, connection: Expiring) -> None:
        """Count a connection out."""
        self._open.discard(connection)

    def expire_all(self) -> None:
        """End every connection."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for connection in list(self._open):
            connection.expire()

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in [each for each in self._open if each.deadline < now]:
            connection.expire()
        self._timer = loop.call_later(1.0, self._sweep) if self._open else None
