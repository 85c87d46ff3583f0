"""Letters burned into pictures are covered, and the rest of the picture is left as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lab.deid.options import RESEARCH
from lab.deid.profile import Profile
from lab.deid.reading_letters import letters_in_bits
from lab.deid.run import Request, deidentify
from lab.deid.score.pictures import before_and_after
from lab.deid.score.scoring import score
from synthetic_data import generate


@pytest.mark.slow
def test_nothing_that_is_burned_in_survives(tmp_path: Path) -> None:
    source = tmp_path / "set"
    chosen = generate(
        2019, 1, "fr_FR", "all", first=13, modalities=("OT", "US", "DX")
    )  # ultrasound and scanned letters
    assert {series.modality for study in chosen.studies for series in study.series} >= {"OT", "US"}
    chosen.write(source)
    audit = deidentify(Request(source, tmp_path / "out", Profile.of(RESEARCH), tmp_path / "key", 1))
    result = score(source, tmp_path / "out")
    assert (result.leaked, result.not_checked, result.paired) == (0, 0, audit.cleaned)
    assert audit.looked > 0
    assert result.harm.errors is None or result.harm.errors[0] == 0
    for shot in before_and_after(source, tmp_path / "out"):
        assert shot.before != shot.after


def test_an_empty_plane_bears_no_letters_and_a_false_one_counts_as_written() -> None:
    assert letters_in_bits(bytes(128), 32, 32) is False
    assert letters_in_bits(bytes(10), 32, 32) is True
    assert letters_in_bits(np.zeros(0, np.uint8).tobytes(), 0, 0) is True
