"""The archive tells strangers which product it is, and which version.

With that, nobody need try anything: the flaws of a version are published, and search engines list who runs it.
"""

from __future__ import annotations

from lab import references as ref
from lab.clients.dimse import Peer
from lab.clients.live import LiveSite
from lab.i18n import t
from lab.model import Evidence, Safe, Severity, Verdict
from lab.probing.dimse import OUTSIDER, Attempt, Came, introduction
from lab.probing.repairs import ANOTHER_NAME, NOT_FROM_OUTSIDE
from lab.probing.traces import ORTHANC_IS_SILENT
from lab.probing.web import Loot, Visitor, attempt, ways
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Scenario, Trace

SCENARIO = Scenario(
    id="version-disclosure",
    title=t("The archive tells strangers its product and version"),
    group=Group.WEB,
    severity=Severity.LOW,
    minutes=20,
    roles=(t("PACS administrator"), t("network administrator")),
    story=t(
        "A script checks every night whether the archive is alive, and asks for /system. So that it needs no password, the gateway lends it "
        "one. And the question for the password carries the product's name since the gateway's template was replaced."
    ),
    misconfiguration={"gateway": {"hide_product": False, "lends": {"/system": "dr.moreau"}}},
    also=("outdated",),
    hints=(
        t("Ask for /system as the intruder, and look at the headers of an answer with status 401."),
        t("There are two places: an address that is served to anybody, and a header that Orthanc writes."),
        t('Close both: {{"gateway": {{"hide_product": true, "lends": {{"/system": null}}}}}}.'),
    ),
    fixes=(
        ANOTHER_NAME,
        Fix(
            "system-only",
            t("Lend nobody an account for /system"),
            {"gateway": {"lends": {"/system": None}}},
            Outcome.STILL_OPEN,
            t(
                "The version is gone. The question for the password still says “Orthanc Secure Area”, and search engines collect exactly that."
            ),
        ),
        Fix(
            "no-scanners",
            t("Refuse the search engines' scanners, by the name they give themselves (User-Agent)"),
            {"gateway": {"deny_agents": ["zgrab", "masscan", "censys", "shodan"]}},
            Outcome.STILL_OPEN,
            t("Those who say who they are stay out. Everybody else says “Mozilla” and is told product and version."),
        ),
        Fix(
            "both",
            t("Lend no account, and let the gateway ask for the password"),
            {"gateway": {"hide_product": True, "lends": {"/system": None}}},
            Outcome.REPAIRED,
            t(
                "A stranger meets a web server that wants a password. Hiding repairs no flaw; it keeps the archive off the lists of those who "
                "search. Over DICOM it hides nothing: whoever gets an association reads in it the toolkit's name and version, "
                "OFFIS_DCMTK_…, and Orthanc has no option for that. Only who gets no association is not told."
            ),
        ),
        NOT_FROM_OUTSIDE,
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r'^{intruder} - - .*"GET /system HTTP[^"]*" 200 ',
            t("One line in the gateway's access log, like those of the nightly script."),
        ),
        ORTHANC_IS_SILENT,
    ),
    references=(ref.T1592, ref.CWE_200),
)


ON_THE_WEB = t("On the web a stranger learns neither product nor version.")


def probe(site: LiveSite) -> Verdict:
    """As the intruder on the Internet: ask for the version, and read the headers of the refusal.

    Where the web tells nothing, associations are asked for what they tell of the software (PS3.7 D.3.3.2). That is what remains,
    and never a weakness: nobody can switch it off.
    """
    verdict = attempt(site, ways(site), _read, ON_THE_WEB)
    if not isinstance(verdict, Safe):
        return verdict
    told, steps = _introductions(site)
    remains = t(
        "{web} Over DICOM an association still tells a stranger that the toolkit is {name}: no option of Orthanc hides it, only who gets "
        "no association is not told.",
        web=ON_THE_WEB,
        name=", ".join(sorted(told)),
    )
    return Safe(Evidence(remains if told else ON_THE_WEB, (*verdict.evidence.steps, *steps)))


def _introductions(site: LiveSite) -> tuple[set[str], list[str]]:
    """The names of the archive's software that strangers hear over DICOM, and the notes of how they asked."""
    tries, told = Attempt(site, "A-ASSOCIATE"), set[str]()

    def listen(peer: Peer) -> Came:
        name, uid = introduction(peer)
        told.add(name or uid)
        return Came(f"implementation {name} ({uid})")

    for name in ("intruder", "visitor"):
        tries.once(site.dicom(site.station(name), OUTSIDER), listen)
    return told, tries.steps


def _read(visitor: Visitor) -> Loot | None:
    answer = visitor.get("/system")
    if answer.status_code == 200:
        version = answer.json()["Version"]
        return Loot(t("A stranger learns that this is Orthanc {version}.", version=version))
    question = answer.headers.get("WWW-Authenticate", "")
    visitor.steps.append(f"    WWW-Authenticate: {question}")
    if "orthanc" in question.lower():
        return Loot(t("A stranger learns from the question for the password that this is Orthanc."))
    return None
