"""How anybody of the day talks to the archive: real clients, whose every request is entered in the truth ledger."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from pydicom import Dataset
from pynetdicom import evt

from lab.clients.dimse import NoAssociation, associate
from lab.clients.live import LiveSite
from lab.detection.traffic.cast import Member
from lab.detection.traffic.dicom import CONTEXTS, ROLES, Dicom
from lab.detection.traffic.scribe import Scribe
from lab.detection.traffic.stock import Stock
from lab.detection.traffic.web import Web
from lab.site.zones import Door

ATTEMPTS = 3
"""pynetdicom's reactor now and then takes the answer that its sender waits for."""


@dataclass(frozen=True)
class Hands:
    """The running site, the stock and the ledger: what everybody of the day acts with."""

    site: LiveSite
    stock: Stock
    scribe: Scribe

    @contextmanager
    def web(self, member: Member, door: Door = Door.HTTPS) -> Iterator[Web]:
        """A browser or a program of a member's at a web door, as a context."""
        user = member.account
        with self.site.web(member.station, door, user, trusting=True) as client:
            client.headers["User-Agent"] = member.agent
            client.timeout = httpx.Timeout(20.0)
            yield Web(self.stock, self.scribe, member, client, self.scribe.connection())

    @contextmanager
    def dicom(self, member: Member, *services: str, called: str | None = None) -> Iterator[Dicom | None]:
        """An association of a member's for some services (``echo``, ``find``, ``get``, ``move``, ``store``), as a context.

        It is None when the archive refused it, which is entered too.
        """
        assert member.aet is not None
        peer = self.site.dicom(member.station, member.aet, called)
        connection, began = self.scribe.connection(), time.time()
        dicom = Dicom(self.stock, self.scribe, member, connection)
        contexts = [context for service in services for context in CONTEXTS[service]]
        roles = ROLES if "get" in services else ()
        handlers = [(evt.EVT_C_STORE, dicom.receive)]
        try:
            with associate(peer, contexts, roles=roles, handlers=handlers) as dicom.association:
                yield dicom
        except NoAssociation as refusal:
            if dicom.association is not None:
                raise
            verb = "TCP" if refusal.kind == "unreachable" else "A-ASSOCIATE"
            self.scribe.enter(
                member, "dicom", verb, f"called {peer.called}", began=began, status=None, connection=connection
            )
            yield None

    def store_all(self, member: Member, datasets: Sequence[Dataset]) -> list[Dataset]:
        """C-STORE these images over one association; those that were accepted.

        Where an answer is lost, what is left is sent over a new association, as equipment does.
        """
        left, stored = list(datasets), []
        for _ in range(ATTEMPTS):
            with self.dicom(member, "store") as link:
                while left and link is not None:
                    status = link.store(left[0])
                    if status is None:
                        break
                    stored += [left[0]] if status == 0 else []
                    left.pop(0)
            if not left or link is None:
                break
        return stored
