"""The scribe of a day: enters every request in the truth ledger as it ends."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from lab.detection.clock import Clock
from lab.detection.traffic.cast import Member
from lab.detection.truth import Request, Touch, Truth


@dataclass
class Scribe:
    """Collects the requests of a day. Safe to use from several threads."""

    clock: Clock
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _requests: list[Request] = field(default_factory=list)
    _connections: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def connection(self) -> int:
        """A number for a new association or HTTP client."""
        with self._lock:
            return next(self._connections)

    def enter(
        self,
        member: Member,
        protocol: str,
        verb: str,
        target: str,
        *,
        began: float,
        status: int | None,
        connection: int,
        touches: tuple[Touch, ...] = (),
    ) -> None:
        """Enter a request that has just ended."""
        now = time.time()
        account = member.account[0] if member.account and protocol == "http" else None
        with self._lock:
            self._requests.append(
                Request(
                    number=len(self._requests) + 1,
                    began=began,
                    ended=now,
                    day_seconds=self.clock.seconds(began),
                    who=member.who,
                    role=member.role,
                    zone=member.station.zone.value,
                    address=member.station.address,
                    aet=member.aet if protocol == "dicom" else None,
                    account=account,
                    protocol=protocol,
                    verb=verb,
                    target=target,
                    status=status,
                    connection=connection,
                    label=member.label,
                    intrusion=member.intrusion,
                    incident=member.incident,
                    touches=touches,
                )
            )

    @property
    def truth(self) -> Truth:
        """What has been entered so far, in the order in which it began."""
        with self._lock:
            return Truth(tuple(sorted(self._requests, key=lambda request: (request.began, request.number))))
