"""What rules are worth, as a card: incidents found, false alarms, time to the first alarm, patients named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal

from lab.course.cards import Block, Card, Items, Paragraph, Shown, Table, Tone, Words
from lab.detection.rules.score import Found, Judged, Score, names_address
from lab.detection.rules.sigma import Rule
from lab.i18n import Text, language, t, tn

GOOD = 0.95
"""Precision and recall from which a set of rules passes."""
_FALSE = 5


@dataclass(frozen=True, repr=False)
class Detected(Shown):
    """The score of one rule or several over recorded days. ``score`` for code.

    Where days that the trainee may have looked at were tried as well, ``seen`` is their score; it does not count.
    """

    score: Score
    seen: Score | None = None

    @property
    def passed(self) -> bool:
        """Whether precision and recall both reach 0.95, and no rule names an address. Silence on a quiet day passes."""
        if any(map(names_address, self.score.rules)):
            return False
        if self.score.precision is None and self.score.recall is None:
            return True
        return (self.score.precision or 0.0) >= GOOD and (self.score.recall or 0.0) >= GOOD

    def card(self) -> Card:
        tone, badge = self._verdict()
        return Card(self._title(), tone, badge, [Paragraph(self._summary(), strong=True), *self._blocks()])

    def json(self) -> dict[str, Any]:
        return self.score.data() | ({"seen": self.seen.data()} if self.seen else {}) | {"passed": self.passed}

    def _verdict(self) -> tuple[Tone, Words]:
        if self.passed:
            return "good", t("rings when it should")
        if not any(item.delay is not None for item in self.score.wanted):
            return "bad", t("finds nothing")
        return "warning", t("not yet")

    def _title(self) -> Words:
        if len(self.score.rules) == 1:
            return self.score.rules[0].title
        return t("Rules: {rules}; days: {days}", rules=len(self.score.rules), days=len(self.score.days))

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
        if self.seen:
            head = [t("days"), t("found"), t("false alarms a day"), t("precision"), t("recall")]
            both = (
                (t("seen"), self.seen),
                (t("unseen (these count)"), self.score),
            )
            blocks.append(Table(head, [(name, *_line(scored)) for name, scored in both]))
        rows = [_row(kind, items, self.score) for kind, items in self.score.by_intrusion.items()]
        if rows:
            head = [t("intrusion"), t("found"), t("right alarms"), t("alarm after"), t("patients named")]
            blocks.append(Table(head, rows))
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


def _line(scored: Score) -> tuple[str, ...]:
    """One score in a line."""
    found = f"{sum(item.delay is not None for item in scored.wanted)}/{len(scored.wanted)}"
    alarms = format_decimal(scored.false_alarms_per_day, "0.0", locale=language())
    return found, alarms, _share(scored.precision), _share(scored.recall)


def _row(kind: str, items: Sequence[Found], scored: Score) -> tuple[str, ...]:
    delays = sorted(item.delay for item in items if item.delay is not None)
    named, touched = sum(item.named for item in items), sum(len(item.incident.patients) for item in items)
    wrong = sum(item.wrong for item in items)
    patients = f"{named}/{touched}" + (f" (+{wrong})" if wrong else "")
    rang = scored.alerts_by_intrusion.get(kind, ())
    right = f"{sum(item.right for item in rang)}/{len(rang)}"
    first = duration(delays[len(delays) // 2]) if delays else "–"
    return kind, f"{len(delays)}/{len(items)}", right, first, patients


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
