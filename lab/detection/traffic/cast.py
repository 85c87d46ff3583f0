"""The people and the equipment of the day: who they are, where they stand, and the accounts and AE titles they use.

All of it is *modelled*. Their accounts and modalities are an overlay of the day's site.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from random import Random
from typing import Any

from lab.detection.truth import Label
from lab.site.baseline import ADMINISTRATOR, ADMINISTRATOR_PASSWORD, DOCTOR, DOCTOR_PASSWORD
from lab.site.zones import Network, Station, Zone

BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
)
CARERS = 2
"""How many of the doctors a patient is in the care of."""


@dataclass(frozen=True)
class Member:
    """Somebody of the day, or a piece of equipment. ``label`` and what follows are set for intruders."""

    who: str
    role: str
    station: Station
    aet: str | None = None
    account: tuple[str, str] | None = None
    """Name and password."""
    agent: str = BROWSERS[0]
    """The User-Agent header."""
    label: Label = Label.BENIGN
    intrusion: str | None = None
    incident: str | None = None


# who, role, zone, last octet, AE title, further rights in the archive
_EQUIPMENT: tuple[tuple[str, str, Zone, int, str, dict[str, bool]], ...] = (
    ("ct1", "modality", Zone.CLINIC, 10, "CT1", {"store": True, "find_worklist": True}),
    ("mr1", "modality", Zone.CLINIC, 12, "MR1", {"store": True, "find_worklist": True}),
    ("dx1", "modality", Zone.CLINIC, 13, "DX1", {"store": True, "find_worklist": True}),
    ("workst1", "workstation", Zone.CLINIC, 11, "WORKST1", {"find": True, "get": True}),
    ("workst2", "workstation", Zone.CLINIC, 14, "WORKST2", {"find": True, "get": True}),
    ("monitoring", "monitoring", Zone.OFFICE, 40, "MONITOR", {}),
)
# who, role of the account, role in the day, zone, last octet
_PEOPLE: tuple[tuple[str, str, str, Zone, int], ...] = (
    (DOCTOR, "doctor", "doctor", Zone.INTERNET, 50),
    ("dr.lefort", "doctor", "doctor", Zone.INTERNET, 51),
    ("dr.abadie", "doctor", "doctor", Zone.OFFICE, 31),
    ("dr.kessler", "doctor", "doctor", Zone.OFFICE, 32),
    ("dr.ferrand", "doctor", "doctor", Zone.OFFICE, 33),
    ("dr.oulhaci", "doctor", "doctor", Zone.OFFICE, 34),
    (ADMINISTRATOR, "administrator", "administrator", Zone.OFFICE, 20),
    ("monitoring", "doctor", "monitoring", Zone.OFFICE, 40),
    ("backup", "doctor", "backup", Zone.OFFICE, 41),
    ("research", "administrator", "research", Zone.OFFICE, 42),
)
_AGENTS = {"monitoring": "check_http/2.3", "backup": "curl/7.88.1", "research": "python-requests/2.32.3"}


@dataclass(frozen=True)
class Cast:
    """Everybody who belongs to the hospital."""

    network: Network
    members: tuple[Member, ...]

    @classmethod
    def of(cls, network: Network) -> Cast:
        """The hospital's people on an address plan."""
        accounts = {who: (who, _password(who)) for who, *_ in _PEOPLE}
        equipment = {
            who: Member(
                who, role, place(network, who, zone, octet), aet, accounts.get(who), _AGENTS.get(who, BROWSERS[0])
            )
            for who, role, zone, octet, aet, _ in _EQUIPMENT
        }
        people = {
            who: Member(
                who,
                role,
                place(network, who, zone, octet),
                account=accounts[who],
                agent=_AGENTS.get(who, BROWSERS[octet % len(BROWSERS)]),
            )
            for who, _, role, zone, octet in _PEOPLE
            if who not in equipment
        }
        return cls(network, (*equipment.values(), *people.values()))

    def role(self, role: str) -> tuple[Member, ...]:
        """Those who have a role."""
        return tuple(member for member in self.members if member.role == role)

    def member(self, who: str) -> Member:
        """Somebody by name. Raises KeyError when there is nobody of that name."""
        return {member.who: member for member in self.members}[who]

    def elsewhere(self, member: Member, zone: Zone, octet: int, aet: str | None = None) -> Member:
        """The same one at another place, as at home in the evening."""
        return replace(member, station=place(self.network, member.who, zone, octet), aet=aet or member.aet)

    def treatment(self, patients: list[str]) -> dict[str, tuple[str, ...]]:
        """Account of a doctor -> PatientIDs in her care (*modelled*): each patient has two carers, by the PatientID alone."""
        doctors = sorted(member.who for member in self.role("doctor"))
        cared: dict[str, list[str]] = {doctor: [] for doctor in doctors}
        for patient in sorted(set(patients)):
            for doctor in Random(f"care {patient}").sample(doctors, CARERS):
                cared[doctor].append(patient)
        return {doctor: tuple(found) for doctor, found in cared.items()}

    def overlay(self) -> dict[str, Any]:
        """The accounts and modalities that the site needs for these people. Pure.

        On this day (*modelled*) the modalities cannot do TLS yet, as in most hospitals, and what limits the tries of passwords is
        off: a day that passes 600 times as fast asks 600 times as often.
        """
        users = {who: {"password": _password(who), "role": role} for who, role, *_ in _PEOPLE}
        modalities = {
            name: {
                "aet": aet,
                "host": seen_by_archive(self.network, zone, octet),
                "store": False,
                "find": False,
                "get": False,
                "move": False,
                "find_worklist": False,
            }
            | rights
            for name, (_, _, zone, octet, aet, rights) in zip(_names(), _EQUIPMENT, strict=True)
        }
        publish = {"dicom": ["clinic", "office"], "https": ["clinic", "office", "internet"]}
        return {
            "orthanc": {"DicomTlsEnabled": False},
            "users": users,
            "modalities": modalities,
            "gateway": {"publish": publish, "logins_per_second": None},
        }

    def roster(self) -> tuple[dict[str, Any], ...]:
        """What the hospital knows of its own people: for ``day.json``."""
        return tuple(
            {
                "who": member.who,
                "role": member.role,
                "zone": member.station.zone.value,
                "address": member.station.address,
                "aet": member.aet,
                "account": member.account[0] if member.account else None,
            }
            for member in self.members
        )


def place(network: Network, name: str, zone: Zone, octet: int) -> Station:
    """A place in a zone; in compose everybody in a zone connects from its one client address."""
    if network.transparent:
        return Station(name, zone, f"{network.gateway(zone).rsplit('.', 1)[0]}.{octet}")
    client = next(station for station in network.stations if station.zone is zone)
    return Station(name, zone, client.address)


def seen_by_archive(network: Network, zone: Zone, octet: int) -> str:
    """The address under which the archive sees a place."""
    return place(network, "", zone, octet).address if network.transparent else network.gateway(Zone.CLINIC)


def _names() -> tuple[str, ...]:
    """The names of the modalities in the site: the baseline's two keep theirs."""
    return tuple({"ct1": "ct", "workst1": "workstation"}.get(who, who) for who, *_ in _EQUIPMENT)


def _password(who: str) -> str:
    """Passwords of people who do not exist; the baseline's accounts keep theirs."""
    known = {ADMINISTRATOR: ADMINISTRATOR_PASSWORD, DOCTOR: DOCTOR_PASSWORD}
    return known.get(who) or f"synth-{sha256(who.encode()).hexdigest()[:12]}"
