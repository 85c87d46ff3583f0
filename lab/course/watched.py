"""A recorded day as the trainee sees it: a card, a plot, and which sensor shows which intruder."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from lab.course.cards import JSON, Block, Card, Lines, Paragraph, Shown, Table
from lab.course.dayplot import day_plot
from lab.detection.recording import Recording
from lab.detection.sensors.visibility import Visibility, column_label, visibility
from lab.detection.traffic.intrusion import known
from lab.detection.truth import Incident, Label, Truth
from lab.i18n import Text, t, tn

_BESIDE = 4


def role_label(role: str) -> Text:
    """What somebody does on the day, in the trainee's language."""
    return {
        "modality": t("modalities"),
        "workstation": t("workstations"),
        "technician": t("technicians"),
        "doctor": t("doctors"),
        "administrator": t("administrator"),
        "monitoring": t("monitoring"),
        "backup": t("backup"),
        "research": t("research"),
        "intruder": t("intruders"),
        "insider": t("insiders"),
        "scanner": t("scanners"),
    }[role]


@dataclass(frozen=True, repr=False)
class Watched(Shown):
    """A recorded day. ``recording`` and ``truth`` for code."""

    recording: Recording

    @property
    def truth(self) -> Truth:
        """The answer key."""
        return self.recording.truth

    @cached_property
    def visibility(self) -> Seen:
        """Which sensor shows which intruder: counted with the help of the truth."""
        return Seen(visibility(self.recording))

    def card(self) -> Card:
        day, truth = self.recording.day, self.truth
        roles = Counter(request.role for request in truth.requests)
        facts = t(
            "Seed {seed}: {hours} hours of a hospital's day, at {speed} times the speed of life.",
            seed=day.seed,
            hours=f"{day.hours:g}",
            speed=f"{day.speed:g}",
        )
        blocks: list[Block] = [
            Paragraph(facts, strong=True),
            Table([t("who"), t("requests")], [(role_label(role), str(count)) for role, count in roles.most_common()]),
            *self._incidents(),
            Paragraph(t("The recording lies in:")),
            Lines([str(self.recording.folder)]),
        ]
        badge = tn("{n} request", "{n} requests", len(truth.requests))
        return Card(t("A hospital's day"), "neutral", badge, blocks)

    def _incidents(self) -> list[Block]:
        if not self.truth.incidents:
            return [Paragraph(t("Nobody broke in."))]
        header: list[Text | str] = [t("intrusion"), t("from"), t("until"), t("requests"), t("patients")]
        return [Table(header, [self._row(incident) for incident in self.truth.incidents])]

    def _row(self, incident: Incident) -> tuple[Text | str, ...]:
        clock = self.recording.day.clock
        times = (f"{clock.moment(moment):%H:%M}" for moment in (incident.began, incident.ended))
        title = known()[incident.intrusion].intrusion.title
        return title, *times, str(incident.requests), str(len(incident.patients))

    def _repr_html_(self) -> str:
        return self.plot() + super()._repr_html_()

    def plot(self) -> str:
        """Requests by time of day, and when somebody broke in, as SVG."""
        return day_plot(self.recording)

    def json(self) -> JSON:
        day, truth = self.recording.day, self.truth
        return {
            "folder": str(self.recording.folder),
            "seed": day.seed,
            "hours": day.hours,
            "speed": day.speed,
            "seconds": round(day.real_end - day.real_start, 1),
            "sensors": list(day.sensors),
            "requests": len(truth.requests),
            "malicious": sum(request.label is Label.MALICIOUS for request in truth.requests),
            "incidents": [
                {
                    "id": incident.id,
                    "intrusion": incident.intrusion,
                    "label": incident.label.value,
                    "who": incident.who,
                    "requests": incident.requests,
                    "patients": list(incident.patients),
                }
                for incident in truth.incidents
            ],
            "visibility": {name: dict(row) for name, row in self.visibility.found.rows.items()},
        }


@dataclass(frozen=True, repr=False)
class Seen(Shown):
    """The traces of each intrusion by sensor. ``found`` for code."""

    found: Visibility

    def card(self) -> Card:
        hidden = sum(not row.get("orthanc-default") for row in self.found.rows.values())
        words = tn(
            "{n} intrusion of {all} left no line in the archive's default log.",
            "{n} intrusions of {all} left no line in the archive's default log.",
            hidden,
            all=len(self.found.rows),
        )
        how = t(
            "Lines, packets, entries and files that belong to the intrusion alone, counted with the help of the truth."
        )
        return Card(
            t("Which sensor shows which intruder"),
            "warning" if hidden else "good",
            t("sensors"),
            [Paragraph(words, strong=True), *self._tables(), Paragraph(how)],
        )

    def _tables(self) -> list[Block]:
        """Sensors by intrusions, a few intrusions at a time: more do not fit beside each other."""
        names = list(self.found.rows)
        return [self._table(names[start : start + _BESIDE]) for start in range(0, len(names), _BESIDE)]

    def _table(self, names: list[str]) -> Table:
        rows: list[tuple[Text | str, ...]] = [
            (column_label(column), *(str(self.found.rows[name][column] or "–") for name in names))
            for column in self.found.columns
        ]
        return Table([t("sensor"), *names], rows)

    def json(self) -> JSON:
        return {name: dict(row) for name, row in self.found.rows.items()}
