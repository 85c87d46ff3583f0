"""The truth ledger: every request of a day, by whom, whether it belongs to an intrusion, and which patients it touched.

A SQLite file of three tables, written whole or not at all. It is the answer key: no sensor and no rule reads it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, fields
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from lab.errors import LabError
from lab.i18n import Text, t


class Label(StrEnum):
    """What a request is. A scan looks at what answers and takes nothing: worth a note, not an alarm."""

    BENIGN = "benign"
    SCAN = "scan"
    MALICIOUS = "malicious"

    @property
    def label(self) -> Text:
        return {"benign": t("hospital"), "scan": t("scan"), "malicious": t("intrusion")}[self.value]


class Effect(StrEnum):
    """What a request did to a patient's record: who did it has seen it, has a copy, has altered or has removed it."""

    LISTED = "listed"
    COPIED = "copied"
    CHANGED = "changed"
    DELETED = "deleted"


@dataclass(frozen=True)
class Touch:
    """One patient's study in one request. ``images`` are those that were copied, changed or deleted (0 when listed)."""

    effect: Effect
    patient: str
    """PatientID (0010,0020)."""
    study: str
    """StudyInstanceUID (0020,000D); empty when the request was about the patient as a whole."""
    images: int = 0
    attributes: tuple[str, ...] = ()
    """What was given away: values of ``lab.model.Attribute``, and ``image`` for pixels."""


@dataclass(frozen=True)
class Request:
    """One request and its answer, as the client saw it. Times are real, in seconds since 1970 (UTC)."""

    number: int
    began: float
    ended: float
    day_seconds: float
    """When it began by the hospital's clock: seconds after the day's midnight."""
    who: str
    """A member of the cast, such as ``ct1`` or ``dr.moreau``; an intruder from outside is ``intruder of`` the incident."""
    role: str
    """``modality``, ``workstation``, ``doctor``, ``administrator``, ``monitoring``, ``backup``, ``research``, ``intruder``, …"""
    zone: str
    address: str
    """The source address; in compose everybody in a zone has the same."""
    aet: str | None
    """The calling AE title (DICOM)."""
    account: str | None
    """The account whose name was sent (HTTP), whether or not its password was right."""
    protocol: str
    """``dicom`` or ``http``."""
    verb: str
    """``C-ECHO``, ``C-FIND``, ``C-GET``, ``C-MOVE``, ``C-STORE``, ``A-ASSOCIATE`` (refused), ``TCP`` (refused), or the method."""
    target: str
    """HTTP: path and query. DICOM: level and UIDs, or the SOP instance."""
    status: int | None
    """HTTP status or DIMSE status; None when there was no answer."""
    connection: int
    """Requests of one association, or of one HTTP client, share a number."""
    label: Label = Label.BENIGN
    intrusion: str | None = None
    """Which kind of intrusion: a file of ``traffic/intrusions``."""
    incident: str | None = None
    """Which one of this day, such as ``password-spray-1``."""
    touches: tuple[Touch, ...] = ()

    @property
    def malicious(self) -> bool:
        return self.label is Label.MALICIOUS


@dataclass(frozen=True)
class Incident:
    """One intrusion of the day, from its first request to its last."""

    id: str
    intrusion: str
    label: Label
    who: str
    began: float
    ended: float
    requests: int
    patients: tuple[str, ...]
    """PatientIDs touched, sorted."""


@dataclass(frozen=True)
class Truth:
    """All requests of a day in the order in which they began."""

    requests: tuple[Request, ...]

    @cached_property
    def incidents(self) -> tuple[Incident, ...]:
        """The intrusions and scans of the day, in the order in which they began."""
        groups: dict[str, list[Request]] = {}
        for request in self.requests:
            if request.incident:
                groups.setdefault(request.incident, []).append(request)
        return tuple(_incident(name, group) for name, group in groups.items())

    def save(self, path: Path) -> None:
        """Write the ledger as SQLite: into a temporary file that then takes the place of ``path``."""
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.unlink(missing_ok=True)
        with closing(sqlite3.connect(temporary)) as database:
            database.executescript(_SCHEMA)
            _insert(
                database, "request", ([getattr(r, name) for name in _COLUMNS] for r in self.requests), len(_COLUMNS)
            )
            touches = [(r.number, touch) for r in self.requests for touch in r.touches]
            _insert(database, "touch", (_row(number, touch) for number, touch in touches), 6)
            rows = (astuple(i)[:7] for i in self.incidents)
            _insert(database, "incident", rows, 7)
            database.commit()
        os.replace(temporary, path)

    @classmethod
    def load(cls, path: Path) -> Truth:
        """Read a ledger. Raises LabError when it is none. Read-only."""
        try:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
                touches: dict[int, list[Touch]] = {}
                for number, effect, patient, study, images, attributes in database.execute("SELECT * FROM touch"):
                    given = tuple(part for part in attributes.split(",") if part)
                    touches.setdefault(number, []).append(Touch(Effect(effect), patient, study, images, given))
                rows = database.execute(f"SELECT {', '.join(_COLUMNS)} FROM request ORDER BY began, number").fetchall()
        except (sqlite3.Error, ValueError) as error:
            raise LabError(
                t("{path} is no truth ledger: {reason}.", path=path, reason=error), t("Record a day: pacslab day.")
            ) from error
        return cls(tuple(_request(row, tuple(touches.get(row[0], ()))) for row in rows))


_COLUMNS = tuple(field.name for field in fields(Request) if field.name != "touches")
_SCHEMA = """
CREATE TABLE request (
  number INTEGER PRIMARY KEY, began REAL NOT NULL, ended REAL NOT NULL, day_seconds REAL NOT NULL, who TEXT NOT NULL,
  role TEXT NOT NULL, zone TEXT NOT NULL, address TEXT NOT NULL, aet TEXT, account TEXT, protocol TEXT NOT NULL,
  verb TEXT NOT NULL, target TEXT NOT NULL, status INTEGER, connection INTEGER NOT NULL,
  label TEXT NOT NULL CHECK (label IN ('benign', 'scan', 'malicious')), intrusion TEXT, incident TEXT);
CREATE TABLE touch (
  request INTEGER NOT NULL REFERENCES request(number),
  effect TEXT NOT NULL CHECK (effect IN ('listed', 'copied', 'changed', 'deleted')),
  patient TEXT NOT NULL, study TEXT NOT NULL, images INTEGER NOT NULL, attributes TEXT NOT NULL);
CREATE TABLE incident (
  id TEXT PRIMARY KEY, intrusion TEXT NOT NULL, label TEXT NOT NULL, who TEXT NOT NULL, began REAL NOT NULL,
  ended REAL NOT NULL, requests INTEGER NOT NULL);
"""


def _insert(database: sqlite3.Connection, table: str, rows: Iterable[Sequence[object]], width: int) -> None:
    database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", rows)


def _row(number: int, touch: Touch) -> tuple[object, ...]:
    return number, touch.effect, touch.patient, touch.study, touch.images, ",".join(touch.attributes)


def _request(row: Sequence[object], touches: tuple[Touch, ...]) -> Request:
    values = dict(zip(_COLUMNS, row, strict=True))
    return Request(**values | {"label": Label(str(values["label"])), "touches": touches})  # type: ignore[arg-type]


def _incident(name: str, group: Sequence[Request]) -> Incident:
    first = group[0]
    assert first.intrusion is not None
    patients = sorted({touch.patient for request in group for touch in request.touches})
    ended = max(request.ended for request in group)
    return Incident(name, first.intrusion, first.label, first.who, first.began, ended, len(group), tuple(patients))
