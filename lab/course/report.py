"""The report of a sandbox: what stands open, whom it exposes, what the trainee has done, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from lab.catalogue import catalogue
from lab.course.cards import JSON, Block, Card, Items, Paragraph, Shown, Tone, labelled
from lab.course.progress import Event
from lab.course.verdicts import Overview, Probed, verdict_json
from lab.i18n import Text, t, tn
from lab.model import Attribute, Exposure, NotChecked, Severity, Vulnerable
from lab.sandbox.protocol import kind_label
from lab.saving import in_words, save_text

_ORDER = list(Severity)


@dataclass(frozen=True)
class Opening:
    """One open weakness and whom it exposes."""

    probed: Probed
    exposure: Exposure


@dataclass(frozen=True)
class Task:
    """Something left to do: a weakness to repair, or one to look at again because nothing could be said."""

    probed: Probed
    hints: int
    """How many of its hints have been taken."""

    @property
    def is_repair(self) -> bool:
        return self.probed.vulnerable


@dataclass(frozen=True, repr=False)
class Report(Shown):
    """The state of one sandbox at one moment. ``html()`` is the whole page, ``save()`` writes it, ``json()`` is for programs."""

    at: datetime
    kind: str
    orthanc: str
    probed: tuple[Probed, ...]
    events: tuple[Event, ...]
    hints: dict[str, int]

    @classmethod
    def of(cls, kind: str, orthanc: str, overview: Overview, events: Iterable[Event], hints: dict[str, int]) -> Report:
        """The report of what has just been probed; gravest first, and open before unknown before safe."""

        def rank(part: Probed) -> tuple[int, int]:
            state = 0 if part.vulnerable else 2 if part.safe else 1
            return state, _ORDER.index(part.scenario.severity)

        ordered = tuple(sorted(overview.probed, key=rank))
        return cls(datetime.now(UTC), kind, orthanc, ordered, tuple(events), hints)

    @cached_property
    def openings(self) -> tuple[Opening, ...]:
        """The open weaknesses, gravest first."""
        return tuple(
            Opening(part, part.verdict.evidence.exposure or Exposure())
            for part in self.probed
            if isinstance(part.verdict, Vulnerable)
        )

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """What is given away about patients, in the order of the survey of 2019."""
        given = {attribute for opening in self.openings for attribute in opening.exposure.attributes}
        return tuple(attribute for attribute in Attribute if attribute in given)

    @property
    def most_patients(self) -> int:
        """How many patients the widest opening shows. Openings overlap, so that no sum is made."""
        return max((opening.exposure.patients for opening in self.openings), default=0)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What is left to do, gravest first."""
        return tuple(Task(part, self.hints.get(part.scenario.id, 0)) for part in self.probed if not part.safe)

    def count(self, severity: Severity) -> int:
        """How many weaknesses of this severity are open."""
        return sum(opening.probed.scenario.severity is severity for opening in self.openings)

    @property
    def headline(self) -> Text:
        """The first sentence of the report."""
        if not self.openings and any(isinstance(part.verdict, NotChecked) for part in self.probed):
            return t("No weakness was found open; some could not be checked.")
        if not self.openings:
            return t("Every weakness that was tried is closed.")
        found = tn("{n} weakness is open", "{n} weaknesses are open", len(self.openings))
        widest = tn("the widest shows {n} patient.", "the widest shows {n} patients.", self.most_patients)
        return t("{found}; {widest}", found=found, widest=widest)

    def html(self) -> str:
        """One self-contained page: no script, nothing loaded from anywhere."""
        from lab.course.report_page import page

        return page(self)

    def save(self, path: Path | str) -> Path:
        """Write the page, for its owner only. Returns its full path. Raises LabError when it cannot be written."""
        target = Path(path).expanduser().resolve()
        with in_words(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        save_text(target, [self.html()], private=True)
        return target

    def card(self) -> Card:
        items: list[tuple[Tone, Text | str]] = [
            ("bad", labelled(task.probed.scenario.severity.label, task.probed.scenario.title))
            for task in self.tasks
            if task.is_repair
        ]
        blocks: list[Block] = [Paragraph(self.headline, strong=True), Items(items)]
        badge = tn("{n} weakness open", "{n} weaknesses open", len(self.openings))
        return Card(t("Report"), "bad" if self.openings else "good", badge, blocks)

    def json(self) -> JSON:
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "sandbox": self.kind,
            "orthanc": self.orthanc,
            "open": {severity.value: self.count(severity) for severity in Severity},
            "most_patients": self.most_patients,
            "attributes": [attribute.value for attribute in self.attributes],
            "weaknesses": [
                {
                    "scenario": part.scenario.id,
                    "title": str(part.scenario.title),
                    "severity": part.scenario.severity.value,
                    **verdict_json(part.verdict),
                }
                for part in self.probed
            ],
            "timeline": [
                {"at": event.at.isoformat(), "scenario": event.scenario, "kind": event.kind, "detail": event.detail}
                for event in self.events
            ],
            "work": [{"scenario": task.probed.scenario.id, "hints": task.hints} for task in self.tasks],
        }

    def origin(self) -> Text:
        """Where and when this was found."""
        return t(
            "{kind} sandbox, Orthanc {version}, {at} UTC",
            kind=kind_label(self.kind),
            version=self.orthanc or "?",
            at=f"{self.at:%Y-%m-%d %H:%M}",
        )


def event_text(event: Event) -> Text:
    """What a line of the timeline says."""
    part = catalogue().get(event.scenario)
    if event.kind == "fixed":
        fixes = {fix.id: fix.title for fix in part.scenario.fixes} if part else {}
        return t("repair made: {repair}", repair=fixes.get(event.detail, event.detail))
    if event.kind == "checked":
        return t("checked: the repair holds") if event.detail == "passed" else t("checked: not yet")
    if event.kind == "hint":
        return t("hint {number} taken", number=event.detail)
    return t("solved") if event.kind == "solved" else t("weakness made")
