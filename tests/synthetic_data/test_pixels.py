"""Pixels mean what the modality says: Hounsfield units, MR contrasts, and bones that are white on film."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from synthetic_data import Hospital, Instance, generate
from synthetic_data.anatomy import head, thorax
from synthetic_data.anatomy.hand import Hand
from synthetic_data.anatomy.shapes import Ellipsoid, Grid, Tube, Y
from synthetic_data.anatomy.texture import noise
from synthetic_data.devices import DEVICES
from synthetic_data.instance import instances_of
from synthetic_data.modalities import MODALITIES
from synthetic_data.modalities.image import height_of
from synthetic_data.scene import Scene
from synthetic_data.seeding import Role

Values = NDArray[np.float64]


def hounsfield(instance: Instance) -> Values:
    return instance.pixels.astype(np.float64) * float(instance.dataset.RescaleSlope) + float(
        instance.dataset.RescaleIntercept
    )


def series(instances: list[Instance], key: str) -> list[Instance]:
    """The images of the first series of that protocol."""
    uid = next(i.series.uid for i in instances if i.series.key == key)
    return [i for i in instances if i.series.uid == uid]


def around(picture: Values, instance: Instance, x: float, y: float, reach: int = 2) -> float:
    """The median near a place, in mm from the picture's middle (x to the patient's left, y to the back)."""
    spacing = float(instance.dataset.PixelSpacing[0])
    row = round((instance.series.rows - 1) / 2 + y / spacing)
    column = round((instance.series.columns - 1) / 2 + x / spacing)
    return float(np.median(picture[row - reach : row + reach + 1, column - reach : column + reach + 1]))


def test_a_head_ct_has_air_skull_brain_and_ventricles(instances: list[Instance]) -> None:
    image = series(instances, "ct_brain")[4]
    picture = hounsfield(image)
    assert -1010 <= float(np.median(picture[:8, :8])) <= -990
    assert 20 <= around(picture, image, -30, 34, 4) <= 45
    assert -5 <= around(picture, image, 11, 4) <= 22, "lateral ventricle"
    assert picture.max() > 900
    middle_row = picture[96]
    bone = np.flatnonzero(middle_row > 500)
    assert bone[0] < 60
    assert bone[-1] > 130, "a skull on both sides"


def test_a_chest_ct_has_lungs_heart_liver_and_spine(instances: list[Instance]) -> None:
    slices = series(instances, "ct_mediastinum")
    heart = slices[2]
    picture = hounsfield(heart)
    assert 20 <= around(picture, heart, 25, -35, 5) <= 65
    assert -950 <= around(picture, heart, -95, 20, 4) <= -700
    assert -950 <= around(picture, heart, 95, 40, 4) <= -700
    assert around(picture, heart, 0, 56) > 200, "vertebral body"
    assert 40 <= around(hounsfield(slices[0]), slices[0], -70, 10, 4) <= 80, "liver"


def test_a_sharp_kernel_is_noisier_than_a_soft_one_over_the_same_anatomy(instances: list[Instance]) -> None:
    soft, sharp = (hounsfield(series(instances, key)[3]) for key in ("ct_mediastinum", "ct_lung"))
    assert np.std(sharp[:20, :20]) > 2.5 * np.std(soft[:20, :20])
    assert abs(float(np.mean(sharp - soft))) < 3


def test_mr_contrasts_order_the_tissues_as_they_should(instances: list[Instance]) -> None:
    value = {}
    for key in ("mr_t1", "mr_t2", "mr_flair"):
        low, high = series(instances, key)[3], series(instances, key)[4]
        thalamus = around(low.pixels.astype(np.float64), low, 11, 12)
        ventricle = around(high.pixels.astype(np.float64), high, 10, -2, 1)
        value[key] = (around(high.pixels.astype(np.float64), high, 24, 20), thalamus, ventricle)
    white, grey, fluid = value["mr_t1"]
    assert white > grey > fluid
    white, grey, fluid = value["mr_t2"]
    assert fluid > grey > white
    white, grey, fluid = value["mr_flair"]
    assert grey > white > fluid


def test_a_chest_film_shows_dark_lungs_between_a_white_middle(instances: list[Instance]) -> None:
    image = series(instances, "dx_chest_pa")[0]
    assert image.dataset.PhotometricInterpretation == "MONOCHROME1"
    shown = 4095.0 - image.pixels
    spine, right, left = (float(np.median(shown[150:260, c - 8 : c + 8])) for c in (200, 110, 290))
    assert spine > right + 800
    assert spine > left + 800


def test_a_hand_film_shows_white_bones_in_grey_flesh_on_black(instances: list[Instance]) -> None:
    image = series(instances, "dx_hand_pa")[0]
    assert image.dataset.PhotometricInterpretation == "MONOCHROME2"
    picture = image.pixels
    assert np.median(picture[:40, :40]) < 200
    assert picture.max() > 3500
    assert 0.12 < np.mean(picture > 400) < 0.6


@pytest.mark.slow
def test_pixels_fit_twelve_bits_and_the_described_size(instances: list[Instance]) -> None:
    for image in (one for one in instances if one.study.modality != "US" and one.series.content != "SC"):
        assert image.pixels.shape == (image.dataset.Rows, image.dataset.Columns)
        assert image.pixels.dtype == np.dtype("<u2")
        assert image.pixels.max() <= 4095
        assert len(image.dataset.PixelData) == 2 * image.pixels.size
        assert np.array_equal(image.dataset.pixel_array, image.pixels)


def test_what_the_story_tells_is_seen(instances: list[Instance]) -> None:
    accident = next(i for i in instances if i.patient.story == "trauma" and i.series.key == "ct_brain")
    bleeding = accident.study.findings[0]
    image = series(instances, "ct_brain")[4]
    picture = hounsfield(image)
    x, y, _ = bleeding.centre
    assert bleeding.kind == "haematoma"
    assert around(picture, image, x, y) > around(picture, image, -x, y) + 20


def test_the_lungs_of_a_pneumonia_are_clear_again_at_the_control(hospital: Hospital, instances: list[Instance]) -> None:
    first, control = (
        next(i for i in instances if i.study.exam == exam and i.series.key == "dx_chest_pa")
        for exam in ("dx_chest", "dx_chest_control")
    )
    difference = control.pixels.astype(np.int64) - first.pixels
    assert first.patient is control.patient
    assert np.median(np.abs(difference)) < 120, "the same body"
    assert difference.max() > 600, "with less in its lungs"


def test_every_finding_meets_a_slice() -> None:
    missed = []
    for study in generate(patients=60).studies:
        if study.modality not in ("CT", "MR"):
            continue
        module = head if "head" in study.exam else thorax
        count = study.series[0].images
        heights = [height_of(number, count, module.LOWEST, module.HIGHEST) for number in range(1, count + 1)]
        for finding in study.findings:
            if finding.kind == "large_heart":
                continue
            body = Scene(study).thorax
            shape = Ellipsoid(finding.centre, finding.axes) if module is head else body.place(finding)
            if not any(abs(z - shape.centre[2]) < 0.85 * shape.axes[2] for z in heights):
                missed.append((study.patient.index, study.exam, finding.kind))
    assert missed == []


def test_two_patients_do_not_look_the_same() -> None:
    pictures = [
        instance.pixels
        for instance in generate(patients=21).instances()
        if instance.series.key == "ct_brain" and instance.number == 4
    ]
    assert all(np.mean(one != other) > 0.5 for i, one in enumerate(pictures) for other in pictures[:i])


@pytest.mark.parametrize("smoothing", [0, 1, 2, 3])
def test_noise_has_no_mean_and_a_deviation_of_one(smoothing: int) -> None:
    field = noise(Role(1, "test"), 320, 320, smoothing).astype(np.float64)
    assert abs(field.mean()) < 0.05
    assert abs(field.std() - 1) < 0.05


def test_shapes_have_the_size_that_they_say() -> None:
    grid = Grid(100, 100, 1.0)
    sphere = Ellipsoid((3.0, -4.0, 0.0), (20.0, 20.0, 20.0), 30.0, 20.0)
    cut = sphere.cut(grid, 12.0)
    assert cut is not None
    assert abs(float(cut[1].sum()) / (np.pi * 256) - 1) < 0.02
    pierced = sphere.pierce(Grid(100, 100, 1.0, v_sign=-1), Y)
    assert pierced is not None
    assert abs(2 * float(pierced[2].sum()) / (4 / 3 * np.pi * 8000) - 1) < 0.02
    assert sphere.cut(grid, 20.5) is None
    rod = Tube(((-30.0, 0.0, 0.0), (30.0, 0.0, 0.0)), (5.0, 5.0))
    cut = rod.cut(grid, 0.0)
    assert cut is not None
    assert abs(float(cut[1].sum()) / (60 * 10 + np.pi * 25) - 1) < 0.02
    assert rod.cut(grid, 6.0) is None


def test_a_child_is_scanned_with_a_smaller_field_and_looks_like_one() -> None:
    hospital = generate(patients=16)
    adult, child = (next(s for s in hospital.shard(index).studies if s.exam == "ct_head") for index in (0, 15))
    assert (adult.age, child.age) == (20, 12)
    for study, spacing in ((adult, 1.2), (child, 1.2 * child.growth)):
        image = next(instances_of(study, hospital.words))
        dataset = image.dataset
        assert float(dataset.PixelSpacing[0]) == pytest.approx(spacing, abs=1e-4)
        assert float(dataset.ReconstructionDiameter) == pytest.approx(spacing * 192, abs=0.05)
    assert 0.93 < child.growth < adult.growth == 1.0
    grown, small = (Hand.of(Role(1, "hand"), "F", 30, "R", growth) for growth in (1.0, 0.8))
    grid = Grid(220, 180, 1.1, (0.0, 60.0), v_sign=-1)
    difference = grown.film(grid, False, ()) - small.film(grid, False, ())
    assert difference.max() > 5, "and gaps of cartilage where bone will be"


@pytest.mark.parametrize("key", ["ct_brain", "mr_t2", "mr_scout", "dx_chest_pa", "dx_hand_pa", "us_liver", "mg_views",
                                 "cr_chest_ap", "xa_run", "pt_axial", "nm_whole"])  # fmt: skip
def test_an_older_device_leaves_more_noise(key: str) -> None:
    study, chosen = next((s, one) for s in generate(patients=15).studies for one in s.series if one.key == key)

    def picture(grain: float) -> Values:
        device = replace(study.device, grain=grain)
        pixels = MODALITIES[chosen.content].pixels(Scene(replace(study, device=device)), chosen, 1)
        assert pixels is not None
        return pixels.astype(float)

    silent = picture(0.0)
    good, older = (float((picture(grain) - silent).std()) for grain in (1.0, 1.6))
    assert older > 1.25 * good


def test_the_devices_of_a_kind_differ_in_their_noise() -> None:
    assert all(len({device.grain for device in rooms}) > 1 for rooms in DEVICES.values())
