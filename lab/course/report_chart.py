"""The report's chart: how many patients each open weakness shows. An inline SVG that reads without colours and without eyes."""

from __future__ import annotations

from html import escape

from lab.course.report import Report
from lab.i18n import t, tn

_WIDTH, _LEFT, _RIGHT, _ROW = 720, 210, 110, 30


def chart(report: Report) -> str:
    """The chart as SVG; "" when nothing is open. Its text alternative says the same in words; a table with the figures follows it."""
    rows = [
        (opening.probed.scenario.id, opening.exposure.patients)
        for opening in sorted(report.openings, key=lambda opening: -opening.exposure.patients)
    ]
    if not rows:
        return ""
    most, height = max(1, report.most_patients), _ROW * len(rows) + 10
    words = "; ".join(f"{name}: {tn('{n} patient', '{n} patients', patients)}" for name, patients in rows)
    bars = "".join(_bar(number, name, patients, most) for number, (name, patients) in enumerate(rows))
    title = escape(str(t("Patients that each open weakness shows")))
    return (
        f'<svg role="img" aria-labelledby="chart-title chart-words" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'style="max-width:100%;height:auto"><title id="chart-title">{title}</title>'
        f'<desc id="chart-words">{escape(words)}</desc>{bars}</svg>'
    )


def _bar(number: int, name: str, patients: int, most: int) -> str:
    """A row: the weakness, its bar, and the figure behind it, so that nothing hangs on the bar alone."""
    top, reach = number * _ROW + 5, _WIDTH - _LEFT - _RIGHT
    length = reach * patients / most
    figure = escape(str(tn("{n} patient", "{n} patients", patients)))
    return (
        f'<text x="{_LEFT - 10}" y="{top + 15}" text-anchor="end" class="name">{escape(name)}</text>'
        f'<line x1="{_LEFT}" y1="{top - 5}" x2="{_LEFT}" y2="{top + _ROW - 5}" class="axis"/>'
        f'<rect x="{_LEFT}" y="{top}" width="{length:.1f}" height="20" class="bar"/>'
        f'<text x="{_LEFT + length + 8:.1f}" y="{top + 15}" class="figure">{figure}</text>'
    )
