"""What the trainee has done, in SQLite: kept across resets, restarts and kills."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, scenario TEXT NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE IF NOT EXISTS active (scenario TEXT PRIMARY KEY) STRICT;
"""


@dataclass(frozen=True)
class Standing:
    """How far one scenario is. ``solved`` is the time (UTC) of the first check that passed."""

    scenario: str
    hints: int = 0
    checks: int = 0
    solved: datetime | None = None
    hints_when_solved: int = 0


@dataclass(frozen=True)
class Event:
    """Something the trainee did with a scenario: when (UTC), and which kind (see ``Progress.record``)."""

    at: datetime
    scenario: str
    kind: str
    detail: str


class Progress:
    """The record of one trainee. Every call is a transaction of its own; several processes may hold it open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as connection:
            connection.executescript(_SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=10)
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def record(self, scenario: str, kind: str, detail: str = "") -> None:
        """Add an event: ``misconfigured``, ``hint``, ``checked``, ``solved`` or ``fixed``."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._open() as connection:
            connection.execute(
                "INSERT INTO event (at, scenario, kind, detail) VALUES (?, ?, ?, ?)", (now, scenario, kind, detail)
            )

    def hints_taken(self, scenario: str) -> int:
        """How many of a scenario's hints have been shown. Read-only."""
        with self._open() as connection:
            query = "SELECT COUNT(DISTINCT detail) FROM event WHERE scenario = ? AND kind = 'hint'"
            return int(connection.execute(query, (scenario,)).fetchone()[0])

    def standing(self, scenario: str) -> Standing:
        """How far a scenario is. Read-only."""
        hints: set[str] = set()
        checks, solved, hints_then = 0, None, 0
        with self._open() as connection:
            rows = connection.execute(
                "SELECT at, kind, detail FROM event WHERE scenario = ? ORDER BY id", (scenario,)
            ).fetchall()
        for at, kind, detail in rows:
            if kind == "hint":
                hints.add(detail)
            elif kind == "checked":
                checks += 1
            elif kind == "solved" and solved is None:
                solved, hints_then = datetime.fromisoformat(at), len(hints)
        return Standing(scenario, len(hints), checks, solved, hints_then)

    def events(self) -> tuple[Event, ...]:
        """Everything that was done, oldest first. Read-only."""
        with self._open() as connection:
            rows = connection.execute("SELECT at, scenario, kind, detail FROM event ORDER BY id").fetchall()
        return tuple(Event(datetime.fromisoformat(at), *rest) for at, *rest in rows)

    def active(self) -> frozenset[str]:
        """The scenarios whose misconfiguration was made last. Read-only."""
        with self._open() as connection:
            return frozenset(row[0] for row in connection.execute("SELECT scenario FROM active"))

    def set_active(self, scenarios: frozenset[str]) -> None:
        """Note which misconfigurations the running site was made with."""
        with self._open() as connection:
            connection.execute("DELETE FROM active")
            connection.executemany("INSERT INTO active VALUES (?)", [(name,) for name in sorted(scenarios)])
