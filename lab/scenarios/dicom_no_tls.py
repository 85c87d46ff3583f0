"""DICOM crosses the clinic's network in the clear.

Nobody breaks into anything here. Whoever sits on the way between a workstation and the archive reads what the two say to
each other: names, dates, findings, images.
"""

from __future__ import annotations

from dataclasses import replace

from pydicom.dataset import Dataset

from lab.clients import dimse
from lab.clients.dimse import Peer
from lab.clients.live import LiveSite
from lab.clients.tap import Capture, tap
from lab.i18n import t, tn
from lab.model import Evidence, NotChecked, Safe, Severity, Verdict, Vulnerable
from lab.probing.dimse import exposed, list_patients
from lab.proposals import NO_DICOM
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace
from lab.site.zones import Door

SCENARIO = Scenario(
    id="dicom-no-tls",
    title=t("DICOM crosses the network in the clear"),
    group=Group.DIMSE,
    severity=Severity.HIGH,
    minutes=25,
    roles=(t("PACS administrator"), t("network administrator"), t("modality engineer")),
    story=t(
        "The new workstation was delivered without TLS. It was to be a matter of weeks, and the clinic's network is inside the hospital "
        "after all. So the archive was told to speak to everybody in the clear."
    ),
    misconfiguration={"orthanc": {"DicomTlsEnabled": False}},
    hints=(
        t("Put yourself on the cable between the workstation and the archive while a radiologist looks up a patient."),
        t("The archive, the CT and the workstation have their certificates still. What makes the archive use its own?"),
        t(
            'Write {{"orthanc": {{"DicomTlsEnabled": true, "DicomTlsRemoteCertificateRequired": true}}}}: encryption, and certificates on both '
            "sides."
        ),
    ),
    fixes=(
        Fix(
            "fewer-answers",
            t("Limit the number of answers"),
            {"orthanc": {"LimitFindResults": 20}},
            Outcome.STILL_OPEN,
            t("Fewer names at a time cross the wire, and each of them as readable as before."),
        ),
        Fix(
            "rename",
            t("Give the archive an AE title that nobody guesses"),
            {"orthanc": {"DicomAet": "XK7Q2ARCHIV"}},
            Outcome.STILL_OPEN,
            t("A listener guesses nothing: the title stands in the clear at the head of each conversation."),
        ),
        Fix(
            "tls",
            t("Switch DICOM TLS on, with certificates on both sides"),
            {"orthanc": {"DicomTlsEnabled": True, "DicomTlsRemoteCertificateRequired": True}},
            Outcome.REPAIRED,
            t(
                "What crosses the wire is unreadable, and the archive talks to nobody who has no certificate of the hospital's authority."
            ),
        ),
        NO_DICOM,
    ),
    traces=(
        Trace(
            Log.STREAM,
            "default",
            r"^{workstation} .*:4242 ",
            t("The gateway shows the workstation's own connection: the risk, not the listener."),
        ),
        Trace(
            Log.ORTHANC,
            "default",
            None,
            t("Nothing: who only listens sends nothing, and no log of the hospital can show it."),
        ),
    ),
    references=(
        Reference("DICOM PS3.15, annex B: secure transport connection profiles"),
        Reference("Orthanc Book: Configuring DICOM TLS", "https://orthanc.uclouvain.be/book/faq/dicom-tls.html"),
        Reference(
            "CWE-319: Cleartext Transmission of Sensitive Information",
            "https://cwe.mitre.org/data/definitions/319.html",
        ),
        Reference("TrendAI, November and December 2025: 0.14 % of 3,627 DICOM servers with TLS (press)"),
    ),
)


def probe(site: LiveSite) -> Verdict:
    """Listen on the cable in the clinic while the workstation asks for the patients, as it does every day."""
    workstation = site.equipment("workstation")
    try:
        capture, matches = _listen(site, workstation)
    except dimse.NoAssociation as refusal:
        if not site.answers(workstation.station, Door.DICOM):
            return Safe(Evidence(t("The DICOM port is closed in the clinic, so nothing crosses it.")))
        return NotChecked(
            t("The workstation gets no association, so there was nothing to overhear: {reason}.", reason=refusal)
        )
    line = (
        f"{workstation.station.address} → {workstation.address}:{workstation.port}: C-FIND, matches: {len(matches)}; "
    )
    line += f"{len(capture.content)} bytes captured, {'TLS' if capture.is_tls else 'plain'}"
    read = [match for match in matches if _is_readable(capture, match)]
    if read:
        exposure = exposed(read)
        summary = tn(
            "A listener in the clinic reads the name of one patient.",
            "A listener in the clinic reads the names of {n} patients.",
            exposure.patients,
        )
        return Vulnerable(Evidence(summary, (line,), exposure))
    if not matches:
        return NotChecked(t("The workstation was shown no patient, so there was nothing to overhear."))
    return Safe(Evidence(t("What crosses the wire is encrypted: no name can be read in it."), (line,)))


def _listen(site: LiveSite, workstation: Peer) -> tuple[Capture, list[Dataset]]:
    """The capture of the workstation's query, and what it was answered."""
    station, address, port = workstation.station, workstation.address, workstation.port
    with tap(site.network, station, address, port) as (tapped, capture):
        local = replace(site.network.station("workstation"), address="127.0.0.1")
        matches = list_patients(replace(workstation, station=local, address="127.0.0.1", port=tapped))
    return capture, matches


def _is_readable(capture: Capture, match: Dataset) -> bool:
    """Whether the patient's name stands in the capture, in the character set in which the archive sent it."""
    encodings = getattr(match.PatientName, "encodings", None) or ("ascii",)
    name = str(match.PatientName)
    return any(name.encode(encoding, "replace") in capture.content for encoding in (*encodings, "utf-8", "latin-1"))
