"""The archive's web server answers anyone: no account, no password.

The commonest finding of the 2019 survey in its gravest form: an unencrypted web viewer with no access protection at all.
Somebody switched authentication off "for a test", and the router forwards the port.
"""

from __future__ import annotations

from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Severity, Verdict
from lab.probing.web import Loot, Visitor, attempt, records, ways
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="http-no-auth",
    title=t("The web interface asks nobody who they are"),
    group=Group.WEB,
    severity=Severity.CRITICAL,
    minutes=30,
    roles=(t("PACS administrator"), t("network administrator"), t("head of radiology")),
    story=t(
        "A vendor's technician could not get the new viewer to log in, so authentication was switched off “until Monday”, and port 8042 "
        "was forwarded so that the referring doctors could test from home. Monday never came."
    ),
    misconfiguration={
        "orthanc": {"AuthenticationEnabled": False},
        "gateway": {"publish": {"http": ["clinic", "office", "internet"]}},
    },
    also=(
        "http-plaintext",
        "bind-all",
        "http-no-ratelimit",
        "open-viewer",
        "outdated",
        "rest-exfil",
        "version-disclosure",
    ),
    hints=(
        t("Ask the archive for /system as the intruder, then look at which question it did not ask you."),
        t("The users are still in the site: look at the section “users”. What makes Orthanc ask for them?"),
        t('One option of Orthanc decides it: write {{"orthanc": {{"AuthenticationEnabled": true}}}}.'),
    ),
    fixes=(
        Fix(
            "https-only",
            t("Close port 8042 and leave only HTTPS"),
            {"gateway": {"publish": {"http": []}}},
            Outcome.STILL_OPEN,
            t(
                "Encryption keeps others from listening in; it does not ask who is calling. The intruder now reads the archive over TLS."
            ),
        ),
        Fix(
            "hide-explorer",
            t("Switch the web interface Orthanc Explorer off"),
            {"orthanc": {"OrthancExplorerEnabled": False}},
            Outcome.STILL_OPEN,
            t("Only the pages are gone. The REST API behind them still answers everyone, and that is what tools use."),
        ),
        Fix(
            "authentication",
            t("Switch authentication on"),
            {"orthanc": {"AuthenticationEnabled": True}},
            Outcome.REPAIRED,
            t(
                "Every request needs an account again: the intruder gets 401, doctors and administrators log in as before."
            ),
        ),
        Fix(
            "local-only",
            t("Allow no remote access at all"),
            {"orthanc": {"RemoteAccessAllowed": False}},
            Outcome.STOPS_HOSPITAL,
            t(
                "Everybody is remote to the archive, the hospital's own people too: nobody gets in, and the doctor cannot open her patient."
            ),
        ),
        Fix(
            "no-internet",
            t("Publish the web interface inside the hospital only"),
            {"gateway": {"publish": {"http": ["clinic", "office"], "https": ["clinic", "office"]}}},
            Outcome.STILL_OPEN,
            t(
                "Inside, anyone still reads everything without a password: a visitor's laptop in the clinic, for one. The intruder on the "
                "Internet is locked out, and so is the referring doctor who worked from outside with her account."
            ),
        ),
    ),
    traces=(
        Trace(
            Log.ORTHANC,
            "default",
            None,
            t("At its default level Orthanc writes nothing about HTTP requests that succeed."),
        ),
        Trace(
            Log.ORTHANC,
            "verbose",
            r"\(http\) GET /studies",
            t(
                "With --verbose the request is there, but neither address nor user nor status: one cannot tell who it was."
            ),
        ),
        Trace(
            Log.STREAM,
            "default",
            r"^{intruder} .*:8042 ",
            t(
                "The gateway's stream log has the address, the time and how many bytes went out: the only trace by default."
            ),
        ),
    ),
    references=(
        Reference("CVE-2025-0896 (Orthanc before 1.5.8), CISA ICSMA-25-037-02"),
        Reference(
            "CWE-306: Missing Authentication for Critical Function", "https://cwe.mitre.org/data/definitions/306.html"
        ),
        Reference("GDPR, article 32"),
    ),
)


def probe(site: LiveSite) -> Verdict:
    """From the Internet and from a visitor's laptop: ask each web door for the archive's content, without any account."""
    return attempt(
        site,
        ways(site, stations=("intruder", "visitor")),
        _read,
        t("No web door gives anything without an account, neither on the Internet nor inside the clinic."),
    )


def _read(visitor: Visitor) -> Loot | None:
    exposure = records(visitor)
    if exposure is None:
        return None
    summary = tn(
        "Without any account, one patient's record lies open.",
        "Without any account, the records of {n} patients lie open.",
        exposure.patients,
    )
    return Loot(summary, exposure)
