"""The archive answers a DICOM query from anyone who speaks DICOM.

This is what the 2019 survey did: no exploit, an ordinary C-FIND. One option makes Orthanc answer equipment it does not
know, and one forwarded port lets the whole world be such equipment.
"""

from __future__ import annotations

from pydicom.dataset import Dataset

from lab.clients import dimse
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Attribute, Evidence, Exposure, NotChecked, Safe, Severity, Verdict, Vulnerable
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace
from lab.site.zones import Door, Station

SCENARIO = Scenario(
    id="dimse-find-open",
    title=t("Any DICOM client may list the patients"),
    group=Group.DIMSE,
    severity=Severity.CRITICAL,
    minutes=35,
    roles=(t("PACS administrator"), t("network administrator"), t("modality engineer")),
    story=t(
        "A new workstation could not query the archive, because nobody had declared it there. The quickest way was to let everybody "
        "query. The radiologist's home workstation worked too, once the DICOM port was forwarded."
    ),
    misconfiguration={
        "orthanc": {"DicomAlwaysAllowFind": True},
        "gateway": {"publish": {"dicom": ["clinic", "internet"]}},
    },
    hints=(
        t("Ask as an AE title that nobody has declared. Who is allowed to ask, and who says so?"),
        t(
            "Closing the port to the Internet is half of it: any computer that is plugged in inside the clinic can still ask."
        ),
        t(
            'Only declared modalities may query when {{"orthanc": {{"DicomAlwaysAllowFind": false}}}}; and '
            '{{"gateway": {{"publish": {{"dicom": ["clinic"]}}}}}} closes the port outside.'
        ),
    ),
    fixes=(
        Fix(
            "rename",
            t("Give the archive an AE title that nobody guesses"),
            {"orthanc": {"DicomAet": "XK7Q2ARCHIV"}},
            Outcome.STILL_OPEN,
            t(
                "An AE title is an address, not a secret: it stands on every modality's configuration sheet, crosses the network in the clear "
                "and can be tried out. Who knows it still lists the patients."
            ),
        ),
        Fix(
            "declared-only",
            t("Answer declared modalities only, and close the port to the Internet"),
            {"orthanc": {"DicomAlwaysAllowFind": False}, "gateway": {"publish": {"dicom": ["clinic"]}}},
            Outcome.REPAIRED,
            t(
                "Whoever is not declared with the right to query gets no association, inside or outside; the workstation works as before."
            ),
        ),
        Fix(
            "limit",
            t("Limit the number of answers"),
            {"orthanc": {"LimitFindResults": 5}},
            Outcome.STILL_OPEN,
            t(
                "Five at a time is still everybody: one asks again by letter, by date, by modality. The name in each answer is the harm."
            ),
        ),
        Fix(
            "port-only",
            t("Close the port to the Internet and change nothing else"),
            {"gateway": {"publish": {"dicom": ["clinic"]}}},
            Outcome.STILL_OPEN,
            t(
                "The Internet is shut out, but any computer in the clinic, a visitor's laptop for one, still lists every patient."
            ),
        ),
        Fix(
            "no-dicom",
            t("Close the DICOM port everywhere"),
            {"gateway": {"publish": {"dicom": []}}},
            Outcome.STOPS_HOSPITAL,
            t(
                "No intruder gets in, and no CT image either: the modalities cannot store, the workstations cannot read."
            ),
        ),
    ),
    traces=(
        Trace(
            Log.ORTHANC, "default", None, t("At its default level Orthanc writes nothing about queries that succeed.")
        ),
        Trace(
            Log.ORTHANC,
            "verbose",
            r"C-FIND: Allowing SCU request from unknown modality with AET: INTRUDER",
            t(
                "With --verbose it says that an unknown modality was let in, with its AE title; the address stands in the line of the association."
            ),
        ),
        Trace(
            Log.STREAM,
            "default",
            r"^{intruder} .*:4242 ",
            t("The gateway's stream log has the address and the bytes, not what was asked."),
        ),
        Trace(Log.ACCESS, "default", None, t("DICOM is not HTTP: the web access log knows nothing of it.")),
    ),
    references=(
        Reference("Greenbone Networks, September 2019: the survey used ordinary DICOM queries (press)"),
        Reference("DICOM PS3.4, C.4.1: C-FIND", "https://dicom.nema.org/medical/dicom/current/output/html/part04.html"),
        Reference("NIST SP 1800-24: Securing Picture Archiving and Communication System"),
    ),
)

CALLING = "INTRUDER"
_KEYS = (
    (Attribute.NAME, "PatientName"),
    (Attribute.BIRTH_DATE, "PatientBirthDate"),
    (Attribute.STUDY_DATE, "StudyDate"),
    (Attribute.PROCEDURE, "StudyDescription"),
    (Attribute.PHYSICIAN, "ReferringPhysicianName"),
    (Attribute.FACILITY, "InstitutionName"),
)


def probe(site: LiveSite) -> Verdict:
    """As a client that nobody declared: query all studies, from the Internet and then from a visitor's laptop in the clinic.

    The AE title of the archive is taken as known. It is no secret, and a repair that rests on it is none.
    """
    steps: list[str] = []
    for station in (site.station("intruder"), site.station("visitor")):
        verdict = _query(site, station, steps)
        if not isinstance(verdict, Safe):
            return verdict
    return Safe(
        Evidence(
            t("An undeclared client gets no answer, neither from the Internet nor inside the clinic."), tuple(steps)
        )
    )


def _query(site: LiveSite, station: Station, steps: list[str]) -> Verdict:
    peer = site.dicom(station, CALLING)
    line = f"{station.address} ({station.zone.value}): C-FIND {CALLING} → {peer.called}@{peer.address}:{peer.port}"
    if not site.answers(station, Door.DICOM):
        steps.append(f"{line}: connection refused")
        return Safe(Evidence(t("The DICOM port is closed there."), tuple(steps)))
    try:
        status, matches = dimse.find(peer, _everything())
    except dimse.NoAssociation as refusal:
        steps.append(f"{line}: {refusal}")
        if refusal.kind == "unreachable":
            return NotChecked(
                t("The DICOM port of zone {zone} accepts connections but nothing answers.", zone=station.zone.label)
            )
        return Safe(Evidence(t("The association was refused."), tuple(steps)))
    steps.append(f"{line}: {len(matches)} matches, status 0x{status:04X}")
    if not matches:
        return Safe(Evidence(t("The query was answered with nothing."), tuple(steps)))
    exposure = _exposure(matches)
    summary = tn(
        "An unknown client in zone {zone} lists the examinations of one patient.",
        "An unknown client in zone {zone} lists the examinations of {n} patients.",
        exposure.patients,
        zone=station.zone.label,
    )
    return Vulnerable(Evidence(summary, tuple(steps), exposure))


def _everything() -> Dataset:
    """The survey's question: every study, with what identifies a person (study root, PS3.4 C.6.2)."""
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "STUDY"
    for keyword in (
        "PatientID",
        "StudyInstanceUID",
        "NumberOfStudyRelatedInstances",
        *(keyword for _, keyword in _KEYS),
    ):
        setattr(identifier, keyword, None if keyword.startswith("Number") else "")
    return identifier


def _exposure(matches: list[Dataset]) -> Exposure:
    shown = [
        (attribute, keyword)
        for attribute, keyword in _KEYS
        if any(str(match.get(keyword, "") or "") for match in matches)
    ]
    people = list({str(match.get("PatientID", "")): match for match in reversed(matches)}.values())[::-1]
    return Exposure(
        patients=len(people),
        studies=len(matches),
        images=sum(int(match.get("NumberOfStudyRelatedInstances") or 0) for match in matches),
        attributes=tuple(attribute for attribute, _ in shown),
        samples=tuple(tuple(str(match.get(keyword, "") or "") for _, keyword in shown) for match in people[:3]),
    )
