"""Rules about storing and watching: what is kept, what is logged, how old the software is."""

from __future__ import annotations

from collections.abc import Iterator

from lab import references as ref
from lab.audit.deployment import Deployment
from lab.audit.rule import Hit, hit, rule
from lab.audit.rules.options import option_message
from lab.i18n import t
from lab.model import Severity

CRITICAL, HIGH, MEDIUM, LOW = Severity
FIXED = (1, 13, 0)


@rule(
    "store-evict",
    HIGH,
    t("New images push old ones out"),
    t(
        "When the limit is reached, Orthanc deletes the oldest patients. Who may store may empty the archive by filling it."
    ),
    ref.T1485,
)
def store_evict(site: Deployment) -> Iterator[Hit]:
    """A limit without ``MaximumStorageMode: Reject``, which is there from 1.11.2."""
    for archive in site.archives:
        if archive.setting("MaximumStorageMode").value == "Reject" and not archive.platform.lacks("MaximumStorageMode"):
            continue
        for name in ("MaximumPatientCount", "MaximumStorageSize"):
            setting = archive.setting(name)
            if isinstance(setting.value, int) and setting.value > 0:
                message = option_message(name, setting.value, setting.default)
                yield hit(archive, setting, message, options={"MaximumStorageMode": "Reject"})


@rule(
    "log-trace",
    MEDIUM,
    t("The log holds passwords"),
    t("At this level Orthanc writes the Authorization header of every request in clear, and patients’ names with it."),
    ref.CWE_532,
    scenario="phi-in-logs",
)
def log_trace(site: Deployment) -> Iterator[Hit]:
    """``--trace`` or TRACE_ENABLED, and HttpVerbose. VERBOSE_STARTUP prints the configuration, passwords included."""
    for archive in site.archives:
        if archive.traces:
            place = next((found.place for found in archive.variables if found.name == "TRACE_ENABLED"), archive.anchor)
            yield Hit(t("Orthanc logs at the level trace."), place, archive=archive, fragment='TRACE_ENABLED: "false"')
        startup = [
            found
            for found in archive.variables
            if found.name == "VERBOSE_STARTUP" and (found.value or "").lower() == "true"
        ]
        for found in startup[-1:]:
            message = t("VERBOSE_STARTUP prints the configuration with its passwords.")
            yield Hit(message, found.place, severity=LOW, archive=archive, fragment='VERBOSE_STARTUP: "false"')
        verbose = archive.setting("HttpVerbose")
        if verbose.value is True:
            yield hit(
                archive,
                verbose,
                option_message("HttpVerbose", True, verbose.default),
                severity=LOW,
                options={"HttpVerbose": False},
            )


@rule(
    "outdated",
    HIGH,
    t("This version of Orthanc has known flaws"),
    t(
        "Ten were published in 2026; with the gravest a crafted image may run code. Debian mends older versions: see its security tracker."
    ),
    ref.CVE_2026_10528,
    ref.CVE_2026,
    ref.CVE_2023_33466,
    ref.CVE_2025_0896,
)
def outdated(site: Deployment) -> Iterator[Hit]:
    """When the version is said or stands in the tag, and is older than 1.13.0. Debian backports: lower there."""
    for archive in site.archives:
        if archive.platform.before(*FIXED):
            item = archive.service.item.get("image") if archive.service else None
            severity = LOW if archive.platform.family == "debian" else None
            message = t("{platform} is older than 1.13.0.", platform=archive.platform.label)
            place = item.place if item else archive.anchor
            yield Hit(
                message,
                place,
                severity=severity,
                archive=archive,
                fragment="image: orthancteam/orthanc:26.8.1" if item else "",
            )
