"""An altered image is served as if nothing had happened.

Orthanc notes a checksum when it stores a file, and never compares it by itself. Whoever gets at the disk can put a tumour
into a scan or take one out.
"""

from __future__ import annotations

import json
from typing import Any

import httpx

from lab.clients.clinic import foreign_image
from lab.clients.live import LiveSite
from lab.clients.patience import unhurried
from lab.errors import SandboxError
from lab.i18n import t
from lab.model import Attribute, Evidence, Exposure, NotChecked, Safe, Severity, Verdict, Vulnerable
from lab.probing.logs import await_line
from lab.sandbox.protocol import Log
from lab.scenario import AUDIT, Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="no-integrity",
    title=t("Nobody notices that an image was altered"),
    group=Group.WATCHING,
    severity=Severity.HIGH,
    minutes=35,
    roles=(t("PACS administrator"), t("system administrator"), t("head of radiology")),
    story=t(
        "The nightly verification of the storage took too long, so it was put off until the new disks would come. The disks came, and the "
        "job was forgotten. Since then nobody could say whether the images are still those that the scanner took."
    ),
    misconfiguration={"host": {"verification": {"by": "nobody"}}},
    hints=(
        t("Orthanc keeps a checksum of each file. When does it compare it?"),
        t("Who asks Orthanc may get an answer from its memory instead of from the disk. Who should read the disk?"),
        t('A job must read the disk itself: {{"host": {{"verification": {{"by": "disk"}}}}}}.'),
    ),
    fixes=(
        Fix(
            "checksums",
            t("Have checksums taken when images are stored"),
            {"orthanc": {"StoreMD5ForAttachments": True}},
            Outcome.STILL_OPEN,
            t("They have always been taken. A checksum that nobody compares protects nothing."),
        ),
        Fix(
            "rarely",
            t("Have a job read the disk once in a long while"),
            {"host": {"verification": {"by": "disk", "every_seconds": 86_400}}},
            Outcome.STILL_OPEN,
            t(
                "By the time it looks, the image has been read by everybody, and the backups hold the altered one too. How often the job runs "
                "is how long a lie may live."
            ),
        ),
        Fix(
            "from-disk",
            t("Have a nightly job read the disk and compare the checksums"),
            {"host": {"verification": {"by": "disk"}}},
            Outcome.REPAIRED,
            t(
                "The altered image is named the next night. Who can alter the checksums too is only stopped by digital signatures."
            ),
        ),
        Fix(
            "freeze",
            t("Verify the disk, and accept no more images until that is done"),
            {"host": {"verification": {"by": "disk"}}, "modalities": {"ct": {"store": False}}},
            Outcome.STOPS_HOSPITAL,
            t("Verification is never done: there is another night tomorrow. Meanwhile the CT cannot store."),
        ),
    ),
    traces=(
        Trace(
            Log.ORTHANC,
            AUDIT,
            r'AUDIT .*"received"',
            t("The arrival of the image is there, with its time; nothing is there of its alteration."),
        ),
        Trace(Log.HOST, "default", None, t("Nothing: no job of the machine looks at the files.")),
    ),
    references=(
        Reference("CWE-353: Missing Support for Integrity Check", "https://cwe.mitre.org/data/definitions/353.html"),
        Reference("DICOM PS3.15, annex C: digital signature profiles"),
        Reference("GDPR, article 5 (1) f"),
    ),
    alone=True,
)

_PATIENCE_SECONDS = 3.0


def probe(site: LiveSite) -> Verdict:
    """As an intruder on the archive's disk: alter an image (one of the probe's own), and see whether anybody says so."""
    start, steps = site.machine.log_end(Log.HOST), list[str]()
    try:
        with site.console(site.account("administrator")) as archive:
            answer = archive.post("/instances", content=foreign_image().encode())
            if answer.status_code != 200:
                return NotChecked(t("The archive took in no image to alter ({status}).", status=answer.status_code))
            image = str(answer.json()["ID"])
            try:
                noticed = _alter(site, archive, image, start, steps)
            finally:
                with unhurried():
                    archive.delete(f"/instances/{image}")
    except (httpx.HTTPError, SandboxError) as error:
        return NotChecked(t("The image could not be altered: {error}.", error=error))
    if noticed is not None:
        return Safe(Evidence(t("The next verification names the altered image."), (*steps, noticed)))
    person = foreign_image().dataset
    exposure = Exposure(
        patients=1,
        studies=1,
        images=1,
        attributes=(Attribute.NAME, Attribute.PATIENT_ID),
        samples=((str(person.PatientName), str(person.PatientID)),),
        since=str(person.StudyDate),
    )
    steps.append(f"{Log.HOST}: -")
    return Vulnerable(Evidence(t("An image was altered on the disk, and nobody noticed."), tuple(steps), exposure))


def _alter(site: LiveSite, archive: httpx.Client, image: str, start: int, steps: list[str]) -> str | None:
    """Alter the image and wait for a line that names it; the line."""
    before = archive.get(f"/instances/{image}/file")
    site.machine.alter(image)
    after = archive.get(f"/instances/{image}/file")
    steps.append(f"GET /instances/{image}/file → {len(before.content)} bytes")
    # Orthanc 1.13 compares the checksum when it reads the disk, and gives the image out no more (500); its memory, it believes
    served = "refused" if after.status_code != 200 else "the same" if before.content == after.content else "altered"
    steps.append(f"one byte of its file on the disk altered; GET again → {served}, {after.status_code}")
    return await_line(site.machine, {Log.HOST: start}, lambda line: image in _bad(line), _PATIENCE_SECONDS)


def _bad(line: str) -> list[Any]:
    """The images that a line of the verification calls altered."""
    try:
        found = json.loads(line)
    except ValueError:
        return []
    return list(found.get("bad") or []) if isinstance(found, dict) else []
