"""Where connections come from: the zones of the hospital's network, and who stands where in them.

The same plan holds in both sandboxes, below another prefix: ``127.28`` (loopback, native) or ``198.19`` (the benchmark
range of RFC 2544, never routed on the Internet, compose).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network

from lab.errors import SandboxError
from lab.i18n import Text, t

LOOPBACK = IPv4Network("127.0.0.0/8")
BENCHMARK = IPv4Network("198.18.0.0/15")
INSTANCES = range(36)  # 127.28 … 127.63; the simulated Internet begins at 127.64
ARCHIVE_HTTP_PORT, ARCHIVE_DICOM_PORT = 18042, 14242


class Zone(StrEnum):
    """Where a connection comes from."""

    CLINIC = "clinic"
    OFFICE = "office"
    INTERNET = "internet"

    @property
    def label(self) -> Text:
        """The zone in the trainee's language."""
        return {"clinic": t("clinic"), "office": t("office"), "internet": t("Internet")}[self.value]


class Door(StrEnum):
    """What the gateway can publish in a zone: ``http`` and ``dicom`` lead straight to the archive, ``https`` ends TLS."""

    HTTP = "http"
    HTTPS = "https"
    DICOM = "dicom"

    @property
    def port(self) -> int:
        """The TCP port of this door, the same in every zone."""
        return {"http": 8042, "https": 8443, "dicom": 4242}[self.value]


_THIRD_OCTET = {Zone.CLINIC: 1, Zone.OFFICE: 2, Zone.INTERNET: 3}
# name of a station -> its zone, its last octet in the native sandbox
_STATIONS = {
    "ct": (Zone.CLINIC, 10),
    "workstation": (Zone.CLINIC, 11),
    "visitor": (Zone.CLINIC, 77),
    "administrator": (Zone.OFFICE, 20),
    "doctor": (Zone.INTERNET, 50),
    "intruder": (Zone.INTERNET, 66),
    "guesser": (Zone.INTERNET, 67),
}
# In compose every station of a zone is the notebooks container, which has one address there.
_COMPOSE_OCTET = {Zone.CLINIC: 10, Zone.OFFICE: 20, Zone.INTERNET: 66}
STATIONS = tuple(_STATIONS)


@dataclass(frozen=True)
class Station:
    """A place from which one connects: a name, its zone and the source address it has there."""

    name: str
    zone: Zone
    address: str


@dataclass(frozen=True)
class Network:
    """The address plan of one running sandbox.

    ``prefix`` is the first two octets. ``transparent`` says whether every client keeps an address of its own all the way
    into the logs of nginx and Orthanc (native); in compose each zone is a network with one client address.
    """

    prefix: str
    transparent: bool

    @classmethod
    def native(cls, instance: int = 0) -> Network:
        """The plan on loopback. ``instance`` 0 to 35 lets several labs run side by side on one machine."""
        if instance not in INSTANCES:
            raise SandboxError(
                t("{instance} is not an instance number.", instance=instance),
                t("Use a whole number from 0 to {last}.", last=INSTANCES[-1]),
            )
        return cls(f"127.{28 + instance}", transparent=True)

    @classmethod
    def compose(cls, prefix: str | None = None) -> Network:
        """The plan of the Docker networks; ``prefix`` (or PACSLAB_NET) must lie in the benchmark range 198.18.0.0/15."""
        prefix = prefix or os.environ.get("PACSLAB_NET") or "198.19"
        if prefix not in ("198.18", "198.19"):
            raise SandboxError(
                t("PACSLAB_NET is {prefix!r}, which is not a range that can never be a real host.", prefix=prefix),
                t("Use 198.18 or 198.19 (RFC 2544), and nothing else."),
            )
        return cls(prefix, transparent=False)

    def zone(self, zone: Zone) -> IPv4Network:
        """The network of a zone (a /24)."""
        return IPv4Network(f"{self.prefix}.{_THIRD_OCTET[zone]}.0/24")

    def gateway(self, zone: Zone) -> str:
        """The gateway's address in a zone."""
        return f"{self.prefix}.{_THIRD_OCTET[zone]}.1"

    @property
    def desk(self) -> str:
        """The gateway's address for the trainee's own browser in compose; it is served what the office is served."""
        return f"{self.prefix}.9.1"

    @property
    def archive(self) -> str:
        """The archive's address, in the clinic."""
        return f"{self.prefix}.{_THIRD_OCTET[Zone.CLINIC]}.2"

    def station(self, name: str) -> Station:
        """The station of this name. Raises KeyError with the known names."""
        if name not in _STATIONS:
            raise KeyError(f"no station {name!r}; there are {', '.join(STATIONS)}")
        zone, octet = _STATIONS[name]
        last = octet if self.transparent else _COMPOSE_OCTET[zone]
        return Station(name, zone, f"{self.prefix}.{_THIRD_OCTET[zone]}.{last}")

    def seen_by_archive(self, name: str) -> str:
        """The address under which the archive sees a station: its own, or in compose the gateway's, which connects for it."""
        return self.station(name).address if self.transparent else self.gateway(Zone.CLINIC)

    @property
    def stations(self) -> tuple[Station, ...]:
        """Every station of the hospital and its surroundings."""
        return tuple(self.station(name) for name in STATIONS)

    def contains(self, address: IPv4Address) -> bool:
        """Whether an address belongs to one of the zones of this sandbox. Read-only."""
        return any(address in self.zone(zone) for zone in Zone)

    def zone_of(self, address: str) -> Zone | None:
        """The zone that an address of a log line belongs to, or None."""
        return next((zone for zone in Zone if IPv4Address(address) in self.zone(zone)), None)
