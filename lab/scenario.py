"""What a scenario file is made of. A scenario is one weakness: made, seen, found, repaired, and repaired wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lab.i18n import Text, t
from lab.model import Severity
from lab.sandbox.protocol import Log
from lab.site.config import SiteConfig

Overlay = Mapping[str, Any]


class Outcome(StrEnum):
    """What comes of a repair."""

    REPAIRED = "repaired"
    STILL_OPEN = "still-open"
    STOPS_HOSPITAL = "stops-hospital"

    @property
    def label(self) -> Text:
        return {
            Outcome.REPAIRED: t("repaired"),
            Outcome.STILL_OPEN: t("still open"),
            Outcome.STOPS_HOSPITAL: t("stops the hospital"),
        }[self]


class Group(StrEnum):
    """The chapters of the catalogue."""

    WEB = "web"
    DIMSE = "dimse"
    WATCHING = "watching"

    @property
    def label(self) -> Text:
        return {
            Group.WEB: t("Web and REST"),
            Group.DIMSE: t("DICOM network"),
            Group.WATCHING: t("Watching, storing, sharing"),
        }[self]


@dataclass(frozen=True)
class Fix:
    """A repair that somebody might make. ``why`` says what comes of it; one fix of a scenario is right."""

    id: str
    title: Text
    overlay: Overlay
    outcome: Outcome
    why: Text
    elsewhere: bool = False
    """Made outside the site, such as an upgrade: the lab says how, and cannot make it."""

    def __call__(self, site: SiteConfig) -> SiteConfig:
        """The site with this repair made. Pure."""
        return site.changed(self.overlay)


AUDIT = "audit"


@dataclass(frozen=True)
class Trace:
    """What one log shows of the intrusion, at a log level of Orthanc. Held true by a test that breaks in and looks."""

    log: Log
    log_level: str
    """``default``, ``verbose`` or ``trace``, each as Orthanc alone logs; or ``audit``: its default with the site's audit lines."""
    pattern: str | None
    """A regular expression that a line of the intrusion matches; None when it leaves no line there."""
    why: Text


def logging_at(site: SiteConfig, level: str) -> SiteConfig:
    """The site as it logs at a level of ``Trace``. Pure."""
    audited = level == AUDIT
    return site.changed({"log_level": "default" if audited else level, "filters": {"audit": audited}})


@dataclass(frozen=True)
class Reference:
    """Where one reads more."""

    label: str
    url: str | None = None


@dataclass(frozen=True)
class Scenario:
    """One weakness as data. ``id`` is the file's name with hyphens."""

    id: str
    title: Text
    group: Group
    severity: Severity
    minutes: int
    roles: tuple[Text, ...]
    """Who in a hospital should take this lesson."""
    story: Text
    """How it happens, in two or three sentences."""
    misconfiguration: Overlay
    hints: tuple[Text, ...]
    fixes: tuple[Fix, ...]
    traces: tuple[Trace, ...]
    references: tuple[Reference, ...]
    also: tuple[str, ...] = ()
    """Other scenarios whose weakness comes along with this misconfiguration; some show only once a graver one is gone."""
    alone: bool = False
    """Its probe changes what the archive holds or whom it knows, or reads what a log gets meanwhile: no other runs beside it."""

    @property
    def right_fix(self) -> Fix:
        return next(fix for fix in self.fixes if fix.outcome is Outcome.REPAIRED)

    def proposal(self, before: SiteConfig, after: SiteConfig) -> Fix | None:
        """The proposed fix that leads from one site to the other, if one does. Pure."""
        made = (fix for fix in self.fixes if not fix.elsewhere)
        return next((fix for fix in made if fix(before) == after), None)

    def broken(self, site: SiteConfig) -> SiteConfig:
        """The site with this weakness made. Pure."""
        return site.changed(self.misconfiguration)
