"""The archive tells anybody how many patients it has, and how busy it is.

No name is in it. But who looks for a worthwhile target learns that here is one.
"""

from __future__ import annotations

import re

from lab import references as ref
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import Exposure, Severity, Verdict
from lab.probing.repairs import NO_REMOTE_ACCESS, TLS_ONLY_1_3, deny_outside
from lab.probing.traces import ORTHANC_IS_SILENT
from lab.probing.web import Loot, Visitor, attempt, ways
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="metrics-open",
    title=t("The archive's metrics are served to anybody"),
    group=Group.WEB,
    severity=Severity.LOW,
    minutes=15,
    roles=(t("PACS administrator"), t("network administrator")),
    story=t(
        "The monitoring system collects figures from every server and cannot log in. The gateway was told to log in for it at one address, "
        "and serves that address in every zone."
    ),
    misconfiguration={
        "orthanc": {"MetricsEnabled": True},
        "gateway": {"lends": {"/tools/metrics-prometheus": "dr.moreau"}},
    },
    hints=(
        t("Ask for /tools/metrics-prometheus as the intruder. What do the figures tell about the hospital?"),
        t("Look at “lends” in the gateway's section: who needs those figures, and from which zone?"),
        t(
            'Switch them off: {{"orthanc": {{"MetricsEnabled": false}}, "gateway": {{"lends": '
            '{{"/tools/metrics-prometheus": null}}}}}}.'
        ),
    ),
    fixes=(
        deny_outside("/tools/metrics-prometheus"),
        TLS_ONLY_1_3,
        Fix(
            "off",
            t("Serve no metrics, and lend no account for them"),
            {"orthanc": {"MetricsEnabled": False}, "gateway": {"lends": {"/tools/metrics-prometheus": None}}},
            Outcome.REPAIRED,
            t("Nobody learns figures. Where they are needed, the monitoring system gets an account of its own."),
        ),
        NO_REMOTE_ACCESS,
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r'^{intruder} - - .*"GET /tools/metrics-prometheus',
            t(
                "The gateway's access log shows who fetched the figures. The monitoring does so every minute: one address more is easily missed."
            ),
        ),
        ORTHANC_IS_SILENT,
    ),
    references=(
        ref.CWE_200,
        Reference("Prometheus: exposition formats", "https://prometheus.io/docs/instrumenting/exposition_formats/"),
    ),
)

_COUNT = re.compile(r"^orthanc_count_(patients|studies|instances) (\d+)", re.M)


def probe(site: LiveSite) -> Verdict:
    """Without an account, from the Internet and from a visitor's laptop: fetch the figures."""
    return attempt(site, ways(site, stations=("intruder", "visitor")), _count, t("No figures without an account."))


def _count(visitor: Visitor) -> Loot | None:
    answer = visitor.get("/tools/metrics-prometheus")
    counts = {name: int(number) for name, number in _COUNT.findall(answer.text)}
    if answer.status_code != 200 or "patients" not in counts:
        return None
    exposure = Exposure(counts["patients"], counts.get("studies", 0), counts.get("instances", 0))
    summary = tn(
        "Anybody may know that the archive holds one patient, and how much it works.",
        "Anybody may know that the archive holds {n} patients, and how much it works.",
        exposure.patients,
    )
    return Loot(summary, exposure)
