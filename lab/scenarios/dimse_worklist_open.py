"""The archive tells anyone who is expected tomorrow, and for what.

The worklist is what a machine asks in the morning. It holds no image and needs none: names, dates of birth, appointments.
"""

from __future__ import annotations

from dataclasses import replace

from pydicom.dataset import Dataset

from lab.clients import dimse
from lab.clients.dimse import Peer
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import NotChecked, Severity, Verdict
from lab.probing.dimse import Attempt, Came, exposed
from lab.proposals import BOOK_SECURITY, PS3_4, RENAME
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="dimse-worklist-open",
    title=t("Any DICOM client may read the worklist"),
    group=Group.DIMSE,
    severity=Severity.HIGH,
    minutes=20,
    roles=(t("PACS administrator"), t("modality engineer"), t("data protection officer")),
    story=t(
        "A borrowed ultrasound machine had to show the day's patients and could neither do TLS nor be declared in time. So the worklist was "
        "opened to every machine, without TLS. The machine went back to its owner; the setting stayed."
    ),
    misconfiguration={"orthanc": {"DicomAlwaysAllowFindWorklist": True, "DicomTlsEnabled": False}},
    also=("dicom-no-tls",),
    hints=(
        t("Ask the worklist as an AE title that nobody has declared. What do you learn about tomorrow?"),
        t("The CT has a right of its own to the worklist. Who needs it besides?"),
        t('Write {{"orthanc": {{"DicomAlwaysAllowFindWorklist": false}}}}.'),
    ),
    fixes=(
        RENAME,
        Fix(
            "limit",
            t("Limit the number of answers to queries"),
            {"orthanc": {"LimitFindResults": 5, "LimitFindInstances": 5}},
            Outcome.STILL_OPEN,
            t(
                "These limits are about what is stored. The worklist answers in full, and five names would be five too many."
            ),
        ),
        Fix(
            "declared-only",
            t("Give the worklist to declared machines only"),
            {"orthanc": {"DicomAlwaysAllowFindWorklist": False}},
            Outcome.REPAIRED,
            t(
                "The CT, which has the right to it, goes on reading its worklist; whoever is not declared gets no association."
            ),
        ),
        Fix(
            "no-worklist",
            t("Switch the worklist off"),
            {"worklists": {"enabled": False}},
            Outcome.STOPS_HOSPITAL,
            t(
                "Nobody reads it any more, the CT neither: names and numbers are typed in by hand again, and with them come the mix-ups."
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
            r"Association Received from AET INTRUDER",
            t(
                "With --verbose the association is there, with title and address; of the question to the worklist there is little."
            ),
        ),
        Trace(
            Log.STREAM,
            "default",
            r"^{visitor} .*:4242 ",
            t("The gateway's stream log has the address and the bytes, not what was asked."),
        ),
    ),
    references=(
        Reference("DICOM PS3.4, annex K: modality worklist", PS3_4),
        Reference("GDPR, article 5(1)(f) and article 32"),
        BOOK_SECURITY,
    ),
)


def probe(site: LiveSite) -> Verdict:
    """Ask the worklist as a client that nobody declared, from the Internet and from a visitor's laptop in the clinic."""
    return Attempt(site, "C-FIND (worklist)").everywhere(
        _ask, t("An undeclared client gets no worklist, neither outside nor inside.")
    )


def _ask(peer: Peer) -> Came | NotChecked:
    status, entries = dimse.worklist(peer, _everybody())
    note = f"{len(entries)} appointments, status 0x{status:04X}"
    if not entries:
        return Came(note) if status != 0 else NotChecked(t("The worklist is empty, so it gives nobody away."))
    # the dates are those of appointments to come: there is no “since”
    exposure = replace(exposed([_as_study(entry) for entry in entries]), since="")
    summary = tn(
        "An unknown client in zone {zone} reads the appointment of one patient.",
        "An unknown client in zone {zone} reads the appointments of {n} patients.",
        exposure.patients,
        zone=peer.station.zone.label,
    )
    return Came(note, summary, exposure)


def _everybody() -> Dataset:
    """Every scheduled examination, with what identifies a person (PS3.4 K.6.1.2)."""
    step = Dataset()
    step.ScheduledProcedureStepStartDate = step.Modality = step.ScheduledPerformingPhysicianName = ""
    identifier = Dataset()
    for keyword in (
        "PatientName",
        "PatientID",
        "PatientBirthDate",
        "RequestedProcedureDescription",
        "ReferringPhysicianName",
    ):
        setattr(identifier, keyword, "")
    identifier.StudyInstanceUID = ""
    identifier.ScheduledProcedureStepSequence = [step]
    return identifier


def _as_study(entry: Dataset) -> Dataset:
    """An appointment as the study that it will become, so that both are shown alike."""
    study = Dataset()
    study.update(entry)
    study.StudyDate = entry.ScheduledProcedureStepSequence[0].ScheduledProcedureStepStartDate
    study.StudyDescription = entry.get("RequestedProcedureDescription", "")
    return study
