"""Nobody could tell afterwards who looked at what.

An archive that keeps no record cannot say whose data a thief saw. The law wants the hospital to tell the patients within
three days of noticing; without a record it must tell all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import httpx
from pydicom.dataset import Dataset

from lab.clients import dimse
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Attribute, Evidence, Exposure, NotChecked, Safe, Severity, Verdict, Vulnerable
from lab.probing.logs import await_line
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="no-audit",
    title=t("Nobody can tell who looked at what"),
    group=Group.WATCHING,
    severity=Severity.HIGH,
    minutes=30,
    roles=(t("PACS administrator"), t("data protection officer"), t("head of radiology")),
    story=t(
        "The disk filled up with logs, so the gateway’s access log and the audit lines were switched off. A year later a doctor’s password "
        "turned up on the Internet, and the director asked whose records had been opened with it."
    ),
    misconfiguration={"filters": {"audit": False}, "gateway": {"access_log": False}},
    hints=(
        t(
            "Open a patient with the doctor’s account, then read every log. Can you tell who it was, from where, and what was opened?"
        ),
        t("There are two ways to the images, HTTPS and DICOM, and no single log sees both."),
        t(
            'Write {{"gateway": {{"access_log": true}}, "filters": {{"audit": true}}}}: the one for the web, the other for DICOM.'
        ),
    ),
    fixes=(
        Fix(
            "verbose",
            t("Have Orthanc log more"),
            {"log_level": "verbose"},
            Outcome.STILL_OPEN,
            t(
                "Its lines say “GET /patients”, and neither who asked nor from where. There is more to read and nothing to know."
            ),
        ),
        Fix(
            "access-log",
            t("Switch the gateway’s access log on again"),
            {"gateway": {"access_log": True}},
            Outcome.STILL_OPEN,
            t(
                "Requests over HTTPS are accounted for. Of a DICOM query the gateway sees an address and a number of bytes."
            ),
        ),
        Fix(
            "audit",
            t("Switch on the access log and Orthanc’s audit lines"),
            {"gateway": {"access_log": True}, "filters": {"audit": True}},
            Outcome.REPAIRED,
            t("Each request and each query leaves a line with who, from where and what. Somebody must now read them."),
        ),
        Fix(
            "hospital-only",
            t("Let nobody in whom one would have to record"),
            {"gateway": {"publish": {"https": [], "dicom": []}}},
            Outcome.STOPS_HOSPITAL,
            t("Nothing happens that would have to be recorded, because nobody can work."),
        ),
    ),
    traces=(
        Trace(Log.ORTHANC, "default", None, t("Nothing: at its default level Orthanc writes no line about reads.")),
        Trace(
            Log.ORTHANC,
            "verbose",
            r"\(http\) GET /patients",
            t("With --verbose the request is there, without address, account or answer."),
        ),
        Trace(Log.ACCESS, "default", None, t("Nothing: it is switched off.")),
        Trace(Log.STREAM, "default", None, t("Nothing: it is switched off with the other one.")),
    ),
    references=(
        Reference("DICOM PS3.15, A.5: audit trail message format profile"),
        Reference("45 CFR 164.312(b): audit controls (HIPAA)"),
        Reference("GDPR, articles 33 and 34"),
    ),
    alone=True,
)

_ROWS = 12
_PATIENCE_SECONDS = 0.5
_LOGS = (Log.ORTHANC, Log.ACCESS, Log.STREAM)


def probe(site: LiveSite) -> Verdict:
    """As an intruder with a stolen account and a borrowed workstation: read, then ask the hospital's logs who it was."""
    starts = {log.value: site.machine.log_end(log) for log in _LOGS}
    steps: list[str] = []
    try:
        patients = _read_by_web(site, steps)
    except httpx.HTTPError as error:
        return NotChecked(t("The gateway's answer broke off: {error}.", error=type(error).__name__))
    title, dates = _read_by_dicom(site, steps)
    if patients is None and title is None:
        return Safe(Evidence(t("Nobody gets to see anything, so there is nothing to account for."), tuple(steps)))
    account = site.account("doctor")
    person = account[0] if account else ""
    web_seen = patients is None or _stands(site, starts, person, "/patients")
    dicom_seen = title is None or _stands(site, starts, title, "STUDY", "find")
    steps.append(f"grep {person} /patients: {'found' if web_seen else 'nothing'}")
    steps.append(f"grep {title} find: {'found' if dicom_seen else 'nothing'}")
    if web_seen and dicom_seen:
        return Safe(Evidence(t("The logs say who read what, over the web and over DICOM."), tuple(steps)))
    exposure = _exposure(patients or [], dates)
    where = t("over DICOM") if web_seen else t("over the web") if dicom_seen else t("over the web or over DICOM")
    summary = tn(
        "No log can tell who read the record of one patient {where}.",
        "No log can tell who read the records of {n} patients {where}.",
        exposure.patients,
        where=where,
    )
    return Vulnerable(Evidence(summary, tuple(steps), exposure))


def _stands(site: LiveSite, starts: Mapping[str, int], *words: str) -> bool:
    """Whether a line that a log got meanwhile holds all of these words."""
    return (
        await_line(site.machine, starts, lambda line: all(word in line for word in words), _PATIENCE_SECONDS)
        is not None
    )


def _read_by_web(site: LiveSite, steps: list[str]) -> list[dict[str, str]] | None:
    """The patients that the stolen account shows; None when it opens no door."""
    intruder, account = site.station("intruder"), site.account("doctor")
    doors = site.web_doors(intruder)
    if not doors or account is None:
        return None
    with site.web(intruder, doors[-1], account, trusting=True) as client:
        answer = client.get("/patients", params={"expand": "", "since": "0", "limit": str(_ROWS)})
    steps.append(f"{intruder.address}: GET /patients?expand ({account[0]}) → {answer.status_code}")
    return [patient["MainDicomTags"] for patient in answer.json()] if answer.status_code == 200 else None


def _read_by_dicom(site: LiveSite, steps: list[str]) -> tuple[str | None, list[str]]:
    """The AE title under which the studies were listed, None when nobody was let in; and the dates of the studies."""
    station = site.station("workstation")  # which knows that its port is open: a knock would leave a line in the log
    title = site.config.modalities["workstation"].aet if "workstation" in site.config.modalities else "WORKST1"
    identifier = Dataset()
    identifier.QueryRetrieveLevel, identifier.StudyInstanceUID, identifier.StudyDate = "STUDY", "", ""
    try:
        status, matches = dimse.find(site.dicom(station, title), identifier)
    except dimse.NoAssociation as refusal:
        steps.append(f"{station.address}: C-FIND ({title}): {refusal}")
        return None, []
    steps.append(f"{station.address}: C-FIND ({title}) → {len(matches)}, 0x{status:04X}")
    return title if status == 0 else None, [str(match.get("StudyDate") or "") for match in matches]


def _exposure(patients: list[dict[str, str]], dates: list[str]) -> Exposure:
    tags = (
        (Attribute.NAME, "PatientName"),
        (Attribute.BIRTH_DATE, "PatientBirthDate"),
        (Attribute.PATIENT_ID, "PatientID"),
    )
    rows = [tuple(str(patient.get(tag, "")) for _, tag in tags) for patient in patients]
    return Exposure(
        patients=len(patients),
        attributes=tuple(attribute for attribute, _ in tags),
        samples=tuple(row for row in rows if all(row))[:3],
        since=min(filter(None, dates), default=""),
    )
