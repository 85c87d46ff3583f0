"""What is in a set of files, as a table. Read-only; it asks the ledger, not the files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthetic_data.errors import SyntheticDataError
from synthetic_data.sets import LEDGER_NAME, OPTIONS_NAME, in_bytes

_ROWS = """
SELECT kind, place, count(*), count(DISTINCT value), count(DISTINCT file) FROM ledger GROUP BY ALL ORDER BY ALL
"""
_TOTALS = """
SELECT count(DISTINCT value) FILTER (tag = '(0010,0020)'), count(DISTINCT value) FILTER (tag = '(0020,000D)'),
       count(DISTINCT value) FILTER (tag = '(0020,000E)')
FROM ledger WHERE place = 'element' AND file NOT LIKE 'worklist/%' AND file != 'DICOMDIR'
"""


@dataclass(frozen=True)
class Description:
    """A set: its options, how much it holds, and the identifiers by kind and place (rows of kind, place, number of
    places, of different values, of files).

    `files` and `bytes` are those that the ledger names: images, documents, and what was asked for besides, such as
    broken files, worklist entries and a DICOMDIR. Patients, studies and series are counted by their numbers.
    """

    options: dict[str, Any]
    patients: int
    studies: int
    series: int
    files: int
    bytes: int
    identifiers: tuple[tuple[str, str, int, int, int], ...]

    def as_text(self) -> str:
        """A table for people, in plain text."""
        o = self.options
        lines = [
            f"seed {o['seed']}, locale {o['locale']}, by {o['generator']}",
            f"{self.patients} patients, {self.studies} studies, {self.series} series, {self.files} files, "
            f"{in_bytes(self.bytes)}",
            "",
            f"{'identifier':18}{'place':12}{'places':>10}{'values':>10}{'files':>10}",
        ]
        lines += [f"{kind:18}{place:12}{n:>10}{v:>10}{f:>10}" for kind, place, n, v, f in self.identifiers]
        return "\n".join(lines)


def describe(folder: Path) -> Description:
    """Describe a finished set. Raises SyntheticDataError when the folder holds none. Read-only."""
    import duckdb  # for this alone; who generates need not hold it in memory

    ledger = folder / LEDGER_NAME
    try:
        options = json.loads((folder / OPTIONS_NAME).read_text(encoding="utf-8"))
        ledger.stat()
    except (OSError, ValueError) as error:
        raise SyntheticDataError(
            f"{str(folder)!r} holds no finished set; name a folder that 'generate' has written, and completed."
        ) from error
    with duckdb.connect(config={"threads": 1}) as database:
        path = str(ledger).replace("'", "''")
        database.execute(f"CREATE VIEW ledger AS SELECT * FROM read_parquet('{path}')")
        patients, studies, series = database.execute(_TOTALS).fetchone() or (0, 0, 0)
        names = [name for (name,) in database.execute("SELECT DISTINCT file FROM ledger").fetchall()]
        rows = tuple(database.execute(_ROWS).fetchall())
    size = sum(path.stat().st_size for path in map(folder.joinpath, names) if path.is_file())
    return Description(options, patients, studies, series, len(names), size, rows)
