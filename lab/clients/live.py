"""A running site as its people and its visitors meet it: addresses, accounts that staff were given, and who stands where."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from lab.clients.dimse import Peer
from lab.clients.guard import require_inside
from lab.clients.machine import Machine
from lab.clients.rest import rest
from lab.clients.tls import ANONYMOUS, Tls
from lab.i18n import t
from lab.model import NotChecked
from lab.site.certificates import Certificates
from lab.site.config import SiteConfig
from lab.site.zones import ARCHIVE_HTTP_PORT, Door, Network, Station, Zone

_DELIVERED = {"ct": "CT1", "workstation": "WORKST1"}
_AT_HOME = {Zone.CLINIC: "ct", Zone.OFFICE: "administrator", Zone.INTERNET: "doctor"}
_QUIET = (Door.HTTPS, Door.HTTP, Door.DICOM)  # where somebody who only knocks leaves the fewest lines in the logs


@dataclass(frozen=True)
class LiveSite:
    """What a client needs to know to try its luck with a running site.

    ``config`` is for the hospital's own people (their accounts, the AE titles on their configuration sheets). A probe
    plays an outsider: it reads nothing of it that an outsider could not know.
    """

    network: Network
    config: SiteConfig
    certificates: Certificates
    troubles: Callable[[], str | None]
    """Says what keeps the site from running, or None; asked before anything is concluded from silence."""
    run: Callable[[], object] = lambda: None
    """Which run of its programs this is: another value once one of them was started anew."""
    inside: Machine | None = None
    """The archive's machine from within, for those who got there; None where nobody can."""
    kept: Path | None = None
    """The hospital's folder for copies that take long to make; None keeps none."""

    @property
    def machine(self) -> Machine:
        """The archive's machine from within. Raises LookupError where nobody can get there."""
        if self.inside is None:
            raise LookupError("this site has no machine to look at")
        return self.inside

    def station(self, name: str) -> Station:
        return self.network.station(name)

    def url(self, zone: Zone, door: Door) -> str:
        """Where a web door would be in a zone, whether open or not."""
        scheme = "https" if door is Door.HTTPS else "http"
        return f"{scheme}://{self.network.gateway(zone)}:{door.port}"

    def answers(self, station: Station, door: Door) -> bool:
        """Whether a TCP connection to this door of the station's own zone is accepted. Connects and closes at once."""
        address = require_inside(self.network.gateway(station.zone), self.network)
        with socket.socket() as attempt:
            attempt.settimeout(2.0)
            attempt.bind((station.address, 0))
            return attempt.connect_ex((address, door.port)) == 0

    def web_doors(self, station: Station) -> tuple[Door, ...]:
        """The web doors that answer in the station's zone, the plain one first."""
        return tuple(door for door in (Door.HTTP, Door.HTTPS) if self.answers(station, door))

    @contextmanager
    def web(
        self,
        station: Station,
        door: Door,
        user: tuple[str, str] | None = None,
        *,
        trusting: bool = False,
        patient: bool = True,
    ) -> Iterator[httpx.Client]:
        """An HTTP client at this door of the station's zone; ``trusting`` clients do not check the certificate."""
        url = self.url(station.zone, door)
        with rest(
            self.network,
            station,
            url,
            user=user,
            authority=self.certificates.authority,
            check_certificate=not trusting,
            patient=patient,
        ) as client:
            yield client

    @contextmanager
    def console(self, user: tuple[str, str] | None = None) -> Iterator[httpx.Client]:
        """An HTTP client at the archive's own port, past the gateway: the console of its machine, no outsider's way in."""
        url = f"http://{self.network.archive}:{ARCHIVE_HTTP_PORT}"
        with rest(self.network, self.station("ct"), url, user=user) as client:
            yield client

    def dicom(self, station: Station, calling: str, called: str | None = None) -> Peer:
        """The archive's DICOM door of the station's zone; ``called`` defaults to the archive's real AE title.

        The clinic's equipment does TLS with its certificate when the site asks for TLS. Everybody else tries without
        TLS, then with TLS and no certificate.
        """
        title = called or self.archive_title
        address = self.network.gateway(station.zone)
        return Peer(self.network, station, address, Door.DICOM.port, calling, title, self._ways(station))

    def equipment(self, name: str) -> Peer:
        """The archive as the clinic's ``ct`` or ``workstation`` calls it: under the title declared, else as it was delivered."""
        declared = self.config.modalities.get(name)
        return self.dicom(self.station(name), declared.aet if declared else _DELIVERED[name])

    @property
    def archive_title(self) -> str:
        """The archive's AE title, as it stands on every modality's configuration sheet."""
        return str(self.config.orthanc.get("DicomAet", "ORTHANC"))

    def _ways(self, station: Station) -> tuple[Tls | None, ...]:
        unready = any(known.host == station.name and not known.certificate for known in self.config.modalities.values())
        own = None if unready else self.certificates.equipment(station.name)
        if own is None:
            return (None, ANONYMOUS)
        return (Tls(self.certificates.authority, own) if self.config.orthanc.get("DicomTlsEnabled") else None,)

    def account(self, role: str) -> tuple[str, str] | None:
        """Name and password of the first account with this role, as its owner knows them."""
        return next(((name, user.password) for name, user in self.config.users.items() if user.role == role), None)

    def dead(self, since: object = None) -> NotChecked | None:
        """Why nothing can be concluded from what this site refused: it does not run, or does not answer, at its own console or at the gateway.

        ``since`` is an earlier ``run()``: neither can anything be concluded when a program was started anew meanwhile.
        """
        if trouble := self.troubles():
            return NotChecked(
                t("The archive does not run ({trouble}), so nothing can be said about it.", trouble=trouble)
            )
        try:
            with self.console() as console:
                console.get("/app/images/favicon.ico")
        except httpx.HTTPError as error:
            name = type(error).__name__
            return NotChecked(t("The archive does not answer ({error}), so nothing can be said about it.", error=name))
        if not self._gateway_answers():
            return NotChecked(
                t("The gateway answers at none of the doors that it publishes, so nothing can be said about it.")
            )
        if since is not None and since != self.run():
            return NotChecked(
                t("The archive or the gateway was started anew meanwhile, so nothing can be said about it. Try again.")
            )
        return None

    def _gateway_answers(self) -> bool:
        """Whether it accepts connections in one of the zones where it is to; also where it is to in none."""
        zones = [(zone, self.config.gateway.publish.doors(zone)) for zone in Zone]
        knocks = [(self.station(_AT_HOME[zone]), min(doors, key=_QUIET.index)) for zone, doors in zones if doors]
        return not knocks or any(self.answers(station, door) for station, door in knocks)
