"""Words in pictures: which frames are read, what counts as one line through a loop, what is like a known name."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset

from lab.inventory import Fact, KnownPeople, Near, Place, Region, find_in_picture
from lab.inventory.likeness import errors_in, search_regions
from lab.inventory.pictures import merged, sampled, search_pixels
from lab.inventory.raw import Opened
from lab.inventory.reader import renderings
from synthetic_data import Kind
from synthetic_data.burned import Line

NEAR = Near("SYN-1", frozenset({"SYN-1"}))


@pytest.fixture(scope="module")
def known() -> KnownPeople:
    people = KnownPeople()
    people.learn([Fact(Kind.NAME, "Goncalves^Sylvie", "SYN-1"), Fact(Kind.BIRTH_DATE, "19600208", "SYN-1")])
    return people


def drawn(text: str, ink: int, ground: int, rows: int = 120, columns: int = 320) -> np.ndarray:
    picture = np.full((rows, columns), ground, np.uint8)
    Line(12, 30, "text", (text,)).draw(picture, ink)
    return picture


def test_the_first_the_last_and_evenly_spread_frames_of_a_loop_are_read() -> None:
    assert [sampled(count) for count in (1, 2, 3, 5, 100)] == [
        [1],
        [1, 2],
        [1, 2, 3],
        [1, 3, 5],
        [1, 15, 29, 43, 58, 72, 86, 100],
    ]


def test_a_line_that_stays_is_one_finding_through_the_frames() -> None:
    stays, other = Region((0, 0, 50, 10), "NAME", 0.9), Region((0, 50, 50, 60), "note", 0.9)
    moved = Region((1, 0, 51, 11), "NAME", 0.9)
    found = sorted(merged({1: [stays], 3: [moved, other], 5: [stays]}), key=lambda pair: pair[0].box)
    assert found == [(stays, (1, 5)), (other, (3, 3))]


def test_letters_that_were_misread_are_still_like_the_name(known: KnownPeople) -> None:
    lines = [Region((0, 0, 9, 9), "G0NCALVES Sy1vie", 0.9), Region((0, 20, 9, 29), "C5-2 MI 0.9", 0.9)]
    assert [(line.text, hit.kind, hit.person) for line, hit in search_regions(lines, known, NEAR)] == [
        ("G0NCALVES Sy1vie", Kind.NAME, "SYN-1")
    ]


@pytest.mark.parametrize(
    ("pattern", "text", "errors"), [("abcdef", "xxabcdefxx", 0), ("abcdef", "abcxef", 1), ("abcdef", "zzzzzz", 2)]
)
def test_errors_are_counted_against_the_best_part_of_the_text(pattern: str, text: str, errors: int) -> None:
    assert errors_in(pattern, text, 1) == errors


def test_a_picture_of_one_value_is_not_shown_to_the_reader() -> None:
    assert renderings(np.zeros((64, 64), np.uint16)) == []
    assert find_in_picture(np.full((64, 64), 7, np.uint8)) == []


@pytest.mark.slow
@pytest.mark.parametrize(("ink", "ground"), [(255, 0), (0, 255), (150, 90), (90, 150)])
def test_light_dark_and_faint_letters_are_read(ink: int, ground: int) -> None:
    (region,) = find_in_picture(drawn("GONCALVES Sylvie", ink, ground))
    assert region.text.replace(" ", "") == "GONCALVESSylvie"
    left, top, right, bottom = region.box
    assert 4 <= left <= 20
    assert 20 <= top <= 40
    assert 100 < right < 260
    assert 40 < bottom < 70


@pytest.mark.slow
def test_letters_above_the_window_of_a_sixteen_bit_image_and_below_it_are_read() -> None:
    base = np.random.default_rng(3).integers(900, 1100, (160, 320)).astype(np.uint16)
    bright = np.where(drawn("GONCALVES Sylvie", 255, 0, 160) > 127, 60_000, base).astype(np.uint16)
    assert any("GONCALVES" in region.text for region in find_in_picture(bright))


@pytest.mark.slow
def test_an_overlay_s_bits_are_read(known: KnownPeople) -> None:
    rows, columns = 120, 320
    bits = (drawn("GONCALVES Sylvie", 255, 0) > 127).astype(np.uint8)
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.add_new((0x6000, 0x0010), "US", rows)
    dataset.add_new((0x6000, 0x0011), "US", columns)
    dataset.add_new((0x6000, 0x3000), "OW", np.packbits(bits.ravel(), bitorder="little").tobytes())
    troubles: list[str] = []
    found = list(search_pixels(Opened(b"", dataset, b""), known, NEAR, troubles))
    assert [(one.place, one.tag, one.kind, one.person) for one in found] == [
        (Place.OVERLAY, "(6000,3000)", Kind.NAME, "SYN-1")
    ]
    assert troubles == []
