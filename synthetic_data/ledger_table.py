"""The ledger as a table: one Parquet file, a row for each identifier of each object.

DuckDB writes and reads it, and is loaded only then: most programs that know of ledgers touch none. The rows are made in
the database from what a series shares and what its images differ in (`ledger_part`), instead of one by one in Python.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from synthetic_data.errors import SyntheticDataError
from synthetic_data.ledger import Action, Kind, LedgerEntry, Place
from synthetic_data.ledger_part import LedgerPart
from synthetic_data.sets import UNFINISHED

if TYPE_CHECKING:
    import duckdb

SCHEMA: dict[str, tuple[str, str]] = {
    "file": ("VARCHAR", "the file, below the set's folder, with forward slashes"),
    "sop_instance_uid": ("VARCHAR", "the object's SOP Instance UID (0008,0018)"),
    "place": ("VARCHAR", "where in the file: " + ", ".join(Place)),
    "tag": ("VARCHAR", "tag path such as (0040,0275)[0](0040,1002), items from 0; empty for preamble and file name"),
    "kind": ("VARCHAR", "what the value is: " + ", ".join(Kind)),
    "value": ("VARCHAR", "the value as it stands there"),
    "person": ("VARCHAR", "whose: a Patient ID, with /contact for the relative, a member of staff, or institution"),
    "action": ("VARCHAR", "what de-identification owes, in MIDI-B's words: " + ", ".join(Action)),
    "private_creator": ("VARCHAR", "whose block a private element is in, else empty"),
    "span_start": ("INTEGER", "first character in a text, a preamble or a file name, from 0"),
    "span_end": ("INTEGER", "the first character beyond"),
    "page": ("INTEGER", "page of a PDF or frame of a multi-frame image, from 1"),
    "box_left": ("INTEGER", "first pixel column, or points from the left of a PDF page"),
    "box_top": ("INTEGER", "first pixel row, or points from the top of a PDF page"),
    "box_right": ("INTEGER", "the first column beyond"),
    "box_bottom": ("INTEGER", "the first row beyond"),
}
"""Column, type and meaning. It also stands in the file's metadata under `schema`, as JSON."""

MEMORY = "48MB"
_FILES_AT_ONCE = 1000
_PLANT_COLUMNS = [name for name in SCHEMA if name not in ("file", "sop_instance_uid")]
_FILE_COLUMNS = ["series", "number", "file", "uid"]


def merge(parts: Sequence[Path], path: Path) -> int:
    """Make the saved parts, one behind the other, a Parquet file, which appears complete; returns the number of rows.

    A large hospital's ledger is made in tables of so many files at once, which wait beside the parts.
    """
    tables: list[Path] = []
    gathered = LedgerPart()
    for part in parts:
        gathered.add(LedgerPart.load(part))
        if len(gathered.files) >= _FILES_AT_ONCE or part is parts[-1]:
            tables.append(part.with_name(f"{len(tables)}.parquet{UNFINISHED}"))
            _write(gathered, tables[-1])
            gathered = LedgerPart()
    rows = join(tables, path)
    for table in tables:
        table.unlink()
    return rows


def _write(part: LedgerPart, path: Path) -> int:
    identifier = ["series", "number", "ordinal", *_PLANT_COLUMNS]
    with _database() as database:
        for name, rows, columns in (
            ("files", part.files, _FILE_COLUMNS),
            ("shared_plants", part.shared, identifier),
            ("own_plants", part.own, identifier),
        ):
            database.register(name, _arrays(columns, rows))
        names = ", ".join(_PLANT_COLUMNS)
        return _copy(
            database,
            f"""SELECT file, uid AS sop_instance_uid, {_typed(_PLANT_COLUMNS)} FROM (
                SELECT series, files.number, file, uid, ordinal, {names} FROM files JOIN shared_plants USING (series)
                UNION ALL BY NAME
                SELECT series, number, file, uid, ordinal, {names} FROM files JOIN own_plants USING (series, number)
            ) ORDER BY series, number, ordinal""",
            path,
        )


def join(tables: Sequence[Path], path: Path) -> int:
    """Put Parquet files one behind the other into one, which appears complete; returns the number of rows."""
    unfinished = path.with_name(path.name + UNFINISHED)
    names = ", ".join(f"'{_quoted(table)}'" for table in tables)
    nothing = ", ".join(f"NULL::{kind} AS {name}" for name, (kind, _) in SCHEMA.items())
    query = f"SELECT * FROM read_parquet([{names}])" if tables else f"SELECT {nothing} LIMIT 0"
    with _database() as database:
        rows = _copy(database, query, unfinished)
    os.replace(unfinished, path)
    return rows


def read_ledger(path: Path) -> Iterator[LedgerEntry]:
    """The entries of a ledger's Parquet file, in its order. Raises SyntheticDataError for a file that is none."""
    import duckdb

    columns = [name for name in SCHEMA if name != "file"]
    with _database() as database:
        try:
            database.execute(f"SELECT {', '.join(columns)} FROM read_parquet('{_quoted(path)}')")
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise SyntheticDataError(f"{str(path)!r} is no ledger that can be read: {reason}.") from error
        while rows := database.fetchmany(4096):
            yield from (_entry(row) for row in rows)


def _entry(row: tuple[Any, ...]) -> LedgerEntry:
    uid, place, tag, kind, value, person, action, creator, start, end, page, left, top, right, bottom = row
    return LedgerEntry(
        uid, Place(place), tag, Kind(kind), value, person, Action(action), creator,
        None if start is None else (start, end), page, None if left is None else (left, top, right, bottom),
    )  # fmt: skip


def _typed(columns: Sequence[str]) -> str:
    """The columns as SQL, with the schema's types; -1 stands for no number."""
    return ", ".join(
        f"NULLIF({name}, -1)::INTEGER AS {name}" if SCHEMA[name][0] == "INTEGER" else f"{name}::VARCHAR AS {name}"
        for name in columns
    )


def _arrays(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Rows as named columns for the database."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return {name: _array(name, values) for name, values in zip(names, columns, strict=True)}


def _array(name: str, values: Sequence[Any]) -> Any:
    if name in ("series", "number", "ordinal") or SCHEMA.get(name, ("",))[0] == "INTEGER":
        return np.array([-1 if value is None else value for value in values], np.int32)
    return np.array(values, dtype=object)


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """An empty database in memory: one thread, so that rows keep their order, and nothing fetched from anywhere."""
    import duckdb

    return duckdb.connect(config={"threads": 1, "memory_limit": MEMORY, "autoinstall_known_extensions": False})


def _database() -> duckdb.DuckDBPyConnection:
    """A connection of its own to the database, as connections are not for several threads."""
    return _engine().cursor()


def _copy(database: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    import duckdb

    meaning = json.dumps({name: text for name, (_, text) in SCHEMA.items()}, ensure_ascii=False).replace("'", "''")
    options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880, KV_METADATA {{schema: '{meaning}'}}"
    try:
        counted = database.execute(f"COPY ({query}) TO '{_quoted(path)}' ({options})").fetchone()
    except duckdb.IOException as error:
        raise OSError(str(error).splitlines()[0]) from error
    return 0 if counted is None else int(counted[0])


def _quoted(path: Path | str) -> str:
    return str(path).replace("'", "''")
