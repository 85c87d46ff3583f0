"""What probes and checks answer: each a record that shows itself as a card and knows its own JSON."""

from __future__ import annotations

from dataclasses import dataclass

from lab.course.cards import JSON, Block, Card, Items, Lines, Paragraph, Shown, Table, Tone, labelled
from lab.course.grading import Grade
from lab.i18n import Text, t, tn
from lab.model import (
    Evidence,
    NotChecked,
    Safe,
    Verdict,
    Vulnerable,
    readable_date,
    verdict_label,
    verdict_text,
    verdict_word,
)
from lab.scenario import Fix, Scenario

_TONES: dict[type, Tone] = {Vulnerable: "bad", Safe: "good", NotChecked: "warning"}


def verdict_json(verdict: Verdict) -> JSON:
    """A verdict for programs."""
    data: JSON = {"verdict": verdict_word(verdict), "summary": str(verdict_text(verdict))}
    evidence = None if isinstance(verdict, NotChecked) else verdict.evidence
    if evidence is not None:
        data["steps"] = list(evidence.steps)
    if evidence is not None and evidence.exposure is not None:
        exposure = evidence.exposure
        data["exposure"] = {
            "patients": exposure.patients,
            "studies": exposure.studies,
            "images": exposure.images,
            "attributes": [attribute.value for attribute in exposure.attributes],
            "since": readable_date(exposure.since) or None,
        }
    return data


def _weakness(scenario: Scenario) -> Text:
    """The heading of a verdict: beside “safe”, the bare title of a weakness would read as if it were there."""
    return t("Weakness: {title}", title=scenario.title)


def _evidence(evidence: Evidence) -> list[Block]:
    blocks: list[Block] = [Paragraph(evidence.summary, strong=True)]
    exposure = evidence.exposure
    if exposure is not None:
        counts = [tn("{n} patient", "{n} patients", exposure.patients)]
        if exposure.studies:
            counts.append(tn("{n} study", "{n} studies", exposure.studies))
        if exposure.images:
            counts.append(tn("{n} image", "{n} images", exposure.images))
        if exposure.since:
            counts.append(t("since {date}", date=readable_date(exposure.since)))
        blocks.append(Paragraph(", ".join(map(str, counts))))
        if exposure.samples:
            blocks.append(Table([attribute.label for attribute in exposure.attributes], exposure.readable_samples))
    if evidence.steps:
        blocks.append(Lines(evidence.steps))
    return blocks


@dataclass(frozen=True, repr=False)
class Probed(Shown):
    """What a probe found. ``vulnerable``, ``safe`` and ``verdict`` for code."""

    scenario: Scenario
    verdict: Verdict

    @property
    def vulnerable(self) -> bool:
        return isinstance(self.verdict, Vulnerable)

    @property
    def safe(self) -> bool:
        return isinstance(self.verdict, Safe)

    def card(self) -> Card:
        verdict = self.verdict
        blocks = [Paragraph(verdict.reason)] if isinstance(verdict, NotChecked) else _evidence(verdict.evidence)
        return Card(_weakness(self.scenario), _TONES[type(verdict)], verdict_label(verdict), blocks)

    def json(self) -> JSON:
        return {"scenario": self.scenario.id, **verdict_json(self.verdict)}


@dataclass(frozen=True, repr=False)
class Overview(Shown):
    """Several verdicts at once."""

    probed: tuple[Probed, ...]

    def card(self) -> Card:
        tones = {_TONES[type(part.verdict)] for part in self.probed}
        tone: Tone = "bad" if "bad" in tones else "warning" if "warning" in tones else "good"
        open_ones = sum(part.vulnerable for part in self.probed)
        badge = tn("{n} weakness open", "{n} weaknesses open", open_ones)
        items: list[tuple[Tone, Text | str]] = [
            (
                _TONES[type(part.verdict)],
                labelled(part.scenario.id, f"{verdict_label(part.verdict)}. {verdict_text(part.verdict)}"),
            )
            for part in self.probed
        ]
        return Card(t("What an outsider finds"), tone, badge, [Items(items)])

    def json(self) -> JSON:
        return {"probes": [part.json() for part in self.probed]}


@dataclass(frozen=True, repr=False)
class Checked(Shown):
    """The result of a check. ``passed`` for code. ``made`` is the proposed repair that the site has, if it has one."""

    scenario: Scenario
    grade: Grade
    made: Fix | None = None

    @property
    def passed(self) -> bool:
        return self.grade.passed

    def card(self) -> Card:
        grade = self.grade
        items: list[tuple[Tone, Text | str]] = [(_TONES[type(grade.verdict)], verdict_text(grade.verdict))]
        items += [
            ("bad", t("{scenario} is open now: {why}", scenario=name, why=verdict_text(found)))
            for name, found in grade.worse
        ]
        if not grade.worse and not isinstance(grade.verdict, NotChecked):
            items.append(("good", t("Nothing else got worse.")))
        items += [("good" if step.passed else "bad", labelled(step.title, step.detail)) for step in grade.day.steps]
        blocks: list[Block] = [Paragraph(self._headline(), strong=True)]
        if self.made is not None and self.made.outcome is grade.outcome:
            blocks.append(Paragraph(t("“{repair}”: {why}", repair=self.made.title, why=self.made.why)))
        blocks.append(Items(items))
        if isinstance(grade.verdict, Vulnerable):
            blocks += _evidence(grade.verdict.evidence)[1:]
        tone: Tone = "good" if self.passed else "warning" if grade.outcome is None else "bad"
        return Card(_weakness(self.scenario), tone, t("repair holds") if self.passed else t("not yet"), blocks)

    def _headline(self) -> Text:
        if self.passed:
            return t("The weakness is gone and the hospital still works.")
        if self.grade.outcome is None:
            return t(
                "Nothing can be said about this weakness here, so nothing counts as repaired. Switching the archive off is no repair."
            )
        if isinstance(self.grade.verdict, Vulnerable):
            return t("The outsider still gets in.")
        if self.grade.worse:
            return t("This weakness is gone, but the repair opened another.")
        return t("The outsider is locked out, and so is part of the hospital.")

    def json(self) -> JSON:
        grade = self.grade
        return {
            "scenario": self.scenario.id,
            "passed": self.passed,
            "outcome": grade.outcome.value if grade.outcome else None,
            "reasons": [str(reason) for reason in grade.reasons],
            "probe": verdict_json(grade.verdict),
            "worse": [name for name, _ in grade.worse],
            "day": {step.id: step.passed for step in grade.day.steps},
        }
