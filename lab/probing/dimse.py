"""DICOM associations as outsiders try them, and what came of it in the patients' terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pydicom.dataset import Dataset
from pynetdicom import build_context
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from lab.clients import dimse
from lab.clients.dimse import NoAssociation, Peer
from lab.clients.live import LiveSite
from lab.i18n import Text, t
from lab.model import Attribute, Evidence, Exposure, NotChecked, Safe, Verdict, Vulnerable
from lab.site.zones import Door, Station

OUTSIDER = "INTRUDER"
_KEYS = (
    (Attribute.NAME, "PatientName"),
    (Attribute.BIRTH_DATE, "PatientBirthDate"),
    (Attribute.STUDY_DATE, "StudyDate"),
    (Attribute.PROCEDURE, "StudyDescription"),
    (Attribute.PHYSICIAN, "ReferringPhysicianName"),
    (Attribute.FACILITY, "InstitutionName"),
)


@dataclass(frozen=True)
class Came:
    """What came back over an association: a line for the notes and, if the outsider got something, the evidence."""

    note: str
    summary: Text | None = None
    exposure: Exposure | None = None


Action = Callable[[Peer], Came | NotChecked]


@dataclass
class Attempt:
    """Tries one thing from one station after the other, and keeps the notes."""

    site: LiveSite
    service: str
    steps: list[str] = field(default_factory=list)

    def everywhere(self, action: Action, safe: Text, calling: str = OUTSIDER) -> Verdict:
        """From the Internet, and then from a visitor's laptop in the clinic. ``safe`` sums up that neither got anything.

        The AE title of the archive is taken as known. It is no secret, and a repair that rests on it is none.
        """
        for name in ("intruder", "visitor"):
            station = self.site.station(name)
            found = self.once(self.site.dicom(station, calling), action)
            if found is not None:
                return found
        return Safe(Evidence(safe, tuple(self.steps)))

    def once(self, peer: Peer, action: Action) -> Vulnerable | NotChecked | None:
        """From one station. None when it was turned away; NotChecked when nothing answers behind an open port."""
        station = peer.station
        line = f"{station.address} ({station.zone.value}): {self.service} {peer.calling} → {peer.called}@{peer.address}:{peer.port}"
        # an outsider looks first whether the port is open; equipment knows that it is, and leaves no such trace in the logs
        if None in peer.ways and not self.site.answers(station, Door.DICOM):
            self.steps.append(f"{line}: connection refused")
            return None
        try:
            came = action(peer)
        except NoAssociation as refusal:
            self.steps.append(f"{line}: {refusal}")
            unheard = refusal.kind == "unreachable" and self.site.answers(station, Door.DICOM)
            return silent(station) if unheard else None
        if isinstance(came, NotChecked):
            return came
        self.steps.append(f"{line}: {came.note}")
        if came.summary is None:
            return None
        return Vulnerable(Evidence(came.summary, tuple(self.steps), came.exposure))


def silent(station: Station) -> NotChecked:
    """An open port behind which nobody answers."""
    return NotChecked(
        t("The DICOM port of zone {zone} accepts connections but nothing answers.", zone=station.zone.label)
    )


def survey_question(**keys: str) -> Dataset:
    """The survey's question: every study, with what identifies a person (study root, PS3.4 C.6.2); ``keys`` narrow it."""
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "STUDY"
    for keyword in ("PatientID", "StudyInstanceUID", *(keyword for _, keyword in _KEYS)):
        setattr(identifier, keyword, keys.get(keyword, ""))
    identifier.NumberOfStudyRelatedInstances = None
    return identifier


def exposed(matches: list[Dataset]) -> Exposure:
    """What a list of answers or objects gives away: people, studies, images, attributes and a few rows."""
    shown = [
        (attribute, keyword)
        for attribute, keyword in _KEYS
        if any(str(match.get(keyword, "") or "") for match in matches)
    ]
    people = list({str(match.get("PatientID", "")): match for match in reversed(matches)}.values())[::-1]
    counted = sum(int(match.get("NumberOfStudyRelatedInstances") or 0) for match in matches)
    return Exposure(
        patients=len(people),
        studies=len({str(match.get("StudyInstanceUID", "")) for match in matches}),
        images=counted or len({str(match.SOPInstanceUID) for match in matches if "SOPInstanceUID" in match}),
        attributes=tuple(attribute for attribute, _ in shown),
        samples=tuple(tuple(str(match.get(keyword, "") or "") for _, keyword in shown) for match in people[:3]),
        since=min(filter(None, (str(match.get("StudyDate") or "") for match in matches)), default=""),
    )


def introduction(peer: Peer) -> tuple[str, str]:
    """What the archive says of its software as it accepts an association (PS3.7 D.3.3.2): version name and class UID."""
    with dimse.associate(peer, [build_context(Verification)]) as association:
        archive = association.acceptor
        return archive.implementation_version_name or "", str(archive.implementation_class_uid or "")


def list_patients(peer: Peer) -> list[Dataset]:
    """All that the archive tells this client about its studies; [] when it tells nothing. Raises NoAssociation."""
    return dimse.find(peer, survey_question())[1]


def retrievable(listed: list[Dataset], letter: Dataset) -> str:
    """A study to ask for: the smallest of those that were listed, else the one on a patient's letter."""
    images = [match for match in listed if int(match.get("NumberOfStudyRelatedInstances") or 0)]
    wanted = min(images, key=lambda match: int(match.NumberOfStudyRelatedInstances), default=letter)
    return str(wanted.StudyInstanceUID)
