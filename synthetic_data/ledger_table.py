"""The ledger as a table: one Parquet file, a row for each identifier of each object.

DuckDB writes and reads it, and is loaded only then: most programs that know of ledgers touch none. An image of a stack
shares nearly all its rows with its neighbours, so the rows are made in the database from what a series shares and what
its images differ in, instead of one by one in Python.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from synthetic_data.errors import SyntheticDataError
from synthetic_data.instance import SeriesShare
from synthetic_data.ledger import Action, Kind, LedgerEntry, Place, Plant

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

MEMORY = "96MB"
_AT_ONCE = 1000
_PLANT_COLUMNS = [name for name in SCHEMA if name not in ("file", "sop_instance_uid")]
_OWN_UID = "(0002,0003)"


@dataclass(slots=True)
class _Rows:
    """Plants with the series and the position that they belong to, and the image where it is one's own (else 0)."""

    keys: list[tuple[int, int, int]]
    plants: list[Plant]

    def table(self) -> dict[str, Any]:
        series, number, ordinal = np.array(self.keys, np.int32).reshape(-1, 3).T
        columns: dict[str, Any] = {"series": series.copy(), "number": number.copy(), "ordinal": ordinal.copy()}
        flat = [_flat(plant) for plant in self.plants]
        for index, name in enumerate(_PLANT_COLUMNS):
            values = [row[index] for row in flat]
            if SCHEMA[name][0] == "INTEGER":
                columns[name] = np.array([-1 if value is None else value for value in values], np.int32)
            else:
                columns[name] = np.array(values, dtype=object)
        return columns


def write_shares(path: Path, shares: Sequence[SeriesShare], files: Sequence[Sequence[str]]) -> int:
    """Write the ledger of these series, whose files have these names, to a Parquet file; returns the number of rows."""
    shared, own = _Rows([], []), _Rows([], [])
    images: dict[str, list[Any]] = {"series": [], "number": [], "file": [], "uid": []}
    for index, (share, names) in enumerate(zip(shares, files, strict=True)):
        shared.plants += share.record.plants
        shared.keys += [(index, 0, 1 + ordinal) for ordinal in range(len(share.record.plants))]
        for number, name in zip(share.columns.numbers, names, strict=True):
            uid = share.sop_instance_uid(number)
            for column, values in zip(images, (index, number, name, uid), strict=True):
                images[column].append(values)
            plants = [in_file_meta(uid, share.study.patient.patient_id), *share.columns.plants(number)]
            own.plants += plants
            first = 1 + len(share.record.plants)
            own.keys += [(index, number, 0 if ordinal == 0 else first + ordinal) for ordinal in range(len(plants))]
    with _database() as database:
        database.register("shared_plants", shared.table())
        database.register("own_plants", own.table())
        database.register("images", _as_arrays(images))
        names = ", ".join(_PLANT_COLUMNS)
        return _copy(
            database,
            f"""SELECT file, uid AS sop_instance_uid, {_typed(_PLANT_COLUMNS)} FROM (
                SELECT series, images.number, file, uid, ordinal, {names} FROM images JOIN shared_plants USING (series)
                UNION ALL BY NAME
                SELECT series, number, file, uid, ordinal, {names} FROM images JOIN own_plants USING (series, number)
            ) ORDER BY series, number, ordinal""",
            path,
        )


def write_plants(path: Path, files: Sequence[tuple[str, str, Sequence[Plant]]]) -> int:
    """Write the ledger of files of their own kind, such as a DICOMDIR: name, UID, identifiers; returns the rows' number."""
    rows = _Rows([], [])
    images: dict[str, list[Any]] = {"series": [], "file": [], "uid": []}
    for index, (name, uid, plants) in enumerate(files):
        for column, value in zip(images, (index, name, uid), strict=True):
            images[column].append(value)
        rows.keys += [(index, 1, ordinal) for ordinal in range(len(plants))]
        rows.plants += plants
    with _database() as database:
        database.register("plants", rows.table())
        database.register("images", _as_arrays(images))
        return _copy(
            database,
            f"""SELECT file, uid AS sop_instance_uid, {_typed(_PLANT_COLUMNS)}
            FROM plants JOIN images USING (series) ORDER BY series, ordinal""",
            path,
        )


def append_plants(path: Path, files: Sequence[tuple[str, str, Sequence[Plant]]]) -> None:
    """Put the ledger of such files behind the rows that are there already."""
    more = path.with_name(f"more-{path.name}")
    write_plants(more, files)
    merge([path, more], path)
    more.unlink()


def in_file_meta(uid: str, person: str) -> Plant:
    """The object's own UID in the file meta information."""
    return Plant(Place.FILE_META, _OWN_UID, Kind.UID, uid, person)


def merge(parts: Sequence[Path], path: Path) -> int:
    """Put the parts one behind the other into one Parquet file, which appears complete; returns the number of rows."""
    if len(parts) > _AT_ONCE:
        parts = [_merge_some(parts[start : start + _AT_ONCE], path, start) for start in range(0, len(parts), _AT_ONCE)]
    unfinished = path.with_name(path.name + ".part")
    with _database() as database:
        if parts:
            names = ", ".join(f"'{_quoted(part)}'" for part in parts)
            rows = _copy(database, f"SELECT * FROM read_parquet([{names}])", unfinished)
        else:
            empty = ", ".join(f"NULL::{kind} AS {name}" for name, (kind, _) in SCHEMA.items())
            rows = _copy(database, f"SELECT {empty} LIMIT 0", unfinished)
    os.replace(unfinished, path)
    return rows


def _merge_some(parts: Sequence[Path], path: Path, start: int) -> Path:
    """So many parts as one, beside them; the whole ledger of a large hospital is no more files than one can open."""
    together = parts[0].with_name(f"merged-{start}.parquet")
    merge(parts, together)
    return together


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


def _flat(plant: Plant) -> tuple[Any, ...]:
    """A plant's values in the order of the columns."""
    start, end = plant.span or (None, None)
    box = plant.box or (None, None, None, None)
    place, tag, kind, value, person, creator, _, page, _ = plant
    words = (str(word) for word in (place, tag, kind, value, person, plant.action, creator))
    return (*words, start, end, page, *box)


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


def _as_arrays(columns: dict[str, list[Any]]) -> dict[str, Any]:
    numbers = ("series", "number")
    return {name: np.array(values, np.int32 if name in numbers else object) for name, values in columns.items()}


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
