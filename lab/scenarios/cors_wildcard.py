"""Any web page may read the archive through a doctor's browser.

The doctor is logged in to the archive in one window, and opens a page of somebody else in another. That page asks the
archive in her name; the browser lets it read the answer, because the hospital's gateway says that every origin may.
"""

from __future__ import annotations

from lab import references as ref
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Exposure, NotChecked, Severity, Verdict
from lab.probing.repairs import NO_REMOTE_ACCESS
from lab.probing.traces import ORTHANC_IS_SILENT
from lab.probing.web import Loot, Visitor, Way, attempt, records
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Scenario, Trace
from lab.site.zones import Door

SCENARIO = Scenario(
    id="cors-wildcard",
    title=t("Any web page may read the archive through a doctor's browser"),
    group=Group.WEB,
    severity=Severity.HIGH,
    minutes=35,
    roles=(t("PACS administrator"), t("network administrator")),
    story=t(
        "The hospital's viewer moved to an address of its own, and browsers refused it the archive's answers. A line from a forum helped: "
        "allow every origin, with credentials. It helps every other page too."
    ),
    misconfiguration={"gateway": {"cors": {"origins": ["*"], "credentials": True}}},
    hints=(
        t("Send a request as the doctor with “Origin: https://evil.example”. What does the gateway tell the browser?"),
        t("A browser compares the whole origin. What does a star match, and what else?"),
        t('Name the one viewer: {{"gateway": {{"cors": {{"origins": ["https://viewer.hospital.example"]}}}}}}.'),
    ),
    fixes=(
        Fix(
            "begins-with",
            t("Allow every origin that begins with the viewer's address"),
            {"gateway": {"cors": {"origins": ["https://viewer.hospital.example*"]}}},
            Outcome.STILL_OPEN,
            t("https://viewer.hospital.example.evil.example begins with it too, and anybody may register it."),
        ),
        Fix(
            "null",
            t("Allow the viewer, and “null” for pages opened from a file"),
            {"gateway": {"cors": {"origins": ["https://viewer.hospital.example", "null"]}}},
            Outcome.STILL_OPEN,
            t(
                "Every page can give itself the origin “null”, in a frame that is sandboxed. It stands for nobody in particular: for everybody."
            ),
        ),
        Fix(
            "exact",
            t("Allow the viewer's exact origin and no other"),
            {"gateway": {"cors": {"origins": ["https://viewer.hospital.example"]}}},
            Outcome.REPAIRED,
            t("The browser hands the answer to the hospital's viewer only. Every other page asks, and may not read."),
        ),
        NO_REMOTE_ACCESS,
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r'^{doctor} - dr\.moreau .*"GET /studies',
            t(
                "The doctor's own address and account, asking for studies: just like her work. Only the origin differs, and it is not logged."
            ),
        ),
        ORTHANC_IS_SILENT,
    ),
    references=(ref.CWE_942, ref.FETCH, ref.BOOK_NGINX),
)

# A stranger's page; one without an origin; names that anybody may register; and the viewer's own name without TLS, where
# whoever sits on the way writes the page.
ORIGINS = (
    "https://evil.example",
    "null",
    "https://viewer.hospital.example.evil.example",
    "https://evilviewer.hospital.example",
    "http://viewer.hospital.example",
)
PAGES = ("/patients", "/studies", "/instances")
"""Where a page would ask: one of them refused is not the archive closed."""


def probe(site: LiveSite) -> Verdict:
    """As the doctor's browser, with a foreign page open: ask in her name, and judge the answer as a browser does (Fetch, CORS)."""
    doctor, account = site.station("doctor"), site.account("doctor")
    if site.web_doors(doctor) == (Door.HTTP,):
        return NotChecked(
            t("Only the archive’s own port is open, and there the gateway adds no headers: that is http-plaintext.")
        )
    if not site.answers(doctor, Door.HTTPS):
        return NotChecked(t("The door https is closed on the Internet, and only there the gateway adds headers."))
    if account is None:
        return NotChecked(t("There is no doctor's account whose browser could be abused."))
    return attempt(
        site,
        [Way(doctor, Door.HTTPS, account)],
        _ask,
        t("A page of another origin may not read what the browser gets."),
    )


def _ask(visitor: Visitor) -> Loot | None:
    asked = (f"{page}?since=0&limit=1" for page in PAGES)
    shown = next((page for page in asked if visitor.get(page).status_code == 200), "")
    for origin in ORIGINS if shown else ():
        answer = visitor.ask("GET", shown, headers={"Origin": origin})
        allowed = answer.headers.get("Access-Control-Allow-Origin")
        lent = answer.headers.get("Access-Control-Allow-Credentials")
        visitor.steps.append(f"    Origin: {origin} → Access-Control-Allow-Origin: {allowed}, …-Credentials: {lent}")
        if answer.status_code == 200 and allowed == origin and lent == "true":
            return _loot(visitor, origin)
    return None


def _loot(visitor: Visitor, origin: str) -> Loot:
    exposure = records(visitor) or Exposure(patients=1)
    summary = tn(
        "A page of {origin} reads one patient's record through the doctor's browser.",
        "A page of {origin} reads the records of {n} patients through the doctor's browser.",
        exposure.patients,
        origin=origin,
    )
    return Loot(summary, exposure)
