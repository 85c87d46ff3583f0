"""A list of events: the table of ``pacslab events``."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from lab.course.cards import JSON, Block, Card, Paragraph, Shown, Table
from lab.detection.events.schema import COLUMNS, Event
from lab.i18n import t, tn
from lab.model import visible

ON_A_PAGE = 40
_LONGEST = 44


@dataclass(frozen=True, repr=False)
class EventList(Shown):
    """Events in the order of time; ``found`` is how many there are in all, ``events`` are the last of them."""

    events: Sequence[Event]
    found: int

    def card(self) -> Card:
        dates = {event["timestamp"][:10] for event in self.events}
        header = (t("time"), t("source"), t("action"), t("address"), t("by whom"), t("what"))
        blocks: list[Block] = [Table(header, [_row(event, len(dates) > 1) for event in self.events])]
        if not self.events:
            blocks = [Paragraph(t("No event. Which sensors are on? The default log has next to nothing."))]
        elif len(self.events) < self.found:
            words = t(
                "The last {n} of {found}; --lines shows more, --csv and --json all.",
                n=len(self.events),
                found=self.found,
            )
            blocks.append(Paragraph(words))
        title = t("Events of {date}", date=dates.pop()) if len(dates) == 1 else t("Events")
        return Card(title, "neutral", tn("{n} event", "{n} events", self.found), blocks)

    def json(self) -> JSON:
        return {"found": self.found, "events": [dict(event) for event in self.events]}

    def csv(self) -> str:
        """One row an event, one column a field. What a visitor has sent gives a terminal no orders."""
        out = StringIO()
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for event in self.events:
            writer.writerow(
                {name: visible(value) if isinstance(value, str) else value for name, value in event.items()}
            )
        return out.getvalue()


def _row(event: Event, dated: bool) -> tuple[str, ...]:
    time = event["timestamp"][5 if dated else 11 : 19].replace("T", " ")
    action = f"{event.get('event.action', '')}{' ✘' if event.get('event.outcome') == 'failure' else ''}"
    who = event.get("dicom.calling_aet") or event.get("user.name") or ""
    names = ("url.path", "dicom.level", "dicom.keys", "dicom.peer_aet", "dicom.patient", "event.reason")
    what = " ".join(str(event[name]) for name in names if event.get(name))
    what = what if len(what) <= _LONGEST else f"{what[: _LONGEST - 1]}…"
    return time, event["event.dataset"], action, str(event.get("source.ip", "")), str(who), what
