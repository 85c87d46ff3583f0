"""What comes of an investigation, as cards: the account laid beside the truth, and the notification."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.course.cards import Block, Card, Items, Paragraph, Shown, Tone, labelled
from lab.detection.breach import Examined
from lab.detection.notification import Notification
from lab.i18n import t
from lab.saving import save_text


@dataclass(frozen=True, repr=False)
class Investigated(Shown):
    """The trainee's account of an incident, question by question. ``examined`` for code."""

    examined: Examined

    @property
    def right(self) -> bool:
        """Whether every question is answered rightly."""
        return self.examined.right

    def card(self) -> Card:
        points = self.examined.points
        items: list[tuple[Tone, Any]] = [
            ("good" if point.right else "bad", labelled(point.title, point.remark)) for point in points
        ]
        count = sum(point.right for point in points)
        summary = t("{right} of {all} questions answered rightly.", right=count, all=len(points))
        tone: Tone = "good" if self.right else "warning"
        badge = t("what the officer needs") if self.right else t("not yet")
        return Card(t("Your account of the incident"), tone, badge, [Paragraph(summary, strong=True), Items(items)])

    def json(self) -> dict[str, Any]:
        return {
            "right": self.right,
            "points": {
                point.name: {"right": point.right, "remark": str(point.remark)} for point in self.examined.points
            },
        }


@dataclass(frozen=True, repr=False)
class Notified(Shown):
    """The filled-in notification. ``save`` writes it as a page of its own."""

    notification: Notification

    def card(self) -> Card:
        blocks: list[Block] = []
        for title, lines in self.notification.sections():
            blocks += [Paragraph(title, strong=True), Items([("neutral", line) for line in lines])]
        return Card(t("Notification of a personal data breach (exercise)"), "neutral", "art. 33, 34", blocks)

    def json(self) -> dict[str, Any]:
        return {str(title): [str(line) for line in lines] for title, lines in self.notification.sections()}

    def save(self, path: Path | str) -> Path:
        """Write the form as HTML, whole or not at all (LabError); a file that lies there is replaced."""
        target = Path(path)
        save_text(target, [self.notification.html()])
        return target
