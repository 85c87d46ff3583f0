"""The report as one HTML page: no script, no picture, no font from elsewhere; to read, to walk through by keyboard, to print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from lab.course.report import Report, event_text
from lab.course.report_chart import chart
from lab.course.report_style import STYLE
from lab.course.verdicts import Probed
from lab.i18n import language, t, tn
from lab.model import NotChecked, Severity, readable_date, verdict_label, verdict_text, verdict_word, visible

_MARK = {"vulnerable": "✘", "safe": "✔", "not-checked": "?"}


def page(report: Report) -> str:
    """The whole page, in the current language."""
    sections = {
        "summary": (t("In short"), _summary(report)),
        "patients": (t("What patients are exposed to"), _patients(report)),
        "findings": (t("What stands open"), _findings(report)),
        "work": (t("What is left to do"), _work(report)),
        "timeline": (t("What was done"), _timeline(report)),
        "all": (t("Everything that was tried"), _everything(report)),
    }
    links = "".join(f'<li><a href="#{name}">{_text(title)}</a></li>' for name, (title, _) in sections.items())
    body = "".join(
        f'<section id="{name}" aria-labelledby="h-{name}"><h2 id="h-{name}">{_text(title)}</h2>{content}</section>'
        for name, (title, content) in sections.items()
    )
    title = _text(t("Report of an imaging archive"))
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{STYLE}</style></head><body>"
        f'<a class="skip" href="#main">{_text(t("To the content"))}</a>'
        f"<header><h1>{title}</h1><p>{_text(report.origin())}</p>"
        f"<p>{_text(t('Every patient in it is synthetic.'))}</p>"
        f'<nav aria-label="{_text(t("Sections"))}"><ul>{links}</ul></nav></header>'
        f'<main id="main" tabindex="-1">{body}</main></body></html>'
    )


def _summary(report: Report) -> str:
    rows = [(severity.label, report.count(severity)) for severity in Severity]
    caption = t("Open weaknesses by severity")
    return f'<p class="headline">{_text(report.headline)}</p>' + _table(caption, [t("severity"), t("open")], rows)


def _patients(report: Report) -> str:
    if not report.openings:
        return _paragraph(t("Nobody: no weakness was found open."))
    rows = [
        (
            opening.probed.scenario.id,
            opening.exposure.patients,
            opening.exposure.studies or "–",
            opening.exposure.images or "–",
            readable_date(opening.exposure.since) or "–",
            ", ".join(str(attribute.label) for attribute in opening.exposure.attributes) or "–",
        )
        for opening in report.openings
    ]
    header = [t("weakness"), t("patients"), t("studies"), t("images"), t("since"), t("what is given away")]
    note = t(
        "Weaknesses overlap: the same patients are shown by several of them. “–”: none, or not counted. “since”: the date of the oldest "
        "examination among what is shown."
    )
    caption = t("Whom each open weakness shows, and what of them")
    return f"<figure>{chart(report)}</figure>{_table(caption, header, rows)}{_paragraph(note)}"


def _findings(report: Report) -> str:
    if not report.openings:
        return _paragraph(t("Nothing that was tried."))
    return "".join(_finding(opening.probed) for opening in report.openings)


def _finding(probed: Probed) -> str:
    scenario, verdict = probed.scenario, probed.verdict
    steps = () if isinstance(verdict, NotChecked) else verdict.evidence.steps
    lines = escape(visible("\n".join(steps)))
    evidence = (
        f"<details open><summary>{_text(t('Evidence: what the outsider did and got ({id})', id=scenario.id))}</summary>"
        f'<pre tabindex="0">{lines}</pre></details>'
        if steps
        else ""
    )
    return (
        f'<article class="{scenario.severity.value}"><h3>{_text(scenario.title)}</h3>'
        f'<p><span class="badge">✘ {_text(scenario.severity.label)}</span> <code>{scenario.id}</code></p>'
        f"{_paragraph(verdict_text(verdict))}{evidence}</article>"
    )


def _work(report: Report) -> str:
    if not report.tasks:
        return _paragraph(t("Nothing. Probe again after each change of the site."))
    items = []
    for task in report.tasks:
        scenario = task.probed.scenario
        what = t("repair") if task.is_repair else t("look at it again: {why}", why=verdict_text(task.probed.verdict))
        help_taken = tn("{n} hint taken", "{n} hints taken", task.hints)
        time = t("about {n} minutes", n=scenario.minutes)
        items.append(
            f"<li><strong>{_text(scenario.title)}</strong> (<code>{scenario.id}</code>, {_text(scenario.severity.label)}): "
            f"{_text(what)}; {_text(time)}; {_text(help_taken)}</li>"
        )
    return f"<ol>{''.join(items)}</ol>"


def _timeline(report: Report) -> str:
    if not report.events:
        return _paragraph(t("Nothing has been recorded yet."))
    rows = [(f"{event.at:%Y-%m-%d %H:%M:%S}", event.scenario, event_text(event)) for event in report.events]
    return _table(t("The trainee’s steps, times in UTC"), [t("time"), t("weakness"), t("step")], rows)


def _everything(report: Report) -> str:
    rows = [
        (
            f"{_MARK[verdict_word(part.verdict)]} {verdict_label(part.verdict)}",
            part.scenario.severity.label,
            part.scenario.id,
            verdict_text(part.verdict),
        )
        for part in report.probed
    ]
    return _table(t("Every probe and its verdict"), [t("verdict"), t("severity"), t("weakness"), t("reason")], rows)


def _table(caption: object, header: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """A table that scrolls by keyboard when it is too wide; the first cell of a row is its heading."""
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in header)
    body = "".join(
        f'<tr><th scope="row">{_text(first)}</th>{"".join(f"<td>{_text(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    label = _text(caption)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{label}"><table><caption>{label}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _paragraph(words: object) -> str:
    return f"<p>{_text(words)}</p>"


def _text(words: object) -> str:
    """A text of the lab or from outside, harmless in HTML."""
    return escape(visible(str(words)))
