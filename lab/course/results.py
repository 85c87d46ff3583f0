"""What the trainee's commands answer: each a small record that shows itself as a card and knows its own JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lab.course.cards import Block, Card, Items, Lines, Paragraph, Shown, Table, Tone, labelled
from lab.course.grading import Grade
from lab.course.progress import Standing
from lab.i18n import Text, t, tn
from lab.model import Evidence, NotChecked, Safe, Verdict, Vulnerable, verdict_label, verdict_text, verdict_word
from lab.sandbox.protocol import Endpoint, Health
from lab.scenario import Fix, Scenario, Trace
from lab.site.zones import Zone

JSON = dict[str, Any]
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
        blocks.append(Paragraph(", ".join(map(str, counts))))
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
            return t("Nothing can be said while the archive does not answer. Switching it off is no repair.")
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


@dataclass(frozen=True, repr=False)
class Listed(Shown):
    """The catalogue, with how far the trainee is."""

    scenarios: tuple[tuple[Scenario, Standing, bool], ...]

    def card(self) -> Card:
        rows = []
        for scenario, standing, active in self.scenarios:
            solved = (
                t("solved {day}", day=f"{standing.solved:%Y-%m-%d}")
                if standing.solved
                else t("open")
                if active
                else "–"
            )
            minutes = t("{minutes} min", minutes=scenario.minutes)
            rows.append((scenario.id, scenario.title, scenario.group.label, scenario.severity.label, minutes, solved))
        solved_ones = sum(standing.solved is not None for _, standing, _ in self.scenarios)
        badge = t("{solved} of {all} solved", solved=solved_ones, all=len(rows))
        header = [t("id"), t("weakness"), t("group"), t("severity"), t("time"), t("progress")]
        return Card(t("Scenarios"), "neutral", badge, [Table(header, rows)])

    def json(self) -> JSON:
        return {
            "scenarios": [
                {
                    "id": scenario.id,
                    "title": str(scenario.title),
                    "group": scenario.group.value,
                    "severity": scenario.severity.value,
                    "minutes": scenario.minutes,
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
class Status(Shown):
    """How the lab is."""

    kind: str
    health: Health
    endpoints: tuple[Endpoint, ...]
    active: tuple[str, ...]
    url: str | None

    def card(self) -> Card:
        health = self.health
        tone: Tone = "neutral"
        if health.running:
            tone = "good" if health.ready and not self.active else "warning"
        badge = t("running") if health.ready else t("not ready") if health.running else t("stopped")
        parts = [
            (t("archive"), health.archive.state, f"Orthanc {health.archive.version}", str(health.archive.restarts)),
            (t("gateway"), health.gateway.state, "nginx", str(health.gateway.restarts)),
        ]
        blocks: list[Block] = [Table([t("part"), t("state"), t("program"), t("restarts")], parts)]
        if health.ready:
            doors: dict[Zone, list[str]] = {}
            for endpoint in self.endpoints:
                doors.setdefault(endpoint.zone, []).append(endpoint.url)
            rows = [(zone.label, ", ".join(urls)) for zone, urls in doors.items()]
            blocks.append(Table([t("zone"), t("published")], rows))
        if self.active:
            blocks.append(Paragraph(t("Weaknesses made on purpose: {ids}", ids=", ".join(self.active))))
        if self.url:
            blocks.append(Paragraph(f"JupyterLab: {self.url}"))
        lines = [*health.archive.error, *health.gateway.error]
        return Card(
            t("The lab ({kind} sandbox)", kind=self.kind), tone, badge, [*blocks, *([Lines(lines)] if lines else [])]
        )

    def _repr_html_(self) -> str:
        return self._without_key().card().to_html()

    def __repr__(self) -> str:
        return str(self._without_key())

    def _without_key(self) -> Status:
        """What a notebook keeps in its outputs: JupyterLab's address holds the key to it, and notebooks get shared."""
        return replace(self, url=None)

    def json(self) -> JSON:
        parts = {"archive": self.health.archive, "gateway": self.health.gateway}
        return {
            "sandbox": self.kind,
            "running": self.health.running,
            "ready": self.health.ready,
            "generation": self.health.generation,
            "url": self.url,
            "active": list(self.active),
            **{
                name: {"state": part.state, "restarts": part.restarts, "error": list(part.error)}
                for name, part in parts.items()
            },
            "orthanc": self.health.archive.version,
            "published": [{"zone": e.zone.value, "door": e.door.value, "url": e.url} for e in self.endpoints],
        }


@dataclass(frozen=True, repr=False)
class Hint(Shown):
    """One hint, and how many are left."""

    scenario: Scenario
    number: int

    def card(self) -> Card:
        badge = t("hint {number} of {all}", number=self.number, all=len(self.scenario.hints))
        return Card(self.scenario.title, "neutral", badge, [Paragraph(self.scenario.hints[self.number - 1])])

    def json(self) -> JSON:
        return {"scenario": self.scenario.id, "hint": self.number, "text": str(self.scenario.hints[self.number - 1])}


@dataclass(frozen=True, repr=False)
class Fixes(Shown):
    """The repairs that one may choose from. Which is right is not said."""

    scenario: Scenario

    def card(self) -> Card:
        rows = [(str(number), fix.title, _compact(fix.overlay)) for number, fix in enumerate(self.scenario.fixes, 1)]
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

    def card(self) -> Card:
        blocks: list[Block] = []
        for trace, lines in self.found:
            name = f"{trace.log.value} ({trace.log_level})"
            as_said = bool(lines) is (trace.pattern is not None)
            why = trace.why if as_said else t("no such line this time: the intrusion did not come so far.")
            blocks.append(Items([("good" if lines else "bad", labelled(name, why))]))
            if lines:
                blocks.append(Lines(lines[:4]))
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
