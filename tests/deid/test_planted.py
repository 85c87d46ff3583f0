"""A slice that names its patient at every place that a file has, its pixels among them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lab.deid import covering
from lab.deid.covering import covered
from lab.deid.elements import read_bytes
from lab.deid.facts import Facts
from lab.deid.options import RESEARCH
from lab.deid.profile import Profile
from lab.deid.reading_letters import Letters
from lab.deid.run import Request, deidentify
from lab.deid.score.scoring import score
from synthetic_data import generate
from synthetic_data.ledger import Place
from tests.bench.everywhere import plant_everywhere
from tests.deid.sets import CT_IMAGE, WITHOUT_PIXELS, dicom_files, made, pixels


@pytest.fixture
def slices(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    generate(2019, 1, modalities=("CT",)).write(folder)
    for path in dicom_files(folder)[2:]:
        path.unlink()
    assert plant_everywhere(folder) > 83
    return folder


def test_what_is_planted_everywhere_is_found_and_goes_but_for_pixels_that_nobody_cleans(slices: Path) -> None:
    untouched = score(slices, slices)
    assert {place: bad for place, (bad, _) in untouched.places.items() if not bad} == {}
    deidentify(Request(slices, slices.with_name("out"), WITHOUT_PIXELS, slices.with_name("key"), 1))
    result = score(slices, slices.with_name("out"))
    assert {leak.entry.place for leak in result.leaks} == {Place.PIXELS}
    assert all(leak.entry.tag == "(7FE0,0010)" for leak in result.leaks), "the icon goes, whatever is in it"
    assert (result.elsewhere, result.not_checked, result.paired, result.harm.errors) == ((), 0, 2, (0, 2))


@pytest.mark.slow
def test_letters_in_slices_go_with_the_rest_where_pixels_are_cleaned(slices: Path) -> None:
    deidentify(Request(slices, slices.with_name("out"), Profile.of(RESEARCH), slices.with_name("key"), 1))
    result = score(slices, slices.with_name("out"))
    assert (result.leaked, result.not_checked, result.paired) == (0, 0, 2)


@pytest.mark.parametrize(("box", "text", "goes"), [
    ((0, 0, 64, 40), "lagues Reyna", True), ((0, 0, 60, 10), "LO", False), ((0, 0, 60, 10), "LO1", True),
    ((0, 0, 64, 40), "O0", False), ((0, 0, 64, 40), "OoO0", False), ((0, 0, 20, 60), "lagues Reyna", False),
])  # fmt: skip
def test_in_a_slice_high_letters_have_to_be_many(
    box: tuple[int, int, int, int], text: str, goes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reader(picture: np.ndarray, read: bool = True) -> list[Letters]:
        left, top, right, bottom = box
        return [Letters(*box, text if read else "")] if picture[top:bottom, left:right].max() > 0 else []

    monkeypatch.setattr(covering, "find_letters", reader)
    file = read_bytes(made(*pixels(bytes(8192)), sop_class=CT_IMAGE))
    frames = np.zeros((1, 64, 64), np.uint16)
    frames[0, 5, 5:9] = 100
    boxes = covered(frames, Facts({element.tag: element for element in file.dataset}, False))
    assert (bool(boxes), bool(frames.max())) == (goes, not goes)
