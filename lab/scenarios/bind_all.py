"""The archive's own port is reachable from everywhere, past the gateway and past the host's firewall.

``docker run -p 8042:8042`` publishes on every address of the machine, and Docker opens the way past ufw. In a compose file
it is the line ``ports: ["8042:8042"]``; with ``127.0.0.1:`` in front, only the proxy on the same machine gets in.
"""

from __future__ import annotations

from lab import references as ref
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Evidence, Safe, Severity, Verdict, Vulnerable
from lab.probing.repairs import TLS_ONLY_1_3
from lab.probing.traces import ORTHANC_IS_SILENT
from lab.probing.web import Loot, Visitor, attempt, records, ways
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Scenario, Trace
from lab.site.zones import Door

SCENARIO = Scenario(
    id="bind-all",
    title=t("The archive's own port is open to everywhere"),
    group=Group.WEB,
    severity=Severity.HIGH,
    minutes=25,
    roles=(t("PACS administrator"), t("network administrator")),
    story=t(
        "The archive moved into a container, started with -p 8042:8042 as in the tutorial. That publishes the port on every address of the "
        "machine, and Docker does not ask the firewall. The gateway still stands there; nobody has to pass it."
    ),
    misconfiguration={"gateway": {"publish": {"http": ["clinic", "office", "internet"]}}},
    also=("http-plaintext", "http-no-ratelimit", "version-disclosure"),
    hints=(
        t("From the Internet, try port 8042 instead of 8443. Who answers, the gateway or the archive?"),
        t(
            "In a compose file the line would be ports: [“8042:8042”] instead of [“127.0.0.1:8042:8042”]. In the site it is a door that the "
            "gateway publishes."
        ),
        t('Publish the archive\'s own port nowhere: {{"gateway": {{"publish": {{"http": []}}}}}}.'),
    ),
    fixes=(
        TLS_ONLY_1_3,
        Fix(
            "not-internet",
            t("Publish the port inside the hospital only"),
            {"gateway": {"publish": {"http": ["clinic", "office"]}}},
            Outcome.STILL_OPEN,
            t(
                "The Internet is shut out. In the clinic any laptop reaches the archive past TLS, past the limits and past the access log."
            ),
        ),
        Fix(
            "other-port",
            t("Publish the port under another number: -p 9042:8042"),
            {},
            Outcome.STILL_OPEN,
            t(
                "Who searches looks at every port, and the archive tells each of them what it is. (The lab's doors have fixed numbers, so "
                "that it is not made here.)"
            ),
            elsewhere=True,
        ),
        Fix(
            "gateway-only",
            t("Publish only what passes the gateway: HTTPS"),
            {"gateway": {"publish": {"http": []}}},
            Outcome.REPAIRED,
            t(
                "The archive is reached through the gateway alone, which encrypts, limits and writes down. In a container: -p 127.0.0.1:8042:8042; "
                "without one, from Orthanc 1.12.10 on: HttpBindAddresses."
            ),
        ),
        Fix(
            "clinic-only",
            t("Publish nothing outside the clinic"),
            {"gateway": {"publish": {"http": [], "https": ["clinic"]}}},
            Outcome.STOPS_HOSPITAL,
            t("Nobody reaches the archive from outside, the referring doctor and the administrator's office included."),
        ),
    ),
    traces=(
        Trace(
            Log.STREAM,
            "default",
            r"^{intruder} .*:8042 ",
            t(
                "In the lab the port is forwarded, and leaves a line with address and bytes. A port that Docker publishes leaves none."
            ),
        ),
        ORTHANC_IS_SILENT,
    ),
    references=(ref.CWE_668, ref.DOCKER_PORTS),
)


def probe(site: LiveSite) -> Verdict:
    """From the Internet and from a visitor's laptop: does the archive's own port answer, and what does a stolen password open there?"""
    tries = [way for way in ways(site, "doctor", stations=("intruder", "visitor")) if way.door is Door.HTTP]
    closed = t("The archive's own port is closed; the gateway is the only way to it.")
    verdict = attempt(site, tries, _reach, closed)
    if isinstance(verdict, Safe) and tries:  # a port that asks for a password is open too
        zone = tries[0].station.zone.label
        summary = t(
            "The archive itself answers in zone {zone}, past the gateway; no password opened it yet.", zone=zone
        )
        return Vulnerable(Evidence(summary, verdict.evidence.steps))
    return verdict


def _reach(visitor: Visitor) -> Loot | None:
    exposure = records(visitor)
    if exposure is None:
        return None
    summary = tn(
        "The archive itself answers here, past the gateway: a stolen password opens one patient's record.",
        "The archive itself answers here, past the gateway: a stolen password opens the records of {n} patients.",
        exposure.patients,
    )
    return Loot(summary, exposure)
