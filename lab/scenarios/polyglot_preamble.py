"""A DICOM file that is a program as well, taken in and handed on unchanged.

The first 128 bytes of a DICOM file are free for anything (PS3.10, 7.1), also for the head of a program. Orthanc keeps what
comes over HTTP byte by byte. A harmless marker stands for the program here.
"""

from __future__ import annotations

import time

import httpx

from lab.clients.clinic import foreign_image
from lab.clients.live import LiveSite
from lab.clients.patience import unhurried
from lab.i18n import t
from lab.model import Attribute, Evidence, Exposure, NotChecked, Safe, Severity, Verdict, Vulnerable
from lab.sandbox.protocol import Log
from lab.scenario import AUDIT, Fix, Group, Outcome, Reference, Scenario, Trace
from lab.site.zones import Door, Station

SCENARIO = Scenario(
    id="polyglot-preamble",
    title=t("A file may be an image and a program at once"),
    group=Group.WATCHING,
    severity=Severity.MEDIUM,
    minutes=30,
    roles=(t("PACS administrator"), t("modality engineer"), t("system administrator")),
    story=t(
        "Patients bring CDs from other hospitals, and reception imports them by the web interface. One of the files opens in the viewer as "
        "a scan and starts as a program when somebody double-clicks it. The virus scanner on the workstation then deletes the patient’s scan."
    ),
    misconfiguration={"filters": {"preamble": False}},
    hints=(
        t(
            "Import a file whose first 128 bytes say something, then fetch it again as a colleague would. What do they say now?"
        ),
        t("C-STORE sends no preamble, HTTP does. The archive must do on arrival over HTTP what DICOM does by itself."),
        t('A filter sets the preamble to zeros as a file arrives: {{"filters": {{"preamble": true}}}}.'),
    ),
    fixes=(
        Fix(
            "transcode",
            t("Have what arrives converted to explicit VR little endian"),
            {"orthanc": {"IngestTranscoding": "1.2.840.10008.1.2.1"}},
            Outcome.STILL_OPEN,
            t(
                "A file that has this transfer syntax already, as nearly all have, is stored as it came, with its preamble."
            ),
        ),
        Fix(
            "zero",
            t("Set the preamble to zeros as a file arrives"),
            {"filters": {"preamble": True}},
            Outcome.REPAIRED,
            t(
                "The image is the same and the program has lost its head. pacslab deidentify empties preambles, too, in what leaves the hospital."
            ),
        ),
        Fix(
            "read-only",
            t("Let nobody write over HTTP any more"),
            {"users": {"admin": {"role": "doctor"}}},
            Outcome.STOPS_HOSPITAL,
            t("No CD can be imported, and the administrator cannot correct or delete anything."),
        ),
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r'^{administrator} .*"POST /instances HTTP',
            t("The gateway notes the import, like any other: what the file contains it does not see."),
        ),
        Trace(
            Log.ORTHANC,
            AUDIT,
            r'AUDIT .*"received"',
            t("The audit line says who imported which image. Nothing tells it from a harmless one."),
        ),
    ),
    references=(
        Reference("CVE-2019-11687", "https://nvd.nist.gov/vuln/detail/CVE-2019-11687"),
        Reference("DICOM PS3.10, 7.1: DICOM file meta information"),
    ),
    alone=True,
)

# What the head of a program looks like to a scanner, and words that do nothing.
MARKER = b"MZ pacslab: a harmless marker, no program"
_PREAMBLE = 128
_PATIENCE_SECONDS = 1.5


def probe(site: LiveSite) -> Verdict:
    """As the patient whose CD reception imports: does a colleague get the marker back?"""
    office, steps = site.station("administrator"), list[str]()
    doors = site.web_doors(office)
    if not doors:
        return Safe(Evidence(t("No web door answers in the office, so nothing is imported over HTTP.")))
    try:
        return _import(site, office, doors[-1], steps)
    except httpx.HTTPError as error:
        return NotChecked(t("The gateway's answer broke off: {error}.", error=type(error).__name__))


def _import(site: LiveSite, office: Station, door: Door, steps: list[str]) -> Verdict:
    image = foreign_image()
    file = MARKER.ljust(_PREAMBLE, b"\0") + image.encode()[_PREAMBLE:]
    with site.web(office, door, site.account("administrator"), trusting=True) as client:
        answer = client.post("/instances", content=file)
        steps.append(f"POST /instances ({len(file)} bytes, preamble {MARKER.decode()!r}) → {answer.status_code}")
        if answer.status_code >= 500 or answer.status_code == 429:
            return NotChecked(t("The archive took in no image ({status}).", status=answer.status_code))
        if answer.status_code != 200:
            return Safe(Evidence(t("The import is refused."), tuple(steps)))
        where = f"/instances/{answer.json()['ID']}"
        try:
            served = _served(client, where)
        finally:
            with unhurried():
                steps.append(f"DELETE {where} → {client.delete(where).status_code}")
    if served is None:
        return NotChecked(t("The imported image is not there any more, so nothing can be said about its preamble."))
    steps.insert(1, f"GET {where}/file → {served[: len(MARKER)]!r} …")
    if not served.startswith(MARKER):
        return Safe(Evidence(t("The image comes back with an empty preamble."), tuple(steps)))
    exposure = Exposure(
        patients=1,
        studies=1,
        images=1,
        attributes=(Attribute.NAME, Attribute.PATIENT_ID),
        samples=((str(image.dataset.PatientName), str(image.dataset.PatientID)),),
        since=str(image.dataset.StudyDate),
    )
    summary = t("The archive hands the marker on unchanged, within the image of a patient.")
    return Vulnerable(Evidence(summary, tuple(steps), exposure))


def _served(client: httpx.Client, where: str) -> bytes | None:
    """What the archive gives back, once a filter has had the time to change it; None when it is not there."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        answer = client.get(f"{where}/file")
        content = answer.content[:_PREAMBLE] if answer.status_code == 200 else None
        if time.monotonic() > deadline or (content is not None and not any(content)):
            return content
        time.sleep(0.05)
