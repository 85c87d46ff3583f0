"""The catalogue, hints, proposed repairs and traces, as cards and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.course.cards import JSON, Block, Card, Items, Lines, Paragraph, Shown, Table, labelled
from lab.course.progress import Standing
from lab.i18n import Text, t
from lab.notebooks import notebook_of
from lab.sandbox.protocol import Log
from lab.scenario import AUDIT, Fix, Group, Scenario, Trace


@dataclass(frozen=True, repr=False)
class Listed(Shown):
    """The catalogue, with how far the trainee is."""

    scenarios: tuple[tuple[Scenario, Standing, bool], ...]

    def card(self) -> Card:
        groups: dict[Group, list[tuple[Text | str, ...]]] = {}
        for scenario, standing, active in self.scenarios:
            solved = (
                t("solved {day}", day=f"{standing.solved:%Y-%m-%d}")
                if standing.solved
                else t("open")
                if active
                else "–"
            )
            minutes = t("{minutes} min", minutes=scenario.minutes)
            row = (scenario.id, scenario.title, scenario.severity.label, minutes, solved)
            groups.setdefault(scenario.group, []).append(row)
        solved_ones = sum(standing.solved is not None for _, standing, _ in self.scenarios)
        badge = t("{solved} of {all} solved", solved=solved_ones, all=len(self.scenarios))
        header = [t("id"), t("weakness"), t("severity"), t("time"), t("progress")]
        where = t(
            "Each has a notebook; the overview index.ipynb links them all. In a terminal: pacslab misconfigure ID."
        )
        blocks: list[Block] = []
        for group, rows in groups.items():
            blocks += [Paragraph(labelled(t("group"), group.label), strong=True), Table(header, rows)]
        return Card(t("Scenarios"), "neutral", badge, [*blocks, Paragraph(where)])

    def json(self) -> JSON:
        return {
            "scenarios": [
                {
                    "id": scenario.id,
                    "title": str(scenario.title),
                    "group": scenario.group.value,
                    "severity": scenario.severity.value,
                    "minutes": scenario.minutes,
                    "notebook": notebook_of(scenario.id),
                    "active": active,
                    "solved": standing.solved.isoformat() if standing.solved else None,
                    "hints": standing.hints,
                    "hints_when_solved": standing.hints_when_solved,
                    "checks": standing.checks,
                }
                for scenario, standing, active in self.scenarios
            ]
        }


@dataclass(frozen=True, repr=False)
class Hint(Shown):
    """One hint of a scenario or of a lesson's question, and how many are left."""

    id: str
    title: Text
    hints: tuple[Text, ...]
    number: int

    def card(self) -> Card:
        badge = t("hint {number} of {all}", number=self.number, all=len(self.hints))
        return Card(self.title, "neutral", badge, [Paragraph(self.hints[self.number - 1])])

    def json(self) -> JSON:
        return {"scenario": self.id, "hint": self.number, "text": str(self.hints[self.number - 1])}


@dataclass(frozen=True, repr=False)
class Fixes(Shown):
    """The repairs that one may choose from. Which is right is not said."""

    scenario: Scenario

    def card(self) -> Card:
        rows = [
            (str(number), fix.title, t("made outside the site") if fix.elsewhere else _compact(fix.overlay))
            for number, fix in enumerate(self.scenario.fixes, 1)
        ]
        blocks = [Table(["#", t("repair"), t("change to the site")], rows)]
        return Card(t("Which of these repairs it?"), "neutral", self.scenario.id, blocks)

    def json(self) -> JSON:
        options = [{"option": n, "id": fix.id, "title": str(fix.title)} for n, fix in enumerate(self.scenario.fixes, 1)]
        return {"scenario": self.scenario.id, "fixes": options}


@dataclass(frozen=True, repr=False)
class Fixed(Shown):
    """A repair that was made, or would be (``dry_run``): its difference, and once it was judged, what came of it."""

    scenario: Scenario
    fix: Fix
    difference: str
    dry_run: bool

    def card(self) -> Card:
        badge = t("not applied") if self.dry_run else t("applied")
        lines = self.difference.splitlines() or [str(t("The site is this way already."))]
        return Card(self.fix.title, "neutral", badge, [Lines(lines)])

    def json(self) -> JSON:
        return {
            "scenario": self.scenario.id,
            "fix": self.fix.id,
            "applied": not self.dry_run,
            "difference": self.difference,
        }


@dataclass(frozen=True, repr=False)
class Traces(Shown):
    """What each log shows of an intrusion that has just been made."""

    scenario: Scenario
    found: tuple[tuple[Trace, tuple[str, ...]], ...]
    audited: bool = False
    """The site that runs has audit lines written, which were off for the levels that Orthanc alone writes at."""

    def card(self) -> Card:
        blocks: list[Block] = []
        for trace, lines in self.found:
            name = f"{trace.log.value} ({trace.log_level})"
            as_said = bool(lines) is (trace.pattern is not None)
            why = trace.why if as_said else t("no such line this time: the intrusion did not come so far.")
            blocks.append(Items([("good" if lines else "bad", labelled(name, why))]))
            if lines:
                blocks.append(Lines(lines[:4]))
        if self.audited and any(trace.log is Log.ORTHANC and trace.log_level != AUDIT for trace, _ in self.found):
            blocks.append(
                Paragraph(
                    t(
                        "This is what Orthanc writes of its own accord. Your site also has a script that writes a line AUDIT for each "
                        "request, query and stored object; it was off meanwhile."
                    )
                )
            )
        visible = sum(bool(lines) for _, lines in self.found)
        badge = t("seen in {visible} of {all}", visible=visible, all=len(self.found))
        return Card(t("What the logs show of the intruder"), "neutral", badge, blocks)

    def json(self) -> JSON:
        return {
            "scenario": self.scenario.id,
            "traces": [
                {"log": trace.log.value, "log_level": trace.log_level, "lines": list(lines)}
                for trace, lines in self.found
            ],
        }


def _compact(overlay: Mapping[str, Any], prefix: str = "") -> str:
    """An overlay on one line: ``gateway.publish.http = []``."""
    parts = []
    for key, value in overlay.items():
        if isinstance(value, Mapping):
            parts.append(_compact(value, f"{prefix}{key}."))
        else:
            parts.append(f"{prefix}{key} = {value!r}")
    return ", ".join(parts)
