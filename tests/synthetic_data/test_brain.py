"""The brain: the atlas is a human's and lies the right way round; each patient has another one, which wears with age."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import numpy as np
import pytest

from synthetic_data.anatomy.atlas import LOWEST, STEP, Sample, atlas
from synthetic_data.anatomy.head import Head
from synthetic_data.anatomy.shapes import Grid, Image
from synthetic_data.anatomy.tissue import HOUNSFIELD, T1, T2
from synthetic_data.growth import head_share
from synthetic_data.model import Finding
from synthetic_data.seeding import Role

ATLAS = "d4956452af50e11ad5d36e4bc065f2d07ef4f6c4f09e21a316bb71fb7ee0ce14"
"""What tools/brain.py makes of nilearn 0.12.1. It changes only with the generator's version."""
SMALL = Grid(160, 140, 1.3)


def at(*places: tuple[float, float, float]) -> Sample:
    """The atlas at places in the template's own coordinates (MNI): mm to the right, to the front, to the head."""
    x, y, z = (np.array([values], np.float32) for values in zip(*places, strict=True))
    return atlas().sample(x, -y, z)


def head(number: int, age: int) -> Head:
    return Head.of(Role(1, "patient", number), age, "M", head_share(age))


def fluid(person: Head, heights: tuple[float, ...]) -> float:
    """How much of the brain's middle is fluid in T2, in cm² on average."""
    grid = Grid(80, 50, 1.3)
    pictures = [person.slice(grid, z, [T2], ())[0] for z in heights]
    return float(np.mean([(picture > 1200).sum() for picture in pictures])) * 1.3 * 1.3 / 100


def test_the_atlas_is_the_one_that_the_tool_makes_and_small() -> None:
    content = (files("synthetic_data") / "anatomy" / "brain.bin").read_bytes()
    assert hashlib.sha256(content).hexdigest() == ATLAS
    assert len(content) < 400_000


def test_known_places_are_what_they_are_in_a_human_brain() -> None:
    ventricles = at((10, -10, 24), (-10, -10, 24), (7, 18, 10), (26, -46, 8))
    assert (ventricles.ventricle > 0).all(), "body on both sides, frontal horn, trigone"
    fluid = at((0, -46, -32), (0, -34, 0), (0, 40, 40))
    assert (fluid.sulcus > 0).all(), "fourth ventricle, quadrigeminal cistern, the fissure between the hemispheres"
    white = at((0, -32, 20), (28, -20, 30), (-28, -20, 30), (20, -8, 10))
    assert (white.white > 0.9).all(), "splenium, centrum semiovale on both sides, internal capsule"
    grey = at((13, 12, 8), (38, 4, 2))
    assert (grey.white < 0.25).all(), "caudate nucleus, insula"
    between = at((12, -18, 8), (25, 4, 2))
    assert ((between.white > 0.25) & (between.white < 0.8)).all(), "thalamus, putamen"
    inside = at((0, -32, 20), (22, -58, -38), (0, -26, -32), (30, 30, 20))
    assert (inside.outside == 0).all()
    assert (inside.sulcus < -1).all(), "splenium, cerebellum, pons, frontal lobe"


def test_front_and_back_and_up_and_down_are_not_swapped() -> None:
    hull = atlas().hull(np.array([-1, 0, 1], np.float32), np.zeros(3, np.float32))
    assert np.allclose(hull, [91, 71, 89], atol=2), "the frontal pole, the side, the occipital pole"
    cerebellum, orbits = at((22, -58, -45)), at((22, 58, -45))
    assert cerebellum.outside[0, 0] == 0
    assert orbits.outside[0, 0] == 8, "eyes, as far outside as the file counts"
    above, below = at((0, -20, 84)), at((0, -26, -45))
    assert above.outside[0, 0] > 1
    assert below.outside[0, 0] == 0, "the medulla"


def test_both_halves_are_mirror_images_and_edges_repeat() -> None:
    places = [(x, y, z) for x in (3.3, 20.7, 51.2) for y in (-71.0, 8.4) for z in (-31.9, 17.5)]
    right, left = at(*places), at(*((-x, y, z) for x, y, z in places))
    for one, other in zip(vars(right).values(), vars(left).values(), strict=True):
        assert np.array_equal(one, other)
    far, edge = at((400, 0, 0), (0, 0, 400)), at((75, 0, 0), (0, 0, 86))
    assert np.allclose(far.outside, edge.outside, atol=0.1)


def test_between_two_places_is_what_lies_between() -> None:
    levels = np.array([[LOWEST + STEP * (80 + part / 16) for part in range(17)]], np.float32)
    moved = 0
    for x in range(36, 60, 4):
        column = atlas().sample(np.full_like(levels, x), np.full_like(levels, 30), levels)
        for values in (column.white, column.sulcus):
            steps = np.diff(values[0].astype(np.float64))
            assert abs(steps - steps.mean()).max() < 1e-5
            moved += steps.any()
    assert moved > 4


@pytest.mark.parametrize("age", [9, 40, 88])
def test_brain_and_skull_meet_without_a_gap_and_without_overlap(age: int) -> None:
    for number in range(3):
        person = head(number, age)
        for z in (10.0, 25.0, 45.0):
            plane = person.slice(SMALL, z, [HOUNSFIELD], ())[0]
            gaps = [_gap(plane, dx, dy) for dx, dy in _DIRECTIONS]
            assert np.median(gaps) < 6
            assert max(gaps) < 22, "a sulcus, or a fissure"


_DIRECTIONS = [(dx / 12, dy / 12) for dx in (-12, -9, -6, 6, 9, 12) for dy in (-12, -7, -3, 3, 7, 12)]


def _gap(plane: Image, dx: float, dy: float) -> float:
    """How many mm of fluid a ray from outside meets between the skull's inside and the brain."""
    steps = np.arange(120)[::-1] * 1.3 / float(np.hypot(dx, dy))
    rows = np.clip(np.rint((SMALL.rows - 1) / 2 + steps * dy / 1.3), 0, SMALL.rows - 1).astype(int)
    columns = np.clip(np.rint((SMALL.columns - 1) / 2 + steps * dx / 1.3), 0, SMALL.columns - 1).astype(int)
    ray = plane[rows, columns]
    inner = int(np.flatnonzero(ray > 300)[-1])
    within = ray[inner + 1 :]
    assert within.max() < 300
    return int(np.flatnonzero((within > 24) & (within < 60))[0]) * 1.3


def test_each_patient_has_a_brain_of_its_own_and_always_the_same() -> None:
    grid = Grid(60, 60, 1.5)
    pictures = [head(number, 30).slice(grid, 30.0, [T1], ())[0] for number in range(4)]
    for i, one in enumerate(pictures):
        assert np.array_equal(one, head(i, 30).slice(grid, 30.0, [T1], ())[0])
        assert all(np.mean(abs(one - other) > 100) > 0.1 for other in pictures[:i])


def test_left_and_right_of_a_patient_differ() -> None:
    for number in range(4):
        picture = head(number, 30).slice(Grid(60, 60, 1.5), 30.0, [T1], ())[0]
        assert np.mean(abs(picture - picture[:, ::-1]) > 100) > 0.08


def test_the_spaces_for_fluid_widen_with_age_and_are_narrow_in_a_child() -> None:
    heights = (12.0, 18.0, 24.0)
    for number in range(4):
        child, adult, old = (fluid(head(number, age), heights) for age in (8, 40, 90))
        assert child < adult < old
        assert old > 1.4 * adult


def test_a_finding_stays_within_the_brain() -> None:
    person = head(1, 50)
    finding = Finding("haematoma", (58.0, 0.0, 20.0), (30.0, 30.0, 20.0), 0.0, 1.0)
    with_it, without = (person.slice(SMALL, 20.0, [HOUNSFIELD], found)[0] for found in ((finding,), ()))
    changed = with_it != without
    assert changed.sum() > 500
    assert without[changed].max() < 400, "not in the bone"
