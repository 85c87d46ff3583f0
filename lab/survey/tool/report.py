"""The totals of a survey, as the report of 2019 gives them, and its files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

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


def require_pyarrow() -> None:
    """Raise LabError where Parquet cannot be written."""
    if find_spec("pyarrow") is None:
        raise LabError(t("Parquet needs the package pyarrow."), t("Install pyarrow, or use --csv."))


def write_parquet(findings: Iterable[Finding], path: Path) -> None:
    """The findings as a Parquet file. Raises LabError where pyarrow is not installed."""
    require_pyarrow()
    import pyarrow  # type: ignore[import-not-found]
    import pyarrow.parquet  # type: ignore[import-not-found]

    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([finding.row() for finding in findings]), path)
