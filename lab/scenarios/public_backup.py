"""A copy of the storage lies below the gateway's web root, and the web server hands it out.

The archive asks for an account; its copy does not. Search engines find listed folders by themselves.
"""

from __future__ import annotations

import httpx

from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Evidence, NotChecked, Safe, Severity, Verdict, Vulnerable
from lab.probing.holdings import exposure_of_index
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace
from lab.site.zones import Door

SCENARIO = Scenario(
    id="public-backup",
    title=t("A backup of the archive lies on the web"),
    group=Group.WATCHING,
    severity=Severity.CRITICAL,
    minutes=25,
    roles=(t("PACS administrator"), t("system administrator"), t("network administrator")),
    story=t(
        "Before the archive moved to a new machine, somebody copied its storage to the gateway, because the new machine could fetch it from "
        "there by HTTPS. The move went well. Nobody thought of the copy again."
    ),
    misconfiguration={
        "host": {"backup": {"place": "web", "encrypted": False}},
        "gateway": {"list_folders": True, "publish": {"https": ["clinic", "office", "internet"]}},
    },
    hints=(
        t(
            "The archive asks everybody who they are. Does the gateway have anything to give that does not come from the archive?"
        ),
        t("Not to list a folder does not close it. Which names would somebody try who knows Orthanc?"),
        t(
            'A backup belongs where no web server looks, and encrypted: {{"host": {{"backup": {{"place": "vault", "encrypted": true}}}}, '
            '"gateway": {{"list_folders": false}}}}.'
        ),
    ),
    fixes=(
        Fix(
            "no-index",
            t("Ask search engines not to list the folder"),
            {"gateway": {"headers": {"X-Robots-Tag": "noindex"}}},
            Outcome.STILL_OPEN,
            t("Only polite search engines obey. Everybody else opens the folder as before."),
        ),
        Fix(
            "no-listing",
            t("Switch the listing of folders off"),
            {"gateway": {"list_folders": False}},
            Outcome.STILL_OPEN,
            t(
                "The folder is no longer shown, but /backup/index is still handed out to whoever asks for it by its well-known name."
            ),
        ),
        Fix(
            "vault",
            t("Move the backup into a vault, encrypt it, and list nothing"),
            {"host": {"backup": {"place": "vault", "encrypted": True}}, "gateway": {"list_folders": False}},
            Outcome.REPAIRED,
            t(
                "The web server has nothing to give, and the vault one file that only the hospital’s safe can open. pacslab inventory says "
                "whom a copy names."
            ),
        ),
        Fix(
            "close-https",
            t("Close HTTPS until the copy is deleted"),
            {"gateway": {"publish": {"https": []}}},
            Outcome.STOPS_HOSPITAL,
            t("The copy cannot be fetched, and the doctor cannot open her patient any more. The copy is still there."),
        ),
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r'^{intruder} .*"GET /backup/index HTTP/1\.1" 200 ',
            t("The gateway notes who fetched which file, and how many bytes: look for 200 below /backup/."),
        ),
        Trace(Log.ORTHANC, "verbose", None, t("Nothing: the copy is handed out without asking Orthanc.")),
    ),
    references=(
        Reference(
            "CWE-530: Exposure of Backup File to an Unauthorized Control Sphere",
            "https://cwe.mitre.org/data/definitions/530.html",
        ),
        Reference("GDPR, articles 32 and 33"),
    ),
)

_SQLITE = b"SQLite format 3\0"


def probe(site: LiveSite) -> Verdict:
    """As the intruder on the Internet: open the folder that every scanner tries, then the files that Orthanc always has."""
    intruder, steps = site.station("intruder"), list[str]()
    doors = site.web_doors(intruder)
    if not doors:
        return Safe(Evidence(t("No web door answers on the Internet.")))
    if Door.HTTPS not in doors:
        return NotChecked(
            t("Only the archive’s own port is open, and the gateway’s web server is not asked: that is http-plaintext.")
        )
    for door in doors:
        url = site.url(intruder.zone, door)
        with site.web(intruder, door, trusting=True) as client:

            def read(name: str, client: httpx.Client = client, url: str = url) -> bytes | None:
                answer = client.get(f"/backup/{name}")
                steps.append(f"GET {url}/backup/{name} → {answer.status_code}, {len(answer.content)} bytes")
                wanted = name.endswith("-wal") or answer.content.startswith(_SQLITE) or not name
                return answer.content if answer.status_code == 200 and wanted else None

            try:
                listed = read("")
                exposure = exposure_of_index(read)
            except httpx.HTTPError as error:
                return NotChecked(t("The gateway's answer broke off: {error}.", error=type(error).__name__))
        if exposure is not None:
            how = t("listed for everybody") if listed and b"Index of" in listed else t("under a name that one guesses")
            summary = tn(
                "A copy of the archive lies on the web, {how}: one patient.",
                "A copy of the archive lies on the web, {how}: {n} patients.",
                exposure.patients,
                how=how,
            )
            return Vulnerable(Evidence(summary, tuple(steps), exposure))
    return Safe(Evidence(t("The web server hands out no copy of the archive."), tuple(steps)))
