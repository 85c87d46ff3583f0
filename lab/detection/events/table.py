"""The table of events: a SQLite database with one table, ``events``, whose columns are those of schema.py."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from lab.detection.events.schema import COLUMNS, FIELDS, Event

if TYPE_CHECKING:
    import pandas

TABLE = "events"
_BATCH = 20_000


def create(path: Path | str = ":memory:") -> sqlite3.Connection:
    """A new, empty table of events, in a file or in memory. What a query calls REGEXP is Python's ``re.search``."""
    database = sqlite3.connect(path)
    database.create_function("regexp", 2, _regexp, deterministic=True)
    columns = ", ".join(
        f'"{name}" {kind}{" COLLATE NOCASE" if kind == "TEXT" else ""}' for name, (kind, _) in FIELDS.items()
    )
    database.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE {TABLE} ({columns});")
    return database


def insert(database: sqlite3.Connection, events: Iterable[Event]) -> int:
    """Add events; returns how many. What they carry besides the columns is left out."""
    statement = f"INSERT INTO {TABLE} VALUES ({', '.join('?' * len(COLUMNS))})"
    stream, count = iter(events), 0
    while batch := [[event.get(name) for name in COLUMNS] for event in islice(stream, _BATCH)]:
        database.executemany(statement, batch)
        count += len(batch)
    database.commit()
    return count


def rows(database: sqlite3.Connection, where: str = "1", values: Sequence[object] = ()) -> list[Event]:
    """The events in the order of time, each with the columns that its source fills. ``where`` is an SQL condition."""
    found = database.execute(f"SELECT * FROM {TABLE} WHERE {where} ORDER BY timestamp, rowid", values)
    return [{name: value for name, value in zip(COLUMNS, row, strict=True) if value is not None} for row in found]


def frame(database: sqlite3.Connection, where: str = "1") -> pandas.DataFrame:
    """The events as a pandas frame, in the order of time; ``where`` is an SQL condition. Columns that are empty throughout are left out."""
    import pandas

    found = pandas.read_sql(f"SELECT * FROM {TABLE} WHERE {where} ORDER BY timestamp, rowid", database)
    found["timestamp"] = pandas.to_datetime(found["timestamp"], utc=True, format="ISO8601")
    return found.dropna(axis="columns", how="all")


def _regexp(pattern: str, value: object) -> bool:
    return value is not None and re.search(pattern, str(value)) is not None
