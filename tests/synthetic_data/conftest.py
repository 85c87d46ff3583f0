"""A small hospital that has every modality, planned, rendered and written once for all tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from synthetic_data import Hospital, Instance, LedgerEntry, Written, generate, read_ledger

ROOT = Path(__file__).parents[2]

SMALL = 3
"""Patients 0 to 2 of the default seed: a road accident, multiple sclerosis and pneumonia have every modality."""


@pytest.fixture(scope="session")
def hospital() -> Hospital:
    return generate(patients=SMALL)


@pytest.fixture(scope="session")
def instances(hospital: Hospital) -> list[Instance]:
    return list(hospital.instances())


@pytest.fixture(scope="session")
def progress() -> list[tuple[int, int]]:
    """What `written` was told while it wrote."""
    return []


@pytest.fixture(scope="session")
def written(hospital: Hospital, progress: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The small hospital on disk."""
    target = tmp_path_factory.mktemp("hospital") / "new" / "folder"
    return hospital.write(target, lambda done, total: progress.append((done, total)))


@pytest.fixture(scope="session")
def ledger(written: Written) -> list[LedgerEntry]:
    """The small hospital's ledger, as it is on disk."""
    return list(read_ledger(written.folder / "ledger.parquet"))


@pytest.fixture(scope="session")
def folder(written: Written) -> Path:
    """The small hospital's files."""
    return written.folder


def rows_of(folder: Path) -> list[dict[str, Any]]:
    """The rows of a set's ledger, as they stand in the table."""
    with duckdb.connect() as database:
        found = database.execute("SELECT * FROM read_parquet(?)", [str(folder / "ledger.parquet")])
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
