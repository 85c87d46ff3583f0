"""The logs hold patients' names and a doctor's password.

Logs are copied, kept for years and sent to vendors. Orthanc leaves names out of them unless told otherwise, and at its
finest level it writes down the passwords as well.
"""

from __future__ import annotations

import base64

import httpx
from pydicom.dataset import Dataset

from lab.clients import dimse
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Attribute, Evidence, Exposure, NotChecked, Safe, Severity, Verdict, Vulnerable
from lab.probing.logs import lines_after
from lab.probing.survivors import named_in
from lab.sandbox.protocol import Log
from lab.scenario import AUDIT, Fix, Group, Outcome, Reference, Scenario, Trace
from lab.site.zones import Door

SCENARIO = Scenario(
    id="phi-in-logs",
    title=t("Patients' names and a password stand in the log"),
    group=Group.WATCHING,
    severity=Severity.MEDIUM,
    minutes=25,
    roles=(t("PACS administrator"), t("modality engineer"), t("data protection officer")),
    story=t(
        "A query that found nothing had to be understood, so the vendor asked for a log with everything in it. De-identification of the log "
        "was switched off and its level raised. The vendor has had a copy every night since."
    ),
    misconfiguration={"orthanc": {"DeidentifyLogs": False}, "log_level": "trace"},
    hints=(
        t(
            "Query a patient by name from the workstation, then read Orthanc’s log as the vendor would. What stands there?"
        ),
        t("Two things write too much: what is taken out of a line, and how much is written at all."),
        t('Both must go: {{"orthanc": {{"DeidentifyLogs": true}}, "log_level": "default"}}.'),
    ),
    fixes=(
        Fix(
            "level",
            t("Lower the level of the log"),
            {"log_level": "default"},
            Outcome.STILL_OPEN,
            t("The passwords are gone. The audit line of each query still repeats the name that was asked for."),
        ),
        Fix(
            "deidentify",
            t("Have names taken out of the log"),
            {"orthanc": {"DeidentifyLogs": True}},
            Outcome.STILL_OPEN,
            t(
                "The names of the queries are gone. At the level “trace” each request is still written with its password."
            ),
        ),
        Fix(
            "both",
            t("Take names out of the log and lower its level"),
            {"orthanc": {"DeidentifyLogs": True}, "log_level": "default"},
            Outcome.REPAIRED,
            t(
                "The log still says who asked and when, and nothing about whom. Delete the old copies (pacslab inventory finds them), "
                "change the password."
            ),
        ),
        Fix(
            "no-queries",
            t("Lower the level, and take the right to query from the workstation"),
            {"log_level": "default", "modalities": {"workstation": {"find": False}}},
            Outcome.STOPS_HOSPITAL,
            t("Without queries there are no names in the log, and the radiologist finds no images."),
        ),
    ),
    traces=(
        Trace(
            Log.ORTHANC,
            AUDIT,
            r'AUDIT .*"0010,0010":"[^"*]',
            t("The audit line of the query repeats the name: here the trace is itself the leak."),
        ),
        Trace(
            Log.ORTHANC,
            "verbose",
            r"PatientName = (?!\*)",
            t("With --verbose the query itself stands there too, its name in clear."),
        ),
        Trace(
            Log.ACCESS,
            "default",
            r'"GET /system ',
            t("The gateway notes the doctor’s account, never her password and never a DICOM query."),
        ),
    ),
    references=(
        Reference(
            "CWE-532: Insertion of Sensitive Information into Log File",
            "https://cwe.mitre.org/data/definitions/532.html",
        ),
        Reference("GDPR, article 5 (1) c"),
    ),
    alone=True,
)

_PATIENTS = 5


def probe(site: LiveSite) -> Verdict:
    """As the vendor who is sent the log: let the hospital work for a moment, then read what the log got of it."""
    start, steps = site.machine.log_end(Log.ORTHANC), list[str]()
    try:
        names = _ask_by_name(site, steps)
        password = _log_in(site, steps)
    except httpx.HTTPError as error:
        return NotChecked(t("The gateway's answer broke off: {error}.", error=type(error).__name__))
    dated = {} if isinstance(names, NotChecked) else names
    lines = list(lines_after(site.machine, Log.ORTHANC, start))
    read, text = named_in(lines, list(dated)), "\n".join(lines)
    secret = password is not None and base64.b64encode(":".join(password).encode()).decode() in text
    steps.append(f"inventory {Log.ORTHANC}: {len(read)} names, {'1 password' if secret else 'no password'}")
    if not read and not secret and isinstance(names, NotChecked):
        return names
    if not read and not secret:
        return Safe(Evidence(t("The log holds neither a patient’s name nor a password."), tuple(steps)))
    attributes = ((Attribute.NAME,) if read else ()) + ((Attribute.PASSWORD,) if secret else ())
    shown = (password[1],) if secret and password else ()
    samples = tuple((name, *shown) for name in read[:3]) or (shown,)
    summary = tn(
        "The log names one patient who was asked for.", "The log names {n} patients who were asked for.", len(read)
    )
    if not read:
        summary = t("The log holds the password of an account.")
    since = min(filter(None, (dated[name] for name in read)), default="")
    exposure = Exposure(len(read), attributes=attributes, samples=samples, since=since)
    return Vulnerable(Evidence(summary, tuple(steps), exposure))


def _ask_by_name(site: LiveSite, steps: list[str]) -> dict[str, str] | NotChecked:
    """The radiologist's work: list the patients, then ask for a few of them by name. The names with a date; {} where she may not ask."""
    station = site.station("workstation")
    if not site.answers(station, Door.DICOM):
        return NotChecked(t("The DICOM port is closed in the clinic, so nobody could be asked for by name."))
    title = site.config.modalities["workstation"].aet if "workstation" in site.config.modalities else "WORKST1"
    peer = site.dicom(station, title)
    try:
        status, matches = dimse.find(peer, _question(""))
        if not matches and status == 0:
            return NotChecked(t("The archive is empty, so nobody could be asked for by name."))
        dated = {str(match.PatientName): str(match.get("StudyDate") or "") for match in matches}
        names = dict(list(dated.items())[:_PATIENTS])
        for name in names:
            status, _ = dimse.find(peer, _question(name))
            steps.append(f"{title}: C-FIND {name} → 0x{status:04X}")
    except dimse.NoAssociation as refusal:
        steps.append(f"{title}: C-FIND: {refusal}")
        return NotChecked(t("The DICOM port does not answer.")) if refusal.kind == "unreachable" else {}
    return names


def _question(name: str) -> Dataset:
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "STUDY"
    identifier.PatientName = name
    identifier.StudyInstanceUID = identifier.StudyDate = ""
    return identifier


def _log_in(site: LiveSite, steps: list[str]) -> tuple[str, str] | None:
    """The doctor's work: she logs in. Her account; None where she cannot."""
    doctor, account = site.station("doctor"), site.account("doctor")
    doors = site.web_doors(doctor)
    if not doors or account is None:
        return None
    with site.web(doctor, doors[-1], account, trusting=True) as client:
        steps.append(f"{account[0]}: GET /system → {client.get('/system').status_code}")
    return account
