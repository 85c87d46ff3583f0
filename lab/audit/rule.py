"""What a rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.audit.archive import Archive, Setting
from lab.audit.deployment import Deployment
from lab.audit.source import Place, Source
from lab.i18n import Text
from lab.model import Severity
from lab.scenario import Reference

JSON = Any


@dataclass(frozen=True)
class Edit:
    """A change that ``--harden`` can make by itself: these characters of a file become this text."""

    source: Source
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Hit:
    """One place where a rule applies."""

    message: Text
    place: Place
    severity: Severity | None = None
    """Where it differs from the rule's own."""
    default: Text | None = None
    """The platform whose default this is, when nothing is written."""
    archive: Archive | None = None
    options: Mapping[str, JSON] = field(default_factory=dict)
    """The remedy as options of Orthanc."""
    fragment: str = ""
    """The remedy as a fragment of another kind of file, when it is not ``options``."""
    edits: tuple[Edit, ...] = ()


Find = Callable[[Deployment], Iterable[Hit]]


@dataclass(frozen=True)
class Rule:
    """One rule. ``id`` is that of the scenario that demonstrates it, where there is one of the same name."""

    id: str
    title: Text
    severity: Severity
    why: Text
    """What an outsider gains by it."""
    find: Find
    scenario: str
    """The scenario of the course that demonstrates it."""
    references: tuple[Reference, ...] = ()
    note: str = ""
    """When it stays quiet; and where its severity is not its scenario's, why ("Severity: …")."""


def rule(
    id: str,
    severity: Severity,
    title: Text,
    why: Text,
    *references: Reference,
    scenario: str | None = None,
) -> Callable[[Find], Rule]:
    """Make a rule of the function that finds; the function's docstring says when it stays quiet."""
    return lambda find: Rule(id, title, severity, why, find, scenario or id, references, find.__doc__ or "")


@dataclass(frozen=True)
class Finding:
    """What one rule found at one place."""

    rule: Rule
    hit: Hit

    @property
    def severity(self) -> Severity:
        return self.hit.severity or self.rule.severity

    @property
    def place(self) -> Place:
        return self.hit.place


def hit(archive: Archive, setting: Setting, message: Text, **more: Any) -> Hit:
    """A hit on an option of an archive, at its place, or from its default."""
    return Hit(message, setting.place, default=setting.default, archive=archive, **more)
