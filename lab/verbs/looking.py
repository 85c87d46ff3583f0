"""The verbs of going and looking for oneself: clients at a station, before a door, and what they get to see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from lab.clients.rest import rest
from lab.clients.tap import tap
from lab.course.gallery import Gallery, look
from lab.course.picture import Picture
from lab.course.query import SURVEY, Found, ask
from lab.course.wire import Wire
from lab.errors import LabError
from lab.i18n import t
from lab.site.zones import STATIONS, Door, Zone
from lab.verbs.base import Running


class Looking(Running):
    """See ``Lab``."""

    @contextmanager
    def web(self, station: str, door: str = "http", user: tuple[str, str] | None = None) -> Iterator[httpx.Client]:
        """An HTTP client that stands at a station (``intruder``, ``doctor``, …) before a door (``http`` or ``https``)."""
        site = self.live()
        with site.web(
            site.station(_one_of(station, STATIONS)), Door(_one_of(door, ("http", "https"))), user, trusting=True
        ) as client:
            yield client

    @contextmanager
    def listen(
        self, station: str = "doctor", door: str = "http", user: tuple[str, str] | None = None
    ) -> Iterator[tuple[httpx.Client, Wire]]:
        """The same client as ``web``, with somebody who listens on its way; what crosses is in the ``Wire`` afterwards.

        A real capture of a real connection. The client checks the hospital's certificate, as a careful one does.
        """
        site = self.live()
        place, entrance = site.station(_one_of(station, STATIONS)), Door(_one_of(door, ("http", "https")))
        gateway = site.network.gateway(place.zone)
        if not site.answers(place, entrance):
            raise LabError(
                t("No connection: this door is closed in this zone."), t("lab.picture() shows which doors are open.")
            )
        with tap(site.network, place, gateway, entrance.port) as (port, capture):
            url = f"{door}://127.0.0.1:{port}"
            with rest(site.network, place, url, user=user, authority=site.certificates.authority) as client:
                client.headers["Host"] = f"{gateway}:{entrance.port}"
                yield client, Wire(capture)

    def find(
        self, station: str = "intruder", calling: str = "INTRUDER", called: str | None = None, **keys: str
    ) -> Found:
        """A DICOM query (C-FIND, study level) from a station, under the AE title ``calling``.

        ``called`` is the archive's AE title unless told otherwise. Keys are DICOM keywords: an empty one is asked for
        (``PatientName=""``), one with a value must match (``PatientName="M*"``); without keys, what the survey of 2019
        asked for. Refusals are answers, not errors.
        """
        site = self.live()
        return ask(site, site.station(_one_of(station, STATIONS)), calling, called, keys or dict.fromkeys(SURVEY, ""))

    def look(
        self, station: str = "intruder", door: str = "http", user: tuple[str, str] | None = None, count: int = 3
    ) -> Gallery:
        """The pictures that somebody at this station gets to see through this door, if any."""
        with self.web(station, door, user) as client:
            return look(client, count)

    def picture(self) -> Picture:
        """The site that runs, drawn: zones, gateway, archive, open doors."""
        return Picture(self.site, self.sandbox.network)

    def url(self, zone: str = "office", door: str = "http") -> str:
        """The address of a web door in a zone, for a browser."""
        return self.live().url(Zone(_one_of(zone, [z.value for z in Zone])), Door(_one_of(door, ("http", "https"))))


def _one_of(value: str, accepted: tuple[str, ...] | list[str]) -> str:
    if value not in accepted:
        raise LabError(
            t("{value!r} is not known here.", value=value), t("It is one of {accepted}.", accepted=", ".join(accepted))
        )
    return value
