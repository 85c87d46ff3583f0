"""An HTTP client of somebody's, whose every request is entered in the truth ledger."""

from __future__ import annotations

import time
from dataclasses import dataclass

import httpx

from lab.detection.traffic.cast import Member
from lab.detection.traffic.effects import http_touches
from lab.detection.traffic.scribe import Scribe
from lab.detection.traffic.stock import Stock


@dataclass
class Web:
    """An HTTP client of a member's."""

    stock: Stock
    scribe: Scribe
    member: Member
    client: httpx.Client
    connection: int

    def ask(
        self, method: str, path: str, content: object = None, *, data: bytes | None = None
    ) -> httpx.Response | None:
        """One request; None when no answer came."""
        began = time.time()
        try:
            answer = self.client.request(method, path, **({"content": data} if data else {"json": content}))
        except httpx.HTTPError:
            answer = None
        touches = http_touches(self.stock, method, path, answer) if answer is not None else ()
        status = answer.status_code if answer is not None else None
        self.scribe.enter(
            self.member,
            "http",
            method,
            path,
            began=began,
            status=status,
            connection=self.connection,
            touches=touches,
        )
        return answer

    def get(self, path: str) -> httpx.Response | None:
        """GET a path."""
        return self.ask("GET", path)
