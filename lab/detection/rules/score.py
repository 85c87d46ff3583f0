"""How good rules are, measured on truth: incidents found, false alarms, time to the first alarm, patients named."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from functools import cached_property
from statistics import median
from typing import Any

from lab.detection.clock import Clock
from lab.detection.events.load import load
from lab.detection.recording import Recording
from lab.detection.rules.alerts import Alert, alerts
from lab.detection.rules.attribution import Attribution
from lab.detection.rules.sigma import Rule
from lab.detection.truth import Incident, Label, Request
from lab.i18n import Text, t

MOSTLY = 0.5
"""An alert is right when more than this share of its events belongs to intrusions."""
_ADDRESS = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}(?:\d{1,3})?(?![\d.])")
"""An IPv4 address, or its beginning; a UID has more numbers."""
_SOURCE = frozenset({"source.ip", "c-ip"})
OTHER = "other"
"""What rules that name no intrusion are counted under."""


@dataclass(frozen=True)
class Judged:
    """An alert with what the truth says of it."""

    alert: Alert
    right: bool
    incidents: tuple[str, ...]
    """The incidents that it shows: none for a false alarm."""
    who: tuple[str, ...]
    """Whose requests stand behind its events."""
    patients: tuple[str, ...]
    """The patients that its events name."""


@dataclass(frozen=True)
class Found:
    """What the rules made of one incident."""

    incident: Incident
    delay: float | None
    """Seconds of the day from its first request to the first right alarm; None when it was missed."""
    named: int
    """Patients of the incident that the alerts name."""
    wrong: int
    """Patients that they name and that it did not touch."""


@dataclass(frozen=True)
class DayScore:
    """One day's alerts against its truth."""

    judged: tuple[Judged, ...]
    found: tuple[Found, ...]
    hours: float
    events: int

    @property
    def right(self) -> int:
        return sum(item.right for item in self.judged)

    @property
    def false(self) -> int:
        return len(self.judged) - self.right


@dataclass(frozen=True)
class Score:
    """Rules over several days."""

    rules: tuple[Rule, ...]
    days: tuple[DayScore, ...]

    @property
    def precision(self) -> float | None:
        """Right alerts among all; None when nothing rang."""
        return _right(item for day in self.days for item in day.judged)

    @property
    def recall(self) -> float | None:
        """Incidents found among all that these rules are about; None when there was none."""
        return _share(self.wanted)

    @property
    def false_alarms_per_day(self) -> float:
        return self._a_day(sum(day.false for day in self.days))

    def _a_day(self, alarms: int) -> float:
        hours = sum(day.hours for day in self.days)
        return alarms * 24 / hours if hours else 0.0

    def of_kind(self, kind: str) -> dict[str, Any]:
        """The figures of one kind of intrusion, and of the rules that are about it."""
        items, rang = self.by_intrusion.get(kind, ()), self.alerts_by_intrusion.get(kind, ())
        return {
            "incidents": len(items), "found": sum(item.delay is not None for item in items), "recall": _share(items),
            "alerts": len(rang), "precision": _right(rang), "false_alarms_per_day": self._a_day(sum(not item.right for item in rang)),
            "seconds_to_first_alarm": _median(items), "patients": sum(len(i.incident.patients) for i in items),
            "patients_named": sum(i.named for i in items), "patients_wrongly_named": sum(i.wrong for i in items),
        }  # fmt: skip

    @cached_property
    def wanted(self) -> tuple[Found, ...]:
        """The incidents of the kinds that the rules name; all kinds when a rule names none."""
        kinds = {str(rule.custom.get("intrusion", "")) for rule in self.rules}
        everything = "" in kinds
        return tuple(item for day in self.days for item in day.found if everything or item.incident.intrusion in kinds)

    @cached_property
    def alerts_by_intrusion(self) -> dict[str, tuple[Judged, ...]]:
        """The alerts by the intrusion that their rule is about, of every rule."""
        about = {rule.name: str(rule.custom.get("intrusion", "")) or OTHER for rule in self.rules}
        groups: dict[str, list[Judged]] = {kind: [] for kind in sorted(about.values())}
        for day in self.days:
            for item in day.judged:
                groups[about[item.alert.rule]].append(item)
        return {kind: tuple(items) for kind, items in groups.items()}

    @property
    def by_intrusion(self) -> dict[str, tuple[Found, ...]]:
        groups: dict[str, list[Found]] = {}
        for item in self.wanted:
            groups.setdefault(item.incident.intrusion, []).append(item)
        return {kind: tuple(groups[kind]) for kind in sorted(groups)}

    @cached_property
    def advice(self) -> tuple[Text, ...]:
        """Why a rule does badly, where that can be seen."""
        return tuple(_advice(self))

    def data(self) -> dict[str, Any]:
        """The figures as plain data."""
        kinds = {kind: self.of_kind(kind) for kind in sorted({*self.by_intrusion, *self.alerts_by_intrusion})}
        return {
            "days": len(self.days), "hours": sum(day.hours for day in self.days), "rules": [rule.name for rule in self.rules],
            "alerts": sum(len(day.judged) for day in self.days), "precision": self.precision, "recall": self.recall,
            "false_alarms_per_day": self.false_alarms_per_day, "seconds_to_first_alarm": _median(self.wanted),
            "intrusions": kinds, "advice": [str(line) for line in self.advice],
        }  # fmt: skip


def _right(items: Iterable[Judged]) -> float | None:
    items = tuple(items)
    return sum(item.right for item in items) / len(items) if items else None


def score(rules: Iterable[Rule], recordings: Iterable[Recording]) -> Score:
    """Run rules over recorded days and compare with their truth. Raises RuleError for a rule that cannot be run."""
    rules = tuple(rules)
    return Score(rules, tuple(_day(rules, recording) for recording in recordings))


def _day(rules: tuple[Rule, ...], recording: Recording) -> DayScore:
    database = load(recording)
    try:
        whose = _Whose(database, Attribution(recording.truth, recording.day.transparent))
        judged = tuple(whose.judged(alert) for rule in rules for alert in alerts(rule, database))
        clock = recording.day.clock
        incidents = [i for i in recording.truth.incidents if i.label is Label.MALICIOUS]
        found = tuple(_found(incident, judged, _utc(clock, incident.began)) for incident in incidents)
        count = int(database.execute("SELECT count(*) FROM events").fetchone()[0])
    finally:
        database.close()
    return DayScore(judged, found, recording.day.hours, count)


def _utc(clock: Clock, real: float) -> float:
    """A real moment on the scale of the events' times: the day's own time, counted as if it were UTC."""
    return clock.moment(real).replace(tzinfo=UTC).timestamp()


class _Whose:
    """Looks events up and lays them beside the truth, once each."""

    def __init__(self, database: sqlite3.Connection, attribution: Attribution) -> None:
        self._database, self._attribution = database, attribution
        self._known: dict[int, tuple[Request | None, str | None]] = {}

    def judged(self, alert: Alert) -> Judged:
        self._look_up(alert.events)
        pairs = [self._known[row] for row in alert.events]
        bad = [request for request, _ in pairs if request is not None and request.malicious]
        right = len(bad) > MOSTLY * len(pairs)
        incidents = tuple(sorted({str(request.incident) for request in bad})) if right else ()
        who = tuple(sorted({request.who for request, _ in pairs if request is not None}))
        return Judged(alert, right, incidents, who, tuple(sorted({patient for _, patient in pairs if patient})))

    def _look_up(self, rows: Iterable[int]) -> None:
        missing = [row for row in rows if row not in self._known]
        for start in range(0, len(missing), 500):
            part = missing[start : start + 500]
            cursor = self._database.execute(
                f"SELECT rowid, * FROM events WHERE rowid IN ({','.join('?' * len(part))})", part
            )
            names = [column[0] for column in cursor.description]
            for values in cursor:
                event: Mapping[str, Any] = dict(zip(names, values, strict=True))
                self._known[values[0]] = (self._attribution.request(event), event["dicom.patient"])


def _found(incident: Incident, judged: Iterable[Judged], began: float) -> Found:
    showing = [item for item in judged if incident.id in item.incidents]
    named = {patient for item in showing for patient in item.patients}
    delay = min(item.alert.fired for item in showing) - began if showing else None
    touched = set(incident.patients)
    return Found(incident, None if delay is None else max(0.0, delay), len(named & touched), len(named - touched))


def _share(items: Iterable[Found]) -> float | None:
    items = tuple(items)
    return sum(item.delay is not None for item in items) / len(items) if items else None


def _median(items: Iterable[Found]) -> float | None:
    delays = [item.delay for item in items if item.delay is not None]
    return median(delays) if delays else None


def names_address(rule: Rule) -> bool:
    """Whether a rule rests on an address, or a part of one: it finds one intruder and not the next. Pure."""
    return any(field in _SOURCE or _ADDRESS.search(value.replace("\\", "")) for field, value in rule.values())


def _advice(scored: Score) -> Iterable[Text]:
    alerts_of_all = [item for day in scored.days for item in day.judged]
    events = sum(day.events for day in scored.days)
    rang = sum(len(item.alert.events) for item in alerts_of_all)
    if any(map(names_address, scored.rules)):
        yield t(
            "The rule names an address. The next intruder has another one, and nobody will change the rule that night."
        )
    if events and rang > 0.2 * events:
        share = round(100 * rang / events)
        yield t("It rings for {share} % of all events. An alarm that always rings is switched off.", share=share)
    if not alerts_of_all:
        yield t("It never rang. Look at the events of the intrusion first: which fields do they really have?")
    blamed = sorted({who for item in alerts_of_all if not item.right for who in item.who})
    if blamed:
        yield t(
            "False alarms were about: {who}. What do they do differently from the intruder?", who=", ".join(blamed[:6])
        )
    missed = sorted({item.incident.intrusion for item in scored.wanted if item.delay is None})
    if missed and alerts_of_all:
        yield t("Missed on some days: {missed}.", missed=", ".join(missed))
