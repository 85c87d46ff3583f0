"""The archive's version has flaws that are published, with an exploit a search away.

Nothing is configured wrongly. The software is old, and the world knows what is wrong with it.
"""

from __future__ import annotations

from lab import references as ref
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import NotChecked, Safe, Severity, Verdict
from lab.probing.repairs import ANOTHER_NAME
from lab.probing.traces import ORTHANC_IS_SILENT
from lab.probing.versions import flaws_of, version_of
from lab.probing.web import Loot, Visitor, attempt, ways
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Scenario, Trace

SCENARIO = Scenario(
    id="outdated",
    title=t("The archive's version has published flaws"),
    group=Group.WATCHING,
    severity=Severity.HIGH,
    minutes=25,
    roles=(t("PACS administrator"), t("head of radiology"), t("data protection officer")),
    story=t(
        "The archive runs, so nobody touches it. Its version stands in /system, which a nightly script may read without a password; what is "
        "wrong with that version stands in the CVE list."
    ),
    misconfiguration={"gateway": {"lends": {"/system": "dr.moreau"}}},
    also=("version-disclosure",),
    hints=(
        t("Read the version as the intruder, and look it up in the CVE list. What could you do with it?"),
        t("No setting makes old software new. Where does this archive come from, and who brings its updates?"),
        t(
            "Upgrade to Orthanc 1.13.0 or newer; until then keep strangers away from it. In the lab: end it (Ctrl-C, or ./pacslab stop), "
            "start it with ./start.sh --newer-orthanc and check again."
        ),
    ),
    fixes=(
        ANOTHER_NAME,
        Fix(
            "fewer-logins",
            t("Limit the requests that bring a password to one a second"),
            {"gateway": {"logins_per_second": 1}},
            Outcome.STILL_OPEN,
            t("A published flaw needs no password to be guessed, and one request is enough."),
        ),
        Fix(
            "upgrade",
            t("Upgrade the archive"),
            {},
            Outcome.REPAIRED,
            t(
                "End the lab (Ctrl-C, or ./pacslab stop) and type ./start.sh --newer-orthanc, with --native or --docker where you start it "
                "so. It fetches Orthanc 1.13.0 or newer from Debian's next release, 70 to 100 MB the first time, and changes nothing of "
                "this machine; patients, site and progress stay. Then check again. Without the option the old Orthanc is back, and the "
                "patients are loaded anew: it cannot work with an index that a newer one has had. (A real archive gets it from its "
                "distribution, the Orthanc project or a current image, after a backup. A distribution may mend a flaw without a new "
                "number: read its security tracker too.)"
            ),
            elsewhere=True,
        ),
        Fix(
            "switch-off",
            t("Switch the archive off until it is upgraded"),
            {},
            Outcome.STOPS_HOSPITAL,
            t("An archive that is off has no flaw, and no images for the emergency department tonight."),
            elsewhere=True,
        ),
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r'^{intruder} - - .*"GET /system HTTP[^"]*" 200 ',
            t("Looking up a version is one harmless line in the gateway's access log."),
        ),
        ORTHANC_IS_SILENT,
    ),
    references=(ref.CVE_2026_10528, ref.CVE_2026, ref.RELEASES, ref.CVE_2023_33466, ref.CVE_2025_0896),
)


def probe(site: LiveSite) -> Verdict:
    """As the intruder on the Internet: read the version, and look it up in the list of published flaws.

    Where no stranger is told the version, nothing can be said from outside: silence repairs no flaw.
    """
    told: list[str] = []

    def look_up(visitor: Visitor) -> Loot | NotChecked | None:
        answer = visitor.get("/system")
        if answer.status_code != 200:
            return None
        told.append(answer.json()["Version"])
        return _known(visitor, told[-1])

    verdict = attempt(site, ways(site), look_up, t("No published flaw is known of this version."))
    if isinstance(verdict, Safe) and not told:
        return NotChecked(
            t(
                "No stranger is told the version, so nothing can be said from outside. Ask pacslab doctor, and the CVE list."
            )
        )
    return verdict


def _known(visitor: Visitor, text: str) -> Loot | NotChecked | None:
    version = version_of(text)
    if version is None:
        return NotChecked(t("{version} is no release whose flaws one could look up.", version=text))
    flaws = flaws_of(version)
    visitor.steps.extend(f"    {flaw.cve} (< {'.'.join(map(str, flaw.fixed))}): {flaw.harm}" for flaw in flaws)
    if not flaws:
        return None
    summary = tn(
        "Orthanc {version} has one published flaw, by its number: {harm}.",
        "Orthanc {version} has {n} published flaws, by its number; the newest: {harm}.",
        len(flaws),
        version=text,
        harm=flaws[-1].harm,
    )
    return Loot(summary)
