"""What the hospital knows about itself, laid beside each event: its modalities, accounts, patients and who treats whom.

A security team calls these lookups (asset and identity inventories). Nothing here comes from the truth ledger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any

from lab.detection.events.schema import Event
from lab.site.zones import Network

_RESOURCE = re.compile(r"/(patient|studie|serie|instance)s/([0-9a-f]{8}(?:-[0-9a-f]{8}){4})")
_UID = re.compile(r"(?:studies/|studyUID=)([0-9.]{5,64})")
_LEVELS = {"patient": "patient", "studie": "study", "serie": "series", "instance": "instance"}


@dataclass(frozen=True)
class Inventory:
    """Lookups by AE title, account and identifier. Each may be empty: then the columns they fill stay NULL."""

    network: Network | None = None
    hosts: Mapping[str, str] = field(default_factory=dict)
    """AE title of a declared modality -> the address that it has."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Account -> what the hospital employs it for."""
    zones: Mapping[str, str] = field(default_factory=dict)
    """Account -> the zone that its owner works in."""
    treatment: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Account of a doctor -> PatientIDs in her care."""
    patients: Mapping[str, str] = field(default_factory=dict)
    """The archive's identifiers and Study Instance UIDs -> PatientID."""

    def enriched(self, events: Iterable[Event]) -> Iterator[Event]:
        """The same events with what the hospital knows about them. Changes the events that pass."""
        for event in events:
            self._resource(event)
            address = event.get("source.ip")
            if address and (self.network is None or self.network.transparent or _by_gateway(event)):
                event["network.zone"] = self._zone(address)
            if title := event.get("dicom.calling_aet"):
                self._modality(event, title.strip())
            if account := event.get("user.name"):
                self._account(event, account)
            yield event

    def _resource(self, event: Event) -> None:
        path = event.get("url.path")
        if path and (found := _RESOURCE.search(path)):
            event["dicom.resource_type"], event["dicom.resource"] = _LEVELS[found[1]], found[2]
        elif path and (found := _UID.search(f"{path}?{event.get('url.query') or ''}")):
            event["dicom.study_uid"] = found[1]
        if not event.get("dicom.patient"):
            known = self.patients.get(event.get("dicom.resource") or "") or self.patients.get(
                event.get("dicom.study_uid") or ""
            )
            event["dicom.patient"] = known

    def _zone(self, address: str) -> str | None:
        try:
            zone = self.network.zone_of(str(IPv4Address(address))) if self.network else None
        except ValueError:
            return None
        return zone.value if zone else None

    def _modality(self, event: Event, title: str) -> None:
        event["dicom.declared"] = int(title in self.hosts)
        if self.network and self.network.transparent and title in self.hosts and event.get("source.ip"):
            event["source.expected"] = int(self.hosts[title] == event["source.ip"])

    def _account(self, event: Event, account: str) -> None:
        event["user.role"] = self.roles.get(account)
        if account in self.zones and event.get("network.zone"):
            event["user.usual_zone"] = int(self.zones[account] == event["network.zone"])
        cared, patient = self.treatment.get(account), event.get("dicom.patient")
        if cared is not None and patient:
            event["user.in_care"] = int(patient in cared)


def _by_gateway(event: Event) -> bool:
    """Whether the gateway wrote it. Where it hides addresses, the archive sees the gateway's own, whoever asks."""
    return str(event.get("event.dataset", "")).startswith("nginx.")


def of_day(network: Network, day: Any, patients: Mapping[str, str]) -> Inventory:
    """The inventory of a recorded day (``lab.detection.recording.Day``)."""
    roles = {member["account"]: member["role"] for member in day.staff if member["account"]}
    zones = {member["account"]: member["zone"] for member in day.staff if member["account"]}
    treatment = {account: frozenset(cared) for account, cared in day.treatment.items()}
    return Inventory(network, declared(network, day.site), roles, zones, treatment, patients)


def declared(network: Network, site: Mapping[str, Any]) -> dict[str, str]:
    """AE title of each modality that a site (as data) declares -> its address."""
    modalities = site.get("modalities", {}).values()
    return {modality["aet"]: _address(network, modality["host"]) for modality in modalities}


def _address(network: Network, host: str) -> str:
    """The address of a modality, which a site may name by its station."""
    try:
        return network.station(host).address
    except KeyError:
        return host
