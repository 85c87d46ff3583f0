"""The archive is a network drive: patients are folders, and anybody may look into them.

WebDAV lets a file manager mount the archive. No DICOM is needed to read the names: they are the names of the folders.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

from lab import references as ref
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Attribute, NotChecked, Severity, Verdict
from lab.probing.repairs import NO_REMOTE_ACCESS, deny_outside
from lab.probing.web import Loot, Visitor, attempt, exposure, ways
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Scenario, Trace

SCENARIO = Scenario(
    id="webdav-open",
    title=t("The archive is a network drive for anybody"),
    group=Group.WEB,
    severity=Severity.HIGH,
    minutes=25,
    roles=(t("PACS administrator"), t("network administrator")),
    story=t(
        "A research group wanted the archive as a drive on its computers. The drive asked for a password at every start, so the gateway was "
        "told to give it. The study ended two years ago; the drive did not."
    ),
    misconfiguration={"orthanc": {"WebDavEnabled": True}, "gateway": {"lends": {"/webdav/": "dr.moreau"}}},
    hints=(
        t("Ask for the folder /webdav/by-patients/ as the intruder (method PROPFIND). What are its folders called?"),
        t("Two things came together: a drive that nobody uses any more, and an account that the gateway lends."),
        t(
            'Switch the drive off: {{"orthanc": {{"WebDavEnabled": false}}, "gateway": {{"lends": {{"/webdav/": null}}}}}}.'
        ),
    ),
    fixes=(
        Fix(
            "no-upload",
            t("Let nobody copy files into the drive"),
            {"orthanc": {"WebDavUploadAllowed": False}},
            Outcome.STILL_OPEN,
            t("Nothing comes in any more. What goes out are the names of all patients, and their images."),
        ),
        deny_outside("/webdav/"),
        Fix(
            "off",
            t("Switch WebDAV off and lend no account for it"),
            {"orthanc": {"WebDavEnabled": False}, "gateway": {"lends": {"/webdav/": None}}},
            Outcome.REPAIRED,
            t("There is no drive any more. Who needs images asks the archive as everybody else does, with an account."),
        ),
        NO_REMOTE_ACCESS,
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r'^{intruder} - - .*"PROPFIND /webdav/by-patients/',
            t(
                "The gateway's access log has the method PROPFIND, which no browser and no viewer uses: easy to find, if somebody looks."
            ),
        ),
        Trace(Log.ORTHANC, "default", None, t("Orthanc writes nothing about folders that were listed.")),
    ),
    references=(ref.WEBDAV, ref.T1213, ref.BOOK_SECURITY),
)

ROOTS = ("by-patients", "by-studies", "by-dates", "by-uids")
"""The same images, sorted in four ways: who closes one folder leaves three."""
DEPTH = 3
_NAMES = re.compile(r"<D:displayname>(.*?)</D:displayname>")
_BETWEEN = " - "  # Orthanc calls a patient's folder "ID - NAME", a study's "ID - NAME - DESCRIPTION"
_STUDY = "study.json"  # what a folder that is named by a UID holds about its study


def probe(site: LiveSite) -> Verdict:
    """Without an account, from the Internet and from a visitor's laptop: look for patients in the drive's folders (RFC 4918, 9.1)."""
    return attempt(site, ways(site, stations=("intruder", "visitor")), _list, t("No drive answers without an account."))


def _list(visitor: Visitor) -> Loot | NotChecked | None:
    answered = False
    for root in ROOTS:
        folder = f"/webdav/{root}/"
        names = _open(visitor, folder)
        answered |= names is not None
        if people := _people(visitor, folder, names or [], DEPTH):
            return _loot(people, (_open(visitor, "/webdav/by-dates/") or [""])[0])
    return NotChecked(t("The drive is there, and no patient in it.")) if answered else None


def _open(visitor: Visitor, folder: str) -> list[str] | None:
    """What lies in a folder of the drive; None when it is refused."""
    answer = visitor.ask("PROPFIND", folder, headers={"Depth": "1"})
    return [unescape(name) for name in _NAMES.findall(answer.text)[1:]] if answer.status_code == 207 else None


def _people(visitor: Visitor, folder: str, names: list[str], depth: int) -> dict[str, str]:
    """Names by patient number, as the folders are called here or below the first of them."""
    parts = [name.split(_BETWEEN) for name in names]
    people = {part[0]: part[1] for part in parts if len(part) > 1}
    if _STUDY in names:
        about = visitor.get(f"{folder}{_STUDY}").json()["PatientMainDicomTags"]
        people = {about["PatientID"]: about["PatientName"]}
    if people or not names or not depth:
        return people
    below = f"{folder}{quote(names[0])}/"
    return _people(visitor, below, _open(visitor, below) or [], depth - 1)


def _loot(people: dict[str, str], since: str) -> Loot:
    rows = [[name, number] for number, name in people.items()]
    got = exposure([Attribute.NAME, Attribute.PATIENT_ID], rows, patients=len(people), dates=[since])
    summary = tn(
        "The drive shows the folder of one patient, by name, to anybody.",
        "The drive shows the folders of {n} patients, by name, to anybody.",
        got.patients,
    )
    return Loot(summary, got)
