"""The audit's answers, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text as RichText

from lab.audit.examine import MAX_FINDINGS, Report
from lab.audit.harden import Hardening
from lab.audit.remedy import fragment
from lab.audit.rule import Finding, Rule
from lab.catalogue import catalogue
from lab.i18n import Text, t, tn
from lab.model import Severity
from lab.notebooks import notebook_of

JSON = dict[str, Any]
_STYLE = {Severity.CRITICAL: "bold red", Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}


def report_for_people(report: Report) -> RenderableType:
    """A table for each severity: where, what, and what to write instead."""
    names = _short_names([finding.place.file for finding in report.findings])
    tables = [_table(severity, findings, names) for severity in Severity if (findings := _of(report, severity))]
    notes = [RichText(str(note), style="dim") for note in _notes(report)]
    return Group(*tables, *notes, RichText(str(_summary(report)), style="bold"))


def _notes(report: Report) -> list[Text]:
    """What was not looked at, and what is not listed."""
    skipped = [
        t("{file} was not looked at: it has no option of Orthanc.", file=source.name)
        for source in report.deployment.skipped
    ]
    cut = [
        t("{rule} applies to more than {n} places; they are not all listed.", rule=rule.id, n=MAX_FINDINGS)
        for rule in report.cut
    ]
    return skipped + cut


def _of(report: Report, severity: Severity) -> list[Finding]:
    return [finding for finding in report.findings if finding.severity is severity]


def _short_names(files: Iterable[str]) -> dict[str, str]:
    """As much of each file's path, from its end, as tells it from the others."""
    parts = {file: Path(file).parts for file in files}
    short = {}
    for file, own in parts.items():
        others = [other for name, other in parts.items() if name != file]
        length = next((n for n in range(1, len(own)) if all(other[-n:] != own[-n:] for other in others)), len(own))
        short[file] = str(Path(*own[-length:]))
    return short


def _table(severity: Severity, findings: list[Finding], names: Mapping[str, str]) -> Table:
    title = RichText(f"{severity.label} ({len(findings)})", style=_STYLE[severity])
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column(str(t("where")), overflow="fold", ratio=3)
    table.add_column(str(t("finding")), ratio=5)
    table.add_column(str(t("remedy")), overflow="fold", ratio=4)
    for finding in findings:
        words = RichText.assemble(
            (finding.rule.id, "bold"), "\n", str(finding.rule.title), "\n", (str(finding.hit.message), "dim")
        )
        table.add_row(RichText(f"{names[finding.place.file]}:{finding.place.line}"), words, RichText(fragment(finding)))
        table.add_section()
    return table


def _summary(report: Report) -> Text:
    if unknown := [service.name for service in report.deployment.built]:
        return t(
            "{summary} No configuration of {names} was named: name its JSON file too.",
            summary=_counted(report),
            names=", ".join(unknown),
        )
    return _counted(report)


def _counted(report: Report) -> Text:
    if not report.findings:
        return tn("Nothing found in one file.", "Nothing found in {n} files.", len(report.deployment.sources))
    counts = ", ".join(f"{len(found)} {severity.label}" for severity in Severity if (found := _of(report, severity)))
    return t(
        "{counts}. More on each: pacslab audit --explain {example}", counts=counts, example=report.findings[0].rule.id
    )


def report_json(report: Report) -> JSON:
    """The report for programs."""
    return {
        "files": [source.name for source in report.deployment.sources],
        "archives": [
            {"name": archive.name, "platform": str(archive.platform.label)} for archive in report.deployment.archives
        ],
        "skipped": [source.name for source in report.deployment.skipped],
        "cut": [rule.id for rule in report.cut],
        "summary": {severity.value: len(_of(report, severity)) for severity in Severity},
        "findings": [finding_json(finding) for finding in report.findings],
    }


def finding_json(finding: Finding) -> JSON:
    """A finding for programs."""
    hit, rule = finding.hit, finding.rule
    return {
        "id": rule.id,
        "severity": finding.severity.value,
        "title": str(rule.title),
        "message": str(hit.message),
        "file": hit.place.file,
        "line": hit.place.line,
        "column": hit.place.column,
        "archive": hit.archive.name if hit.archive else None,
        "from_default": hit.default is not None,
        "remedy": fragment(finding),
        "scenario": rule.scenario,
    }


def explain(rule: Rule) -> RenderableType:
    """One rule: what it means, what demonstrates it, where one reads more."""
    parts = [
        RichText.assemble((rule.id, "bold"), f"  {rule.title} ", (f"({rule.severity.label})", _STYLE[rule.severity])),
        RichText(str(rule.why)),
        RichText(str(_lesson(rule))),
        *(
            RichText(f"• {reference.label}{f' {reference.url}' if reference.url else ''}")
            for reference in rule.references
        ),
    ]
    return Group(*parts)


def explain_json(rule: Rule) -> JSON:
    """One rule for programs."""
    notebook = notebook_of(rule.scenario)
    return {
        "id": rule.id,
        "severity": rule.severity.value,
        "title": str(rule.title),
        "why": str(rule.why),
        "scenario": rule.scenario,
        "notebook": notebook,
        "references": [{"label": reference.label, "url": reference.url} for reference in rule.references],
    }


def _lesson(rule: Rule) -> Text:
    notebook = notebook_of(rule.scenario)
    if rule.scenario not in catalogue():
        return t("The scenario {scenario} demonstrates it; this course does not have it yet.", scenario=rule.scenario)
    if notebook is None:
        return t("Try it: pacslab misconfigure {scenario}, then pacslab probe {scenario}.", scenario=rule.scenario)
    return t(
        "Try it: notebook {notebook}, or pacslab misconfigure {scenario}.", notebook=notebook, scenario=rule.scenario
    )


def print_hardening(hardening: Hardening, console: Console) -> None:
    """Each changed file whole, then what changed in it, then what is left for people."""
    for file in hardening.files:
        console.print(RichText(str(t("Hardened: {file}", file=file.source.name)), style="bold"))
        console.print(RichText(file.text))
        console.print(RichText(str(t("Difference")), style="bold"))
        console.print(RichText(file.difference + "\n"))
    if not hardening.files:
        console.print(str(t("Nothing can be mended mechanically.")))
    if hardening.by_hand:
        console.print(RichText(str(t("Left for you")), style="bold"))
    for finding in hardening.by_hand:
        console.print(RichText(f"• {finding.place} {finding.rule.id}: {finding.hit.message}"))


def hardening_json(hardening: Hardening) -> JSON:
    """The hardened files for programs."""
    files = [{"file": part.source.name, "text": part.text, "difference": part.difference} for part in hardening.files]
    return {"files": files, "by_hand": [finding_json(finding) for finding in hardening.by_hand]}
