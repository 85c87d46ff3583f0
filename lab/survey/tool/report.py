"""The totals of a survey, as the report of 2019 gives them, and its files."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lab.errors import LabError
from lab.i18n import t
from lab.survey.tool.finding import Finding, Outcome

COUNTS = ("records", "studies", "images", "downloadable")


def totals(findings: Iterable[Finding]) -> dict[str, Any]:
    """The totals under the names of the report. An archive that gives no number counts as accessible with 0.

    ``verdicts`` counts every outcome; ``unknown`` are accessible archives without numbers; ``honeypots`` were left out.
    """
    everything = list(findings)
    found = [finding for finding in everything if finding.accessible]
    by_country: dict[str, dict[str, int]] = {}
    for code in sorted({finding.country for finding in found}):
        group = [finding for finding in found if finding.country == code]
        viewers = sum(finding.open_viewer for finding in group)
        by_country[code] = {"accessible": len(group), "open_viewers": viewers, **_sums(group)}
    return {
        "examined": len(everything),
        "accessible": len(found),
        "open_viewers": sum(finding.open_viewer for finding in found),
        "countries": len(by_country),
        **_sums(found),
        "by_country": by_country,
        "verdicts": {outcome.value: sum(f.outcome is outcome for f in everything) for outcome in Outcome},
        "honeypots": sum(finding.outcome is Outcome.HONEYPOT for finding in everything),
        "unknown": sum(finding.records is None for finding in found),
    }


def _sums(found: Sequence[Finding]) -> dict[str, int]:
    return {name: sum(getattr(finding, name) or 0 for finding in found) for name in COUNTS}


def to_csv(findings: Iterable[Finding]) -> str:
    """The findings as CSV, one row a system."""
    out = io.StringIO()
    rows = [finding.row() for finding in findings]
    writer = csv.DictWriter(out, list(rows[0]) if rows else ["address"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_parquet(findings: Iterable[Finding], path: Path) -> None:
    """The findings as a Parquet file, one row a system; the file is there whole or not at all. Raises LabError."""
    import duckdb  # for this alone; who writes no table need not wait for it

    rows = [tuple(finding.row().values()) for finding in findings]
    columns = {name: np.array([row[place] for row in rows], dtype=object) for place, name in enumerate(_TYPES)}
    typed = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in _TYPES.items())
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with duckdb.connect() as database:
            database.register("columns", columns)
            database.sql(f"SELECT {typed} FROM columns").write_parquet(str(temporary), compression="zstd")
        os.replace(temporary, path)
    except (duckdb.Error, OSError) as error:
        temporary.unlink(missing_ok=True)
        raise LabError(
            t("{path} cannot be written: {reason}.", path=path, reason=str(error).splitlines()[0]),
            t("Name a file in a folder that exists and is yours."),
        ) from error


_TYPES = dict.fromkeys(Finding("127.64.0.1", 0, "").row(), "VARCHAR") | {
    "port": "INTEGER",
    "tls": "BOOLEAN",
    "open_viewer": "BOOLEAN",
    "seconds": "DOUBLE",
    **dict.fromkeys(COUNTS, "BIGINT"),
}
"""The columns of a finding's row, in its order, and their types in Parquet."""
