"""What rules are worth, as a card: incidents found, false alarms, time to the first alarm, patients named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal

from lab.course.cards import Block, Card, Items, Paragraph, Shown, Table, Tone, Words
from lab.detection.rules.score import Found, Judged, Score
from lab.detection.rules.sigma import Rule
from lab.i18n import Text, language, t, tn

GOOD = 0.95
"""Precision and recall from which a set of rules passes."""
_FALSE = 5


@dataclass(frozen=True, repr=False)
class Detected(Shown):
    """The score of one rule or several over recorded days. ``score`` for code."""

    score: Score

    @property
    def passed(self) -> bool:
        """Whether precision and recall both reach 0.95."""
        return (self.score.precision or 0.0) >= GOOD and (self.score.recall or 0.0) >= GOOD

    def card(self) -> Card:
        tone, badge = self._verdict()
        return Card(self._title(), tone, badge, [Paragraph(self._summary(), strong=True), *self._blocks()])

    def json(self) -> dict[str, Any]:
        return self.score.data()

    def _verdict(self) -> tuple[Tone, Words]:
        if self.passed:
            return "good", t("rings when it should")
        if not any(item.delay is not None for item in self.score.wanted):
            return "bad", t("finds nothing")
        return "warning", t("not yet")

    def _title(self) -> Words:
        if len(self.score.rules) == 1:
            return self.score.rules[0].title
        return t("{rules} rules over {days} days", rules=len(self.score.rules), days=len(self.score.days))

    def _summary(self) -> Text:
        wanted = self.score.wanted
        return t(
            "{found} of {all} incidents found; {false} false alarms a day; precision {precision}, recall {recall}.",
            found=sum(item.delay is not None for item in wanted),
            all=len(wanted),
            false=format_decimal(self.score.false_alarms_per_day, "0.0", locale=language()),
            precision=_share(self.score.precision),
            recall=_share(self.score.recall),
        )

    def _blocks(self) -> list[Block]:
        blocks: list[Block] = []
        rows = [_row(kind, items) for kind, items in self.score.by_intrusion.items()]
        if rows:
            blocks.append(Table([t("intrusion"), t("found"), t("first alarm after"), t("patients named")], rows))
        false = [item for day in self.score.days for item in day.judged if not item.right]
        if false:
            blocks.append(Paragraph(t("False alarms:")))
            blocks.append(Items([("warning", _false(item)) for item in false[:_FALSE]]))
        if self.score.advice:
            blocks.append(Items([("neutral", line) for line in self.score.advice]))
        return blocks


@dataclass(frozen=True, repr=False)
class RuleList(Shown):
    """The rules that come with the lab."""

    rules: Sequence[Rule]

    def card(self) -> Card:
        rows = [(rule.name, rule.level, rule.title) for rule in self.rules]
        return Card(
            t("Detection rules in Sigma"), "neutral", str(len(rows)), [Table([t("name"), t("level"), t("title")], rows)]
        )

    def json(self) -> dict[str, Any]:
        return {
            "rules": [
                {
                    "name": rule.name, "title": rule.title, "level": rule.level, "description": " ".join(rule.description.split()),
                    "false_positives": list(rule.false_positives), "intrusion": rule.custom.get("intrusion"),
                }
                for rule in self.rules
            ]
        }  # fmt: skip


def _row(kind: str, items: Sequence[Found]) -> tuple[str, str, str, str]:
    delays = sorted(item.delay for item in items if item.delay is not None)
    named, touched = sum(item.named for item in items), sum(len(item.incident.patients) for item in items)
    wrong = sum(item.wrong for item in items)
    patients = f"{named}/{touched}" + (f" (+{wrong})" if wrong else "")
    return kind, f"{len(delays)}/{len(items)}", duration(delays[len(delays) // 2]) if delays else "–", patients


def duration(seconds: float) -> str:
    """A length of time as one says it: ``45 s``, ``12 min``, ``3 h 20 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def _false(item: Judged) -> Text:
    about = ", ".join(f"{name} {value}" for name, value in item.alert.group) or "–"
    return tn(
        "{rule}: {about} (one event, by {who})",
        "{rule}: {about} ({n} events, by {who})",
        len(item.alert.events),
        rule=item.alert.rule,
        about=about,
        who=", ".join(item.who[:4]) or "–",
    )


def _share(value: float | None) -> str:
    return "–" if value is None else str(format_decimal(value, "0.00", locale=language()))
