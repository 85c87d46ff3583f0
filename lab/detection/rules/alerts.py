"""From the hits of a rule to alerts, as a security team would have them: what belongs together rings once."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from lab.detection.rules.sigma import Hit, Rule, run

QUIET = 3600.0
"""Hits of one rule about the same source within so many seconds are one alert."""


@dataclass(frozen=True)
class Alert:
    """One alarm. Times are those of the events, in seconds since 1970."""

    rule: str
    level: str
    fired: float
    """When it first rang: at the event that completed the condition."""
    ended: float
    group: tuple[tuple[str, str], ...]
    events: tuple[int, ...]
    """Row numbers in the table of events."""


def alerts(rule: Rule, database: sqlite3.Connection) -> list[Alert]:
    """Run a rule and put together what belongs together, in the order in which it rang."""
    open_: dict[tuple[tuple[str, str], ...], list[Hit]] = {}
    done: list[list[Hit]] = []
    for hit in run(rule, database):
        before = open_.get(hit.group)
        if before and hit.began - max(h.ended for h in before) <= QUIET:
            before.append(hit)
        else:
            open_[hit.group] = fresh = [hit]
            done.append(fresh)
    times = _times(database, {row for hits in done for hit in hits for row in hit.events})
    found = [_alert(rule, hits, times) for hits in done]
    return sorted(found, key=lambda alert: (alert.fired, alert.events))


def _alert(rule: Rule, hits: list[Hit], times: dict[int, float]) -> Alert:
    rows = tuple(sorted({row for hit in hits for row in hit.events}))
    first = min(hits, key=lambda hit: max(times[row] for row in hit.events))
    fired = max(times[row] for row in first.events)
    return Alert(rule.name, rule.level, fired, max(times[row] for row in rows), hits[0].group, rows)


def _times(database: sqlite3.Connection, rows: set[int]) -> dict[int, float]:
    wanted = sorted(rows)
    found: dict[int, float] = {}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        marks = ",".join("?" * len(part))
        query = f"SELECT rowid, (julianday(timestamp) - 2440587.5) * 86400.0 FROM events WHERE rowid IN ({marks})"
        found |= dict(database.execute(query, part))
    return found
