"""Every kind of object: what its pictures show, that they decode to the same pixels elsewhere, and what is burned in."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset

from synthetic_data import Instance, Place, generate
from synthetic_data.burned import Line
from synthetic_data.codecs.baseline import encode_baseline
from synthetic_data.codecs.lossless import encode_lossless
from synthetic_data.ledger import Kind, LedgerEntry
from synthetic_data.lettering import drawable, mask, width
from synthetic_data.record import Identifier

EXAMS = ("us_abdomen", "us_obstetric", "mg_breast", "cr_chest_bed", "xa_coronary", "pt_body", "nm_bone", "ct_head")


@pytest.fixture(scope="module")
def samples() -> dict[str, Instance]:
    """The first instance of each series of one examination of each kind, by the series' key."""
    found: dict[str, Instance] = {}
    wanted = set(EXAMS)
    for instance in generate(patients=15).instances():
        if instance.study.exam in wanted and instance.number == 1:
            found.setdefault(instance.series.key, instance)
    return found


def drawn(instance: Instance) -> list[LedgerEntry]:
    """What stands in the picture itself or in its overlay; not in its icon."""
    entries = (entry for entry in instance.ledger if entry.place in (Place.PIXELS, Place.OVERLAY))
    return [entry for entry in entries if not entry.tag.startswith("(0088,0200)")]


def test_letters_are_as_wide_as_they_say() -> None:
    for text in ("REYNAUD Françoise", "", "Åsa Ørsted-Łukasz", "Иванов"):
        assert mask(text, "small").shape[1] == width(text, "small")
    assert drawable("Noël 山") == "Noël ·"


def test_a_line_knows_the_box_of_each_identifier_in_it() -> None:
    name, day = Identifier(Kind.NAME, "LEROY Anne", "SYN-1"), Identifier(Kind.BIRTH_DATE, "01/02/1950", "SYN-1")
    line = Line(10, 20, "small", ("Patient: ", name, "  ", day))
    picture = np.zeros((60, 400), np.uint8)
    line.draw(picture)
    for found, (left, top, right, bottom) in line.identifiers():
        alone = np.zeros_like(picture)
        Line(left, top, "small", (found.value,)).draw(alone)
        assert np.array_equal(picture[top:bottom, left:right], alone[top:bottom, left:right])
    assert [found for found, _ in line.identifiers()] == [name, day]


@pytest.mark.parametrize("key", ["us_liver", "us_foetus", "uscine_liver", "sc_dose"])
def test_burned_in_identifiers_stand_in_their_boxes(samples: dict[str, Instance], key: str) -> None:
    instance = samples[key]
    entries = drawn(instance)
    assert {entry.kind for entry in entries} >= {
        Kind.NAME,
        Kind.PATIENT_ID,
        Kind.BIRTH_DATE,
        Kind.DATE,
        Kind.INSTITUTION,
    }
    frames = instance.pixels if instance.series.frames > 1 else instance.pixels[None]
    for entry in entries:
        left, top, right, bottom = entry.box
        part = frames[(entry.page or 1) - 1][top:bottom, left:right]
        assert 0 <= left < right <= instance.series.columns
        assert 0 <= top < bottom <= instance.series.rows
        ink = mask(entry.value, "small") > 128
        assert np.all(part[ink[: bottom - top, : right - left]] > 100), entry
    assert instance.dataset.BurnedInAnnotation == "YES"


def test_a_loop_names_the_patient_in_every_frame(samples: dict[str, Instance]) -> None:
    loop = samples["uscine_liver"]
    names = [entry.page for entry in drawn(loop) if entry.kind is Kind.NAME and entry.person == loop.patient.patient_id]
    assert names == list(range(1, loop.series.frames + 1))


def test_an_overlay_names_the_patient(samples: dict[str, Instance]) -> None:
    film = samples["cr_chest_ap"]
    bits = np.unpackbits(np.frombuffer(film.dataset[0x6000, 0x3000].value, np.uint8), bitorder="little")
    plane = bits[: film.series.rows * film.series.columns].reshape(film.series.rows, film.series.columns)
    for entry in drawn(film):
        left, top, right, bottom = entry.box
        assert (entry.place, entry.tag) == (Place.OVERLAY, "(6000,3000)")
        assert np.array_equal(plane[top:bottom, left:right], mask(entry.value, "small") > 100)
    assert film.dataset.BurnedInAnnotation == "NO"


def test_shapes_are_as_described(samples: dict[str, Instance]) -> None:
    for instance in samples.values():
        dataset, shape = instance.dataset, (instance.series.rows, instance.series.columns)
        frames, samples_per_pixel = int(dataset.get("NumberOfFrames", 1)), int(dataset.SamplesPerPixel)
        expected = (*((frames,) if frames > 1 else ()), *shape, *((3,) if samples_per_pixel == 3 else ()))
        assert instance.pixels.shape == expected, instance.series.key
        assert int(instance.pixels.max()) < 1 << dataset.BitsStored


def test_every_picture_decodes_to_what_was_drawn(samples: dict[str, Instance]) -> None:
    pytest.importorskip("PIL", reason="pydicom decodes JPEG Baseline with Pillow")
    for instance in samples.values():
        decoded = dcmread(BytesIO(instance.encode())).pixel_array
        if instance.dataset.LossyImageCompression == "01":
            difference = np.abs(decoded.astype(int) - instance.pixels)
            assert difference.mean() < 4, instance.series.key
        else:
            assert np.array_equal(decoded, instance.pixels), instance.series.key


def test_a_foetus_grows_and_a_gallstone_casts_a_shadow() -> None:
    ultrasound = list(generate(patients=15, modalities=["US"]).instances())
    reaches = []
    for first in (i for i in ultrasound if i.series.key == "us_foetus" and i.number == 1):
        yellow = np.all(first.pixels == (250, 220, 60), axis=-1)[:400]  # the calipers, without the text below
        rows = np.flatnonzero(yellow.any(1))
        reaches.append((first.study.started, int(rows[-1] - rows[0])))
    assert len(reaches) == 2
    assert sorted(reaches)[0][1] + 40 < sorted(reaches)[1][1], "its head is larger ten weeks later"
    stone = next(
        i for i in ultrasound if i.patient.story == "gallstones" and i.series.key == "us_liver" and i.number == 2
    )
    picture = stone.pixels[:, :, 0].astype(float)
    left, right = picture[300:420, 270:300].mean(), picture[400:440, 460:480].mean()
    assert left > 40, "liver"
    assert right < left


def test_a_mammogram_hangs_with_its_chest_wall_inside(samples: dict[str, Instance]) -> None:
    views = [i for i in generate(patients=15).instances() if i.series.key == "mg_views"][:4]
    assert [(i.dataset.ImageLaterality, i.dataset.ViewCodeSequence[0].CodeMeaning) for i in views] == [
        ("R", "cranio-caudal"), ("L", "cranio-caudal"), ("R", "medio-lateral oblique"), ("L", "medio-lateral oblique"),
    ]  # fmt: skip
    for image in views:
        wall = image.pixels[:, -4:] if image.dataset.ImageLaterality == "R" else image.pixels[:, :4]
        assert wall.mean() > 300
        assert image.pixels.max() > 1800


def test_contrast_flows_into_the_coronary_artery(samples: dict[str, Instance]) -> None:
    run = samples["xa_run"]
    dark = [(frame[100:300, 100:300] < 90).sum() for frame in run.pixels]
    assert dark[0] < dark[3]
    assert max(dark) > 800


def test_a_bone_scan_shows_both_sides_and_a_pet_is_hot_in_the_heart(samples: dict[str, Instance]) -> None:
    front, back = samples["nm_whole"].pixels.astype(int)
    assert front.shape == (512, 160)
    assert front[260:300, 70:90].max() > back[260:300, 70:90].mean(), "the bladder is in front"
    uptake = [i.pixels for i in generate(patients=15).instances() if i.series.key == "pt_axial"]
    assert max(int(one.max()) for one in uptake) > 500


FRAMES = [
    pytest.param(np.add.outer(np.arange(61), np.arange(77)).astype(np.uint8), 8, id="ramp"),
    pytest.param(np.full((9, 17), 200, np.uint8), 8, id="flat"),
    pytest.param((np.arange(48 * 64).reshape(48, 64) * 2654435761 % 4096).astype(np.uint16), 12, id="noise"),
    pytest.param(np.array([[0, 32768, 0], [65535, 32767, 1]], np.uint16), 16, id="extremes"),
]


def described(frame: NDArray[Any], bits: int, syntax: str, content: bytes) -> Dataset:
    from pydicom.dataset import FileMetaDataset
    from pydicom.encaps import encapsulate

    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.Rows, dataset.Columns = frame.shape[:2]
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8 if bits == 8 else 16, bits, bits - 1
    dataset.SamplesPerPixel, dataset.PixelRepresentation = 1, 0
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.PixelData = encapsulate([content])
    dataset["PixelData"].VR = "OB"
    return dataset


@pytest.mark.parametrize(("frame", "bits"), FRAMES)
def test_lossless_jpeg_gives_every_pixel_back(frame: NDArray[Any], bits: int) -> None:
    pytest.importorskip("gdcm", reason="pydicom decodes JPEG Lossless with python-gdcm")
    dataset = described(frame, bits, "1.2.840.10008.1.2.4.70", encode_lossless(frame, bits))
    assert np.array_equal(dataset.pixel_array, frame)


def test_baseline_jpeg_is_read_by_other_software() -> None:
    image = pytest.importorskip("PIL.Image", reason="Pillow reads JPEG")
    grey = np.add.outer(np.arange(61), np.arange(77)).astype(np.uint8)
    colour = np.stack((grey, 200 - grey, grey // 2), 2)
    for frame in (grey, colour, colour[:17, :9]):
        decoded = np.asarray(image.open(BytesIO(encode_baseline(frame, 95))))
        assert decoded.shape == frame.shape
        assert np.abs(decoded.astype(int) - frame).mean() < 3


@pytest.mark.skipif(shutil.which("dcmdjpeg") is None, reason="dcmtk is not installed")
def test_dcmtk_decodes_a_loop_to_the_same_pixels_as_pydicom(samples: dict[str, Instance], tmp_path: Path) -> None:
    pytest.importorskip("PIL", reason="pydicom decodes JPEG Baseline with Pillow")
    loop = samples["uscine_liver"]
    source, target = tmp_path / "loop.dcm", tmp_path / "plain.dcm"
    source.write_bytes(loop.encode())
    subprocess.run(["dcmdjpeg", source, target], check=True)
    difference = np.abs(dcmread(target).pixel_array.astype(int) - dcmread(source).pixel_array)
    assert difference.max() <= 2, "the inverse transforms round differently"
