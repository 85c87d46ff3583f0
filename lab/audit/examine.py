"""Apply every rule to a deployment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from lab.audit.deployment import Deployment, assemble
from lab.audit.rule import Finding, Hit, Rule
from lab.audit.rules import rules
from lab.audit.source import AuditError
from lab.i18n import t
from lab.model import Severity

MAX_FINDINGS = 200  # of one rule: whoever reads the first two hundred knows what is wrong


@dataclass(frozen=True)
class Report:
    """What the audit of a deployment found, the gravest first, then by file and line."""

    deployment: Deployment
    findings: tuple[Finding, ...]
    cut: tuple[Rule, ...] = ()
    """The rules that would find more than is listed."""

    def of(self, rule: str) -> tuple[Finding, ...]:
        """The findings of one rule."""
        return tuple(finding for finding in self.findings if finding.rule.id == rule)

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings that are at least this grave."""
        order = list(Severity)
        return tuple(finding for finding in self.findings if order.index(finding.severity) <= order.index(severity))


def audit(paths: list[Path], image: str | None = None, version: str | None = None) -> Report:
    """Audit the deployment that these files and folders describe.

    ``image`` is ``debian`` or an image reference, ``version`` that of Orthanc: they decide the defaults where no compose file
    says. Read-only. Raises AuditError for what cannot be read.
    """
    deployment = assemble(paths, image, version)
    if not (deployment.archives or deployment.routes or deployment.built):
        raise AuditError(
            t("There is no Orthanc in these files."),
            t("Name its own JSON file too: an image of one’s own, or an unknown proxy, cannot be told from others."),
        )
    found, cut = [], []
    for rule in rules().values():
        hits = list(islice(_distinct(rule.find(deployment)), MAX_FINDINGS + 1))
        found += [Finding(rule, hit) for hit in hits[:MAX_FINDINGS]]
        cut += [rule] if len(hits) > MAX_FINDINGS else []
    order = list(Severity)
    found.sort(key=lambda finding: (order.index(finding.severity), finding.place, finding.rule.id))
    return Report(deployment, tuple(found), tuple(cut))


def _distinct(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Each place and message once: files that two archives share are looked at twice."""
    seen = set()
    for hit in hits:
        if (key := (hit.place, str(hit.message))) not in seen:
            seen.add(key)
            yield hit
