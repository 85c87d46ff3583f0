"""Letters in pictures, found and painted over: the pixels as numbers, whatever file they came from.

A scanned paper is covered as a whole; above and below the regions of an ultrasound picture is only what the device writes.
Everything else is read by OCR, in several renderings, until nothing more is found. In slices (CT, MR and the like), where
devices write nothing, a find has to look like a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.deid.facts import REGIONS, Facts
from lab.deid.reading_letters import Letters, Picture, find_letters

Array = NDArray[Any]
Box = tuple[int, int, int, int]
_ROUNDS, _SAMPLED, _MARGIN = 3, 3, 3
_CONTRAST = 64
_SLICE_LINES, _SLICE_LETTERS, _SURELY_LETTERS = 6, 3, 6


def covered(frames: Array, facts: Facts) -> list[Box]:
    """Cover what is written, in all frames; returns where."""
    rows, columns = frames.shape[1:3]
    if facts.is_scanned:
        boxes = [(0, 0, columns, rows)]
        _cover(frames, boxes)
        return boxes
    boxes = _outside_regions(facts, rows, columns)
    _cover(frames, boxes)
    for _ in range(_ROUNDS):
        found = _found(frames, facts)
        if not found:
            return boxes
        _cover(frames, found)
        boxes += found
    if _found(frames, facts):
        boxes = [(0, 0, columns, rows)]
        _cover(frames, boxes)
    return boxes


def _found(frames: Array, facts: Facts) -> list[Box]:
    """Where something is written now, with a margin."""
    rows, columns = frames.shape[1:3]
    read = _written_sheet if not facts.has_markers else _written if facts.may_bear_letters else _written_in_slice
    return sorted({_grown(letters, rows, columns) for picture in _renderings(frames) for letters in read(picture)})


def _written_sheet(picture: Picture) -> list[Letters]:
    return find_letters(picture, read=False)


def _written(picture: Picture) -> list[Letters]:
    return [letters for letters in find_letters(picture) if not _is_marker(letters)]


def _written_in_slice(picture: Picture) -> list[Letters]:
    """Words in a measured picture, where a skull reads as a nought: a line of at least three letters or digits.

    What is high has to have more of them: large letters, or lines that the reader takes for one.
    """

    def is_word(letters: Letters) -> bool:
        least = _SLICE_LETTERS if letters.bottom - letters.top <= picture.shape[0] // _SLICE_LINES else _SURELY_LETTERS
        return _is_wide(letters) and sum(map(str.isalnum, letters.text)) >= least

    if not any(map(_is_wide, find_letters(picture, read=False))):
        return []
    return list(filter(is_word, find_letters(picture)))


def _is_wide(letters: Letters) -> bool:
    return letters.right - letters.left >= letters.bottom - letters.top


def _outside_regions(facts: Facts, rows: int, columns: int) -> list[Box]:
    """Above and below the regions in which an ultrasound device shows what it hears (PS3.3 C.8.5.5)."""
    regions = facts.by_tag.get(REGIONS)
    spans = []
    for item in (regions.items or []) if regions is not None else []:
        numbers = {element.tag: int.from_bytes(bytes(element.value), "big" if facts.big else "little") for element in item
                   if element.vr == "UL"}  # fmt: skip
        if 0x0018601A in numbers and 0x0018601E in numbers:
            spans.append((numbers[0x0018601A], numbers[0x0018601E]))
    if not spans:
        return []
    top, bottom = min(first for first, _ in spans), max(last for _, last in spans) + 1
    boxes = [(0, 0, columns, min(top, rows)), (0, bottom, columns, rows)]
    return [box for box in boxes if box[1] < box[3]]


def _renderings(frames: Array) -> Iterator[Picture]:
    """What is looked at: some frames and the brightest and darkest of all, full range and without the outermost values."""
    chosen = sorted({0, len(frames) // 2, len(frames) - 1})[:_SAMPLED]
    pictures = [frames[index] for index in chosen]
    if len(frames) > 1:
        pictures = [pictures[0], frames.max(0), frames.min(0)]
    for picture in pictures:
        yield _eight_bits(picture, 0, 100)
        if picture.dtype != np.uint8:
            yield _eight_bits(picture, 2, 98)


def _eight_bits(picture: Array, low: float, high: float) -> Picture:
    if picture.dtype == np.uint8 and np.ptp(picture) >= _CONTRAST:
        return picture
    bottom, top = np.percentile(picture, (low, high))
    scaled = (picture.astype(np.float32) - bottom) * (255.0 / max(float(top - bottom), 1.0))
    eight: Picture = np.clip(scaled, 0, 255).astype(np.uint8)
    return eight


def _is_marker(letters: Letters) -> bool:
    """Whether it is a side or view marker, or one letter: L, R, AP, LAT. They are part of the picture's meaning."""
    text = letters.text.strip()
    return 0 < len(text) <= 3 and not any(char.isdigit() for char in text)


def _grown(letters: Letters, rows: int, columns: int) -> Box:
    """The box with a margin in proportion to its letters: detectors cut first and last letters short."""
    margin = _MARGIN + (letters.bottom - letters.top) // 4
    left, top = max(0, letters.left - 2 * margin), max(0, letters.top - margin)
    return left, top, min(columns, letters.right + 2 * margin), min(rows, letters.bottom + margin)


def _cover(frames: Array, boxes: list[Box]) -> None:
    """Paint boxes over with one value: the picture's own at the box's rim, so that no edge draws the eye."""
    for left, top, right, bottom in boxes:
        rim = np.concatenate([frames[:, top, left:right], frames[:, bottom - 1, left:right]], 1)
        whole = (right - left, bottom - top) == (frames.shape[2], frames.shape[1])
        sample = rim if not whole else frames[:, ::16, ::16].reshape(len(frames), -1, *frames.shape[3:])
        frames[:, top:bottom, left:right] = np.median(sample, axis=(0, 1)).astype(frames.dtype)
