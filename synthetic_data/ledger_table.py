"""The ledger as a table: one Parquet file, a row for each identifier of each object.

DuckDB writes and reads it, and is loaded only then: most programs that know of ledgers touch none. The rows are made in
arrays from what a series shares and what its images differ in (`ledger_part`), instead of one by one in Python.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from synthetic_data.errors import SyntheticDataError
from synthetic_data.ledger import Action, Kind, LedgerEntry, Place
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
_FILE_COLUMNS = ["series", "number", "file", "sop_instance_uid"]
_IDENTIFIER_COLUMNS = ["series", "number", "ordinal", *_PLANT_COLUMNS]
_COLUMNS = {"files": _FILE_COLUMNS, "shared": _IDENTIFIER_COLUMNS, "own": _IDENTIFIER_COLUMNS}
_Arrays = dict[str, NDArray[Any]]


class _Gathered:
    """Saved parts, one behind the other."""

    def __init__(self) -> None:
        self._columns: dict[str, dict[str, list[Any]]] = {
            kind: {name: [] for name in names} for kind, names in _COLUMNS.items()
        }
        self._series = 0

    def __len__(self) -> int:
        return len(self._columns["files"]["file"])

    def add(self, part: Path) -> None:
        series = self._series
        for kind, columns in json.loads(part.read_text(encoding="utf-8")).items():
            if columns:
                columns[0] = [series + number for number in columns[0]]
                for name, values in zip(_COLUMNS[kind], columns, strict=True):
                    self._columns[kind][name] += values
        if len(self):
            self._series = self._columns["files"]["series"][-1] + 1

    def rows(self) -> _Arrays:
        """A row for each identifier of each file, by the names of `SCHEMA`; -1 stands for no number."""
        files, shared, own = (_arrays(self._columns[kind]) for kind in _COLUMNS)
        first, behind = (np.searchsorted(shared["series"], files["series"], side) for side in ("left", "right"))
        many = behind - first
        # the shared identifiers of each file's series, file by file: which file, and which identifier
        of_file = np.repeat(np.arange(len(many)), many)
        of_series = np.arange(many.sum()) + np.repeat(first - np.cumsum(many) + many, many)
        own_file = np.searchsorted(_place(files), _place(own))
        file = np.concatenate([of_file, own_file])
        ordinal = np.concatenate([shared["ordinal"][of_series], own["ordinal"]])
        order = np.lexsort((ordinal, file))
        identifier = np.concatenate([of_series, len(shared["ordinal"]) + np.arange(len(own_file))])[order]
        rows = {name: files[name][file[order]] for name in ("file", "sop_instance_uid")}
        return rows | {name: np.concatenate([shared[name], own[name]])[identifier] for name in _PLANT_COLUMNS}


def merge(parts: Sequence[Path], path: Path) -> int:
    """Make the saved parts, one behind the other, a Parquet file, which appears complete; returns the number of rows.

    A large hospital's ledger is made in tables of so many files at once, which wait beside the parts.
    """
    tables: list[Path] = []
    gathered = _Gathered()
    for part in parts:
        gathered.add(part)
        if len(gathered) >= _FILES_AT_ONCE or part is parts[-1]:
            tables.append(part.with_name(f"{len(tables)}.parquet{UNFINISHED}"))
            with _database() as database:
                database.register("gathered", gathered.rows())
                _copy(database, f"SELECT {', '.join(map(_typed, SCHEMA))} FROM gathered", tables[-1])
            gathered = _Gathered()
    rows = join(tables, path)
    for table in tables:
        table.unlink()
    return rows


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


def _typed(name: str) -> str:
    """A column as SQL, with the schema's type."""
    return f"NULLIF({name}, -1)::INTEGER AS {name}" if SCHEMA[name][0] == "INTEGER" else f"{name}::VARCHAR AS {name}"


def _arrays(columns: dict[str, list[Any]]) -> _Arrays:
    return {
        name: np.array(values, object)
        if SCHEMA.get(name, ("INTEGER",))[0] == "VARCHAR"
        else np.array([-1 if value is None else value for value in values], np.int32)
        for name, values in columns.items()
    }


def _place(rows: _Arrays) -> NDArray[np.int64]:
    """Series and number as one number that grows with both."""
    return rows["series"].astype(np.int64) << 32 | rows["number"]


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
