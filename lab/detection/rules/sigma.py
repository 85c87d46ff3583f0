"""Sigma rules: read, checked, turned into SQL by pySigma's SQLite backend, and run over a table of events."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sigma.backends.sqlite.runtime import execute_plan
from sigma.backends.sqlite.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.modifiers import SigmaExistsModifier
from sigma.processing.pipeline import ProcessingPipeline
from sigma.rule import SigmaDetection, SigmaRule
from sigma.types import SigmaFieldReference, SigmaNull

from lab.detection.events.schema import COLUMNS
from lab.detection.events.table import TABLE
from lab.errors import LabError
from lab.i18n import t

SHIPPED = Path(__file__).parent / "sigma"
PIPELINE = Path(__file__).parent / "pipeline.yml"
LARGEST = 256 * 1024
_SECONDS = "ROUND((julianday({field}) - 2440587.5) * 86400000) / 1000.0"


class RuleError(LabError):
    """A rule that cannot be read, or asks for something that no source of the lab has."""


@dataclass(frozen=True)
class Rule:
    """One file of Sigma: a detection, or detections and the correlation over them."""

    name: str
    """The file's name without its ending."""
    text: str

    @property
    def title(self) -> str:
        return str(self._parsed[-1].title)

    @property
    def level(self) -> str:
        level = self._parsed[-1].level
        return level.name.lower() if level else "medium"

    @property
    def description(self) -> str:
        return str(self._parsed[-1].description or "")

    @property
    def false_positives(self) -> tuple[str, ...]:
        return tuple(self._parsed[-1].falsepositives or ())

    @property
    def custom(self) -> dict[str, Any]:
        """Fields that Sigma does not know: ``intrusion`` says which one the rule is about."""
        return dict(self._parsed[-1].custom_attributes or {})

    @property
    def _parsed(self) -> list[Any]:
        return _collection(self.text, self.name).rules

    def values(self) -> Iterator[tuple[str, str]]:
        """Each field that a condition of the rule names, with each value that it is held against."""
        for part in self._parsed:
            if isinstance(part, SigmaRule):
                for detection in part.detection.detections.values():
                    yield from _values(detection)

    @property
    def statements(self) -> tuple[dict[str, Any], ...]:
        """The rule as SQL: for each alerting part a ``rule`` (a query), or a ``correlation_plan``."""
        return _statements(self.text, self.name)


@dataclass(frozen=True)
class Hit:
    """One result of a rule: a single event, or a window of them that a correlation put together."""

    rule: str
    began: float
    ended: float
    """Seconds since 1970, by the events' own time; a correlation fires at ``ended``."""
    group: tuple[tuple[str, str], ...]
    """What the events have in common: field and value."""
    events: tuple[int, ...]
    """Row numbers of the table of events."""


def read_rule(path: Path | str) -> Rule:
    """Read a rule from a file and check it. Raises RuleError with the place and what is accepted. Read-only."""
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST:
            raise RuleError(
                t("{path} is larger than {limit} KB.", path=path, limit=LARGEST // 1024),
                t("A Sigma rule is a page of text."),
            )
        text = path.read_text("utf-8")
    except OSError as error:
        raise RuleError(
            t("{path} cannot be read: {reason}.", path=path, reason=error.strerror or error),
            t("Name a file with a Sigma rule in YAML."),
        ) from None
    except UnicodeDecodeError:
        raise RuleError(
            t("{path} is not UTF-8 text.", path=path), t("Name a file with a Sigma rule in YAML.")
        ) from None
    return rule_from(text, path.stem)


def rule_from(text: str, name: str = "rule") -> Rule:
    """A rule from its text, checked: it parses, and names only fields that the table of events has. Raises RuleError."""
    rule = Rule(name, text)
    unknown = sorted({field for statement in rule.statements for field in _fields(statement)} - set(COLUMNS))
    if unknown:
        from difflib import get_close_matches

        near = get_close_matches(unknown[0], COLUMNS, n=1, cutoff=0.4)
        raise RuleError(
            t("{name}: no source has the field {field!r}.", name=name, field=unknown[0]),
            t("Did you mean {near}?", near=near[0]) if near else t("The fields are listed by: pacslab rules fields."),
        )
    return rule


def shipped() -> tuple[Rule, ...]:
    """The rules that come with the lab, by file name."""
    return tuple(read_rule(path) for path in sorted(SHIPPED.glob("*.yml")))


def run(rule: Rule, database: sqlite3.Connection) -> list[Hit]:
    """Run a rule over a table of events. Does not change the table. Raises RuleError when the database refuses it."""
    hits: list[Hit] = []
    for statement in rule.statements:
        try:
            if "correlation_plan" in statement:
                hits += _correlated(rule, statement["correlation_plan"], database)
            else:
                hits += _single(rule, statement["rule"][0], database)
        except (sqlite3.Error, ValueError, RuntimeError, TypeError, OverflowError, re.error) as error:
            raise RuleError(
                t("{name} cannot be run: {reason}.", name=rule.name, reason=error),
                t("Look at its conditions and time span."),
            ) from error
    return sorted(hits, key=lambda hit: (hit.began, hit.events))


GROUP = ("source.ip", "user.name", "dicom.calling_aet")


def _single(rule: Rule, query: str, database: sqlite3.Connection) -> list[Hit]:
    wanted = ", ".join(f'"{name}"' for name in GROUP)
    moment = _SECONDS.format(field="timestamp")
    narrow = query.replace("SELECT * FROM", f"SELECT rowid, {moment}, {wanted} FROM", 1)
    return [
        Hit(
            rule.name,
            when,
            when,
            tuple((name, str(value)) for name, value in zip(GROUP, values, strict=True) if value is not None),
            (row,),
        )
        for row, when, *values in database.execute(narrow)
    ]


def _correlated(rule: Rule, plan: dict[str, Any], database: sqlite3.Connection) -> list[Hit]:
    rows, _ = execute_plan(database, plan, include_events=False)
    return [
        Hit(
            rule.name, float(row["window_start"]), float(row["window_end"]), _group(row["group_keys"]),
            tuple(sorted({int(str(identity).split(":", 1)[1]) for identity in row["event_ids"]})),
        )
        for row in rows
    ]  # fmt: skip


def _group(keys: Any) -> tuple[tuple[str, str], ...]:
    return (
        tuple((str(name), str(value)) for name, value in keys.items() if value is not None)
        if isinstance(keys, dict)
        else ()
    )


@cache
def pipeline() -> ProcessingPipeline:
    """The processing pipeline of these sources."""
    return ProcessingPipeline.from_yaml(PIPELINE.read_text("utf-8"))


@cache
def _collection(text: str, name: str) -> SigmaCollection:
    try:
        found = SigmaCollection.from_yaml(text)
    except Exception as error:  # what pySigma makes of nonsense is not foreseeable
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise RuleError(
            t("{name} is no Sigma rule: {reason}.", name=name, reason=reason),
            t("pacslab rules show NAME prints one to start from."),
        ) from None
    if not found.rules:
        raise RuleError(t("{name} holds no rule.", name=name), t("pacslab rules show NAME prints one to start from."))
    return found


@cache
def _statements(text: str, name: str) -> tuple[dict[str, Any], ...]:
    backend = sqliteBackend(pipeline(), table=TABLE, timestamp_field="timestamp", collate_nocase=False)
    _collection(text, name)
    try:
        fresh = SigmaCollection.from_yaml(text)  # converting writes into the collection
        return tuple(json.loads(backend.convert(fresh, "zircolite")))
    except Exception as error:
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise RuleError(
            t("{name} cannot be turned into a query: {reason}.", name=name, reason=reason),
            t("The backend is pySigma's for SQLite."),
        ) from None


def _values(detection: SigmaDetection) -> Iterator[tuple[str, str]]:
    for item in detection.detection_items:
        if isinstance(item, SigmaDetection):
            yield from _values(item)
        elif SigmaExistsModifier not in item.modifiers:
            for value in item.original_value or item.value:
                if not isinstance(value, SigmaNull | SigmaFieldReference):
                    yield str(item.field), _text(getattr(value, "regexp", value))


def _text(value: object) -> str:
    try:
        return str(value)
    except TypeError:  # pySigma takes a pattern that is null, and cannot write it
        return ""


def _fields(statement: dict[str, Any]) -> set[str]:
    return {str(field) for field in statement.get("required_fields", ()) if str(field) != "timestamp"} - {"rowid"}
