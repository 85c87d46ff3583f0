"""A browser is all it takes: the archive's own web pages show patients and their images to anybody.

This is what the survey of 2019 calls a web viewer without any access protection. Thirty-nine hospitals had one.
"""

from __future__ import annotations

from lab import references as ref
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Exposure, NotChecked, Severity, Verdict
from lab.probing.repairs import NO_REMOTE_ACCESS
from lab.probing.web import Loot, Visitor, attempt, records, ways
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="open-viewer",
    title=t("The web viewer shows patients to anybody"),
    group=Group.WEB,
    severity=Severity.CRITICAL,
    minutes=25,
    roles=(t("PACS administrator"), t("head of radiology"), t("data protection officer")),
    story=t(
        "The tumour board looks at images together, and logging in on the projector's computer took too long. The viewer was opened “for the "
        "meeting room”. The meeting room is on the same network door as the world."
    ),
    misconfiguration={"orthanc": {"AuthenticationEnabled": False}},
    also=("http-no-auth", "outdated", "rest-exfil", "version-disclosure"),
    hints=(
        t("Open the viewer's address as the intruder: what does the first page show, and the first picture?"),
        t("The pages only show what the REST API gives them. Closing the pages leaves the pictures."),
        t('Ask for an account again: {{"orthanc": {{"AuthenticationEnabled": true}}}}.'),
    ),
    fixes=(
        Fix(
            "no-pages",
            t("Switch the web interface Orthanc Explorer off"),
            {"orthanc": {"OrthancExplorerEnabled": False}},
            Outcome.STILL_OPEN,
            t("Only the pages are gone. The addresses of the pictures still answer everyone."),
        ),
        Fix(
            "deny-pages",
            t("Refuse the viewer's pages to the Internet at the gateway"),
            {"gateway": {"deny": {"internet": ["/app/"]}}},
            Outcome.STILL_OPEN,
            t("The frame is refused, the pictures are not: /instances/…/preview needs no page around it."),
        ),
        Fix(
            "authentication",
            t("Switch authentication on"),
            {"orthanc": {"AuthenticationEnabled": True}},
            Outcome.REPAIRED,
            t("Pages and pictures need an account again. The meeting room logs in once in the morning."),
        ),
        NO_REMOTE_ACCESS,
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r'^{intruder} - - .*"GET /instances/[^"]*/preview HTTP[^"]*" 200 ',
            t(
                "The gateway's access log has each picture that was looked at, and a dash where the name of an account should be."
            ),
        ),
        Trace(Log.ORTHANC, "default", None, t("Orthanc writes nothing about who has looked at what.")),
    ),
    references=(
        ref.BOOK_SECURITY,
        ref.T1213,
        Reference("Greenbone Networks, September 2019: 39 web viewers without protection (press)"),
    ),
)
PNG = b"\x89PNG"


def probe(site: LiveSite) -> Verdict:
    """As the intruder on the Internet with a browser: the viewer's page, the list of patients, and a picture."""
    return attempt(site, ways(site), _look, t("No picture is shown without an account."))


def _look(visitor: Visitor) -> Loot | NotChecked | None:
    visitor.get("/app/explorer.html")
    listed = visitor.get("/instances?since=0&limit=1")
    if listed.status_code != 200:
        return None
    if not listed.json():
        return NotChecked(t("There is no picture in the archive that one could look at."))
    picture = visitor.get(f"/instances/{listed.json()[0]}/preview")
    if picture.status_code != 200 or not picture.content.startswith(PNG):
        return None
    # the picture is the harm, whether or not the lists beside it answer
    exposure = records(visitor) or Exposure(patients=1, studies=1, images=1)
    summary = tn(
        "A browser shows the images of one patient, with the name beside them.",
        "A browser shows the images of {n} patients, with their names beside them.",
        exposure.patients,
    )
    return Loot(summary, exposure)
