"""Letters burned into pictures are covered, and the rest of the picture is left as it is."""

from __future__ import annotations

import io
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from pydicom import dcmread

from lab.deid.options import RESEARCH, Option
from lab.deid.profile import Profile
from lab.deid.reading_letters import letters_in_bits
from lab.deid.run import Request, deidentify
from lab.deid.score.objects import read_folder
from lab.deid.score.pairing import pair
from lab.deid.score.pictures import before_and_after
from lab.deid.score.scoring import score
from synthetic_data import generate
from synthetic_data.ledger import Place
from synthetic_data.ledger_table import read_ledger
from tests.deid.sets import bytes_after, dicom_files, small_set


@pytest.mark.slow
def test_nothing_that_is_burned_in_survives_in_a_set_that_nobody_tuned_for(tmp_path: Path) -> None:
    source, target = tmp_path / "some", tmp_path / "out"
    chosen = generate(7107, 1, "en_US", "all", first=5, modalities=("OT", "US", "DX"), until=date(2019, 1, 31))
    chosen.write(tmp_path / "set")
    _two_of_each(tmp_path / "set", source)
    audit = deidentify(Request(source, target, Profile.of(RESEARCH), tmp_path / "key", 2))
    result = score(source, target)
    assert (result.leaked, result.not_checked, result.paired) == (0, 0, audit.cleaned)
    assert audit.looked > 0
    assert result.harm.errors == (0, result.paired)
    assert _boxes_with_the_old_letters(source, target) == []
    shots = before_and_after(source, target)
    assert {"OT", "US"} <= {dcmread(source / shot.name, specific_tags=["Modality"]).Modality for shot in shots}


def _two_of_each(whole: Path, some: Path) -> None:
    """The ledger, and the last two pictures of each modality."""
    some.mkdir()
    shutil.copy(whole / "ledger.parquet", some)
    kinds: dict[str, list[Path]] = {}
    for path in dicom_files(whole):
        kinds.setdefault(str(dcmread(path, specific_tags=["Modality"]).Modality), []).append(path)
    for paths in kinds.values():
        for path in paths[-2:]:
            shutil.copy(path, some)


def _boxes_with_the_old_letters(source: Path, target: Path) -> list[str]:
    """Planted boxes in which more than a tenth of the old letters' contrast is left."""
    sources = {one.text("SOPInstanceUID"): one for one in read_folder(source)}
    planted = (entry for entry in read_ledger(source / "ledger.parquet") if entry.sop_instance_uid in sources)
    boxes = [entry for entry in planted if entry.place is Place.PIXELS and entry.box is not None]
    found = dict(zip(sources, pair(list(sources.values()), read_folder(target)), strict=True))
    left = []
    for entry in boxes:
        one, other = sources[entry.sop_instance_uid], found[entry.sop_instance_uid]
        assert other is not None
        assert one.frames is not None
        assert other.frames is not None
        assert entry.box is not None
        (x, y, right, bottom), frame = entry.box, (entry.page or 1) - 1
        old, new = (np.asarray(seen[frame, y:bottom, x:right], float) for seen in (one.frames, other.frames))
        if old.std() > 0 and new.std() > old.std() / 10:
            left.append(entry.value)
    assert boxes
    return left


@pytest.mark.slow
def test_a_name_that_somebody_wrote_into_a_slice_goes_and_the_slice_stays() -> None:
    path = next(path for path in dicom_files(small_set()) if _is_slice(path))
    original = dcmread(path)
    untouched = dcmread(io.BytesIO(bytes_after(path.read_bytes(), Option.CLEAN_PIXELS)))
    assert np.array_equal(untouched.pixel_array, original.pixel_array)
    letters = Image.new("L", (original.Columns, original.Rows))
    ImageDraw.Draw(letters).text((8, 8), "LEFEBVRE Zoe", fill=255, font=ImageFont.load_default(13))
    drawn = np.asarray(letters) > 120
    burned = original.pixel_array.copy()
    burned[drawn] = burned.max()
    original.PixelData = burned.tobytes()
    out = io.BytesIO()
    original.save_as(out)
    after = dcmread(io.BytesIO(bytes_after(out.getvalue(), Option.CLEAN_PIXELS))).pixel_array
    assert (after[drawn] == burned.max()).mean() < 0.05
    assert (after != burned).mean() < 0.2


def _is_slice(path: Path) -> bool:
    found = dcmread(path, specific_tags=["ImageType", "Modality"])
    return found.Modality == "CT" and "AXIAL" in found.ImageType


def test_an_empty_plane_bears_no_letters_and_a_false_one_counts_as_written() -> None:
    assert letters_in_bits(bytes(128), 32, 32) is False
    assert letters_in_bits(bytes(10), 32, 32) is True
    assert letters_in_bits(np.zeros(0, np.uint8).tobytes(), 0, 0) is True
