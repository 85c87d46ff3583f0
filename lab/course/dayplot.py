"""The plot of a recorded day: requests by time of day and by whom, with the intrusions as bands below."""

from __future__ import annotations

from html import escape
from io import StringIO

from lab.detection.recording import Recording
from lab.detection.truth import Label, Request
from lab.i18n import t

SLOTS = 96
_COLOURS = {"benign": "#0b6bcb", "scan": "#9a6700", "malicious": "#cf222e"}


def day_plot(recording: Recording) -> str:
    """The plot as an SVG figure that reads on light and dark themes."""
    from matplotlib.figure import Figure  # takes a moment to load

    day, truth = recording.day, recording.truth
    begin, end = day.start / 3600, day.start / 3600 + day.hours
    figure = Figure(figsize=(9, 3.6), layout="constrained", facecolor="white")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    hours = {
        label: [request.day_seconds / 3600 for request in truth.requests if request.label is label] for label in Label
    }
    above.hist(
        list(hours.values()),
        bins=SLOTS,
        range=(begin, end),
        stacked=True,
        color=[_COLOURS[label.value] for label in hours],
        label=[str(label.label) for label in hours],
    )
    above.set_ylabel(str(t("requests")))
    above.legend(loc="upper left", frameon=False)
    for row, incident in enumerate(truth.incidents):
        own = [request for request in truth.requests if request.incident == incident.id]
        moments = [request.day_seconds / 3600 for request in own]
        below.plot(moments, [row] * len(moments), "|", color=_COLOURS[incident.label.value], markersize=7)
        below.plot([moments[0], moments[-1]], [row, row], color=_COLOURS[incident.label.value], linewidth=1)
    below.set_yticks(range(len(truth.incidents)), [incident.intrusion for incident in truth.incidents], fontsize=7)
    below.set_ylim(len(truth.incidents) - 0.5, -0.5)
    below.set_xlim(begin, end)
    if end - begin > 12:
        below.set_xticks(range(0, 25, 3))
    below.set_xlabel(str(t("hour of the day")))
    out = StringIO()
    figure.savefig(out, format="svg")
    svg = out.getvalue()
    return f'<figure style="margin:6px 0;max-width:60rem" aria-label="{_label(truth.requests)}">{svg[svg.index("<svg") :]}</figure>'


def _label(requests: tuple[Request, ...]) -> str:
    return escape(str(t("Requests by hour of the day: {count} in all", count=len(requests))))
