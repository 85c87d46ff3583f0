"""A small hospital with every kind of object, written once: its ledger is the answer key."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthetic_data import generate

SEED, PATIENTS = 41, 4


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports, letters, presentation states, ultrasound and the rest of four patients, but not their CT and MR slices."""
    target = tmp_path_factory.mktemp("inventory") / "hospital"
    kept = ("US", "DX", "SR", "PR", "DOC", "OT", "KO", "ECG", "MG", "XA", "CR")
    generate(seed=SEED, patients=PATIENTS, locale="fr_FR", objects="all", modalities=kept).write(target)
    return target
