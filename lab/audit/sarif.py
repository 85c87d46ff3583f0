"""The report as SARIF 2.1.0 (OASIS), which code-scanning sites show on the line."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lab.audit.examine import Report
from lab.audit.remedy import fragment
from lab.audit.rule import Finding, Rule
from lab.audit.rules import rules
from lab.model import Severity

JSON = dict[str, Any]
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
# How code-scanning sites rank: above 9.0 critical, 7.0 high, 4.0 medium.
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.5"}


def sarif(report: Report, version: str) -> JSON:
    """One run: every rule, and a result for each finding. ``version`` is that of pacslab."""
    known = list(rules().values())
    driver = {"name": "pacslab audit", "version": version, "rules": [_rule(part) for part in known]}
    equal: Counter[str] = Counter()
    results = []
    for finding in report.findings:
        mark = _mark(finding)
        equal[mark] += 1
        results.append(_result(finding, known.index(finding.rule), f"{mark}/{equal[mark]}"))
    properties = {"cut": [part.id for part in report.cut], "skipped": [file.name for file in report.deployment.skipped]}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": results,
                "properties": properties,
            }
        ],
    }


def _rule(part: Rule) -> JSON:
    references = [f"{reference.label} {reference.url or ''}".strip() for reference in part.references]
    data: JSON = {
        "id": part.id,
        "shortDescription": {"text": str(part.title)},
        "fullDescription": {"text": str(part.why)},
        "help": {"text": "\n".join([str(part.why), *references])},
        "defaultConfiguration": {"level": _LEVELS[part.severity]},
        "properties": {"tags": ["security"], "security-severity": _SCORES[part.severity], "scenario": part.scenario},
    }
    if url := next((reference.url for reference in part.references if reference.url), None):
        data["helpUri"] = url
    return data


def _mark(finding: Finding) -> str:
    """What stays the same when lines move: rule, file and what is said, in English whatever the language of the report."""
    said = finding.hit.message.in_language("en")
    return hashlib.sha256(f"{finding.rule.id}|{said}|{Path(finding.place.file).name}".encode()).hexdigest()[:32]


def _result(finding: Finding, index: int, mark: str) -> JSON:
    remedy = fragment(finding)
    text = f"{finding.hit.message} → {remedy}" if remedy else str(finding.hit.message)
    region = {"startLine": finding.place.line, "startColumn": finding.place.column}
    location = {"artifactLocation": {"uri": _uri(finding.place.file)}, "region": region}
    return {
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"pacslab/v2": mark},
    }


def _uri(name: str) -> str:
    """Relative to the working folder where it lies below it, as code-scanning sites want it; else absolute."""
    path = Path(name)
    absolute = Path.cwd() / path
    if absolute.is_relative_to(Path.cwd()):
        return quote(absolute.relative_to(Path.cwd()).as_posix())
    return absolute.as_uri()
