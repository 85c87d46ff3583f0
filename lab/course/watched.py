"""A recorded day as the trainee sees it: a card, a plot, and which sensor shows which intruder."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from lab.course.cards import JSON, Block, Card, Paragraph, Shown, Table
from lab.detection.recording import Recording
from lab.detection.truth import Label, Truth
from lab.i18n import t, tn


@dataclass(frozen=True, repr=False)
class Watched(Shown):
    """A recorded day. ``recording`` for code."""

    recording: Recording

    @property
    def truth(self) -> Truth:
        """The answer key."""
        return self.recording.truth

    def card(self) -> Card:
        day, truth = self.recording.day, self.truth
        roles = Counter(request.role for request in truth.requests)
        blocks: list[Block] = [
            Paragraph(
                t(
                    "Seed {seed}, {hours} hours at {speed} times the speed of life.",
                    seed=day.seed,
                    hours=f"{day.hours:g}",
                    speed=f"{day.speed:g}",
                ),
                strong=True,
            ),
            Table([t("who"), t("requests")], [(role, str(count)) for role, count in roles.most_common()]),
        ]
        badge = tn("{n} request", "{n} requests", len(truth.requests))
        return Card(t("A hospital's day"), "neutral", badge, blocks)

    def json(self) -> JSON:
        day, truth = self.recording.day, self.truth
        return {
            "folder": str(self.recording.folder),
            "seed": day.seed,
            "hours": day.hours,
            "speed": day.speed,
            "requests": len(truth.requests),
            "malicious": sum(request.label is Label.MALICIOUS for request in truth.requests),
            "seconds": round(day.real_end - day.real_start, 1),
            "sensors": list(day.sensors),
            "incidents": [
                {
                    "id": incident.id,
                    "intrusion": incident.intrusion,
                    "label": incident.label.value,
                    "requests": incident.requests,
                    "patients": list(incident.patients),
                }
                for incident in truth.incidents
            ],
        }
