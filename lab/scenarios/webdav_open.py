"""The archive is a network drive: patients are folders, and anybody may look into them.

WebDAV lets a file manager mount the archive. No DICOM is needed to read the names: they are the names of the folders.
"""

from __future__ import annotations

import re
from html import unescape

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

FOLDER = "/webdav/by-patients/"
_NAMES = re.compile(r"<D:displayname>(.*?)</D:displayname>")


def probe(site: LiveSite) -> Verdict:
    """Without an account, from the Internet and from a visitor's laptop: list the folder of patients (RFC 4918, 9.1)."""
    return attempt(site, ways(site, stations=("intruder", "visitor")), _list, t("No drive answers without an account."))


def _list(visitor: Visitor) -> Loot | NotChecked | None:
    answer = visitor.ask("PROPFIND", FOLDER, headers={"Depth": "1"})
    if answer.status_code != 207:
        return None
    folders = [unescape(name).partition(" - ") for name in _NAMES.findall(answer.text) if " - " in name]
    if not folders:
        return NotChecked(t("The drive is there, and no patient in it."))
    rows = [[name, number] for number, _, name in folders]
    got = exposure([Attribute.NAME, Attribute.PATIENT_ID], rows, patients=len(folders))
    summary = tn(
        "The drive shows the folder of one patient, by name, to anybody.",
        "The drive shows the folders of {n} patients, by name, to anybody.",
        got.patients,
    )
    return Loot(summary, got)
