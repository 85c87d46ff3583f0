"""From the first alarm to what the data protection officer needs: the trainee's account of an incident, graded on truth.

Which patients, which attributes, from when to when, by whom, and was it copied or only listed? These are the facts that a
notification under GDPR art. 33(3) rests on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lab.detection.recording import Recording
from lab.detection.truth import Effect, Incident, Label, Request
from lab.errors import LabError
from lab.i18n import Text, t, tn
from lab.model import Attribute

TOLERANCE = timedelta(minutes=5)
"""How far the trainee's times may be off, by the clock of the day."""
REAL_SECONDS = 1.5
"""A log has when a request began, the truth when its answer was there; on a busy machine of a fast day that is more."""
IMAGE = "image"


@dataclass(frozen=True)
class Account:
    """What the trainee found out about one incident."""

    patients: frozenset[str]
    """PatientIDs (0010,0020) whose data were seen, copied, changed or deleted."""
    attributes: frozenset[str]
    """What was given away: values of ``lab.model.Attribute``, and ``image``."""
    began: datetime
    ended: datetime
    """The first and the last request, by the clock of the day."""
    by: str
    """An address, an AE title or an account that the intruder used."""
    copied: bool
    """Whether images left the archive, or were only looked up."""
    changed: bool = False
    """Whether records were altered, or forged ones put among them."""
    deleted: bool = False
    """Whether records were removed."""
    records: int = 0
    """How many records (studies) are concerned, about; 0 where that is not known."""

    @classmethod
    def of(
        cls,
        patients: Iterable[str],
        attributes: Iterable[str],
        began: object,
        ended: object,
        by: str,
        copied: bool,
        *,
        changed: bool = False,
        deleted: bool = False,
        records: int = 0,
    ) -> Account:
        """An account from what one writes in a notebook; times as ``datetime`` or as ISO 8601 text. Raises LabError naming what is wrong."""
        known = {attribute.value for attribute in Attribute} | {IMAGE}
        given = frozenset(str(getattr(attribute, "value", attribute)) for attribute in attributes)
        if strange := sorted(given - known):
            raise LabError(
                t("{name!r} is no attribute of a record.", name=strange[0]),
                t("There are: {known}.", known=", ".join(sorted(known))),
            )
        what = bool(copied), bool(changed), bool(deleted), max(0, int(records))
        return cls(frozenset(map(str, patients)), given, moment(began), moment(ended), str(by).strip(), *what)


@dataclass(frozen=True)
class Point:
    """One of the questions, with whether the answer is right; ``remark`` says how far off it is, and not what is right."""

    name: str
    title: Text
    right: bool
    remark: Text


@dataclass(frozen=True)
class Examined:
    """An account laid beside the truth."""

    incident: Incident
    account: Account
    points: tuple[Point, ...]

    @property
    def right(self) -> bool:
        return all(point.right for point in self.points)


def examine(account: Account, recording: Recording) -> Examined:
    """Grade an account against the incident of the day that it fits best. Raises LabError when the day had no intrusion."""
    incidents = [incident for incident in recording.truth.incidents if incident.label is Label.MALICIOUS]
    if not incidents:
        raise LabError(t("On this day nobody broke in."), t("Play another day: pacslab day --seed N."))
    incident = max(incidents, key=lambda incident: _fits(account, incident, recording))
    requests = [request for request in recording.truth.requests if request.incident == incident.id]
    return Examined(incident, account, _points(account, incident, requests, recording))


def _points(account: Account, incident: Incident, requests: list[Request], recording: Recording) -> tuple[Point, ...]:
    clock = recording.day.clock
    touches = [touch for request in requests for touch in request.touches]
    attributes = {attribute for touch in touches for attribute in touch.attributes}
    effects = {touch.effect for touch in touches}
    copied = Effect.COPIED in effects
    whole = (account.changed, account.deleted) == (Effect.CHANGED in effects, Effect.DELETED in effects)
    used = {
        name.lower()
        for request in requests
        # where everybody in a zone has one address, it names nobody
        for name in (request.address if recording.day.transparent else None, request.aet, request.account, request.who)
        if name
    }
    began, ended = clock.moment(incident.began), clock.moment(incident.ended)
    return (
        _set_point("patients", t("Which patients"), account.patients, set(incident.patients)),
        _set_point("attributes", t("Which attributes"), account.attributes, attributes),
        _time_point("began", t("From when"), account.began, began, tolerance(clock.speed)),
        _time_point("ended", t("To when"), account.ended, ended, tolerance(clock.speed)),
        Point("by", t("By whom"), account.by.lower() in used, _plain(account.by.lower() in used)),
        Point("copied", t("Copied, or only listed"), account.copied == copied, _plain(account.copied == copied)),
        Point("whole", t("Changed or deleted"), whole, _plain(whole)),
    )


def _set_point(name: str, title: Text, said: frozenset[str], true: set[str]) -> Point:
    missing, extra = len(true - said), len(said - true)
    if not missing and not extra:
        return Point(name, title, True, tn("right: {n}", "right: all {n}", len(true)))
    words = t(
        "{right} right, {missing} missing, {extra} too many", right=len(true & said), missing=missing, extra=extra
    )
    return Point(name, title, False, words)


def tolerance(speed: float) -> timedelta:
    """How far times may be off on a day of this speed. Pure."""
    return max(TOLERANCE, timedelta(seconds=REAL_SECONDS * speed))


def _time_point(name: str, title: Text, said: datetime, true: datetime, within: timedelta) -> Point:
    away = said - true
    if abs(away) <= within:
        minutes = round(within.total_seconds() / 60)
        return Point(name, title, True, t("right, to within {minutes} minutes", minutes=minutes))
    return Point(name, title, False, t("too early") if away < timedelta(0) else t("too late"))


def _plain(right: bool) -> Text:
    return t("right") if right else t("not so")


def _fits(account: Account, incident: Incident, recording: Recording) -> float:
    """How much of an incident an account is about: shared patients first, then time."""
    true = set(incident.patients)
    union = true | account.patients
    shared = len(true & account.patients) / len(union) if union else 0.0
    away = abs((account.began - recording.day.clock.moment(incident.began)).total_seconds())
    return shared + 1 / (2 + away / 600)


def moment(value: object) -> datetime:
    """A moment of the day without a zone: the events' times are the hospital's own."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        raise LabError(
            t("{value!r} is no date and time.", value=str(value)), t("Write it as in the events: 2026-11-21 08:15.")
        ) from None
