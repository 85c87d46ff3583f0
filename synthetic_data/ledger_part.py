"""A part of the ledger, such as one patient's, as it waits to become a table (`ledger_table`).

Whoever writes files writes such a part beside them, with nothing but the standard library: an image of a stack shares
nearly all its rows with its neighbours, so they are told once for a series, and repeated only in the table.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from synthetic_data.instance import SeriesShare
from synthetic_data.ledger import Kind, Place, Plant

SUFFIX = ".json"
_OWN_UID = "(0002,0003)"


class LedgerPart:
    """Files, and the identifiers that all files of a series have or one of them.

    `files` has a row for each file: series, number in the series, name, UID; series count from 0. `shared` and `own` have
    a row for each identifier, which begins with the series, the number (0: all files of the series), and the place among
    the file's identifiers; then come the columns of `ledger_table.SCHEMA` from `place` on. Rows are in the order of these
    numbers. A saved part has columns in the place of rows.
    """

    def __init__(self) -> None:
        self.files: list[tuple[Any, ...]] = []
        self.shared: list[tuple[Any, ...]] = []
        self.own: list[tuple[Any, ...]] = []

    def add_series(self, share: SeriesShare, names: Sequence[str]) -> None:
        """Add a series whose images have these file names."""
        series, plants, person = self._next, share.record.plants, share.study.patient.patient_id
        self.shared += [(series, 0, ordinal, *_flat(plant)) for ordinal, plant in enumerate(plants, start=1)]
        for number, name in zip(share.columns.numbers, names, strict=True):
            uid = share.sop_instance_uid(number)
            self.files.append((series, number, name, uid))
            self.own.append((series, number, 0, *_flat(in_file_meta(uid, person))))
            differing = enumerate(share.columns.plants(number), start=1 + len(plants))
            self.own += [(series, number, ordinal, *_flat(plant)) for ordinal, plant in differing]

    def add_file(self, name: str, uid: str, plants: Sequence[Plant]) -> None:
        """Add a file that is in no series, such as a DICOMDIR."""
        series = self._next
        self.files.append((series, 1, name, uid))
        self.own += [(series, 1, ordinal, *_flat(plant)) for ordinal, plant in enumerate(plants)]

    def save(self, path: Path) -> None:
        """Write the columns of each kind of row as JSON."""
        columns = {kind: list(zip(*rows, strict=True)) for kind, rows in vars(self).items()}
        path.write_text(json.dumps(columns, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")

    @property
    def _next(self) -> int:
        return self.files[-1][0] + 1 if self.files else 0


def in_file_meta(uid: str, person: str) -> Plant:
    """The object's own UID in the file meta information."""
    return Plant(Place.FILE_META, _OWN_UID, Kind.UID, uid, person)


def _flat(plant: Plant) -> tuple[Any, ...]:
    """A plant's values in the order of the columns."""
    start, end = plant.span or (None, None)
    box = plant.box or (None, None, None, None)
    place, tag, kind, value, person, creator, _, page, _ = plant
    words = (str(word) for word in (place, tag, kind, value, person, plant.action, creator))
    return (*words, start, end, page, *box)
