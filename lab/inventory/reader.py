"""Words in pictures: optical character recognition on the machine itself, models and all from the package rapidocr.

Nothing is sent anywhere. The engine is made at the first picture, one a process, with one thread: the inventory has its
own workers.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.inventory.finding import Box, Region

Picture = NDArray[np.uint8]
"""Shape (rows, columns) or (rows, columns, 3)."""

UNSURE = 0.75
"""Letters that are less sure than this are read again: larger, and in the other polarity."""
SMALL = 13
"""Lines lower than so many pixels are read again, enlarged."""
_ENLARGED = 40
_LEAST_CONTRAST = 8
_MOST_LINES_AGAIN = 60


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    threads = {f"EngineConfig.onnxruntime.{name}_op_num_threads": 1 for name in ("intra", "inter")}
    return RapidOCR(params={"Global.log_level": "error", **threads})


def read_picture(pixels: NDArray[Any]) -> list[Region]:
    """The lines of text in a picture, in its own pixels, any number of bits: shape (rows, columns) or (rows, columns, 3).

    The picture is shown in one to three ways (whole range of values, usual window, letters brighter than everything
    else), and what is small or unsure is read again enlarged and inverted. Boxes do not overlap: of two readings of one
    place the surer one stays.
    """
    if pixels.ndim < 2 or min(pixels.shape[:2]) < 8:
        return []
    found: list[Region] = []
    for shown in renderings(pixels):
        regions = _lines(shown)
        found += [region if _is_clear(region) else _again(shown, region) for region in regions[:_MOST_LINES_AGAIN]]
        found += regions[_MOST_LINES_AGAIN:]
    return _one_a_place(found)


def renderings(pixels: NDArray[Any]) -> list[Picture]:
    """The ways in which a picture is shown to the reader, as bytes; none when it is all of one value."""
    if pixels.dtype == np.uint8:
        return [np.ascontiguousarray(pixels)] if np.ptp(pixels) >= _LEAST_CONTRAST else []
    values = pixels.astype(np.float32)
    low, high = float(values.min()), float(values.max())
    if high - low < 1:
        return []
    bottom, top = (float(limit) for limit in np.percentile(values, (1, 99)))
    shown = [_window(values, low, high)]
    if top - bottom < 0.5 * (high - low) and top > bottom:
        shown.append(_window(values, bottom, top))
    return shown


def _window(values: NDArray[np.float32], low: float, high: float) -> Picture:
    shown: Picture = np.clip((values - low) * (255 / (high - low)), 0, 255).astype(np.uint8)
    return shown


def _lines(picture: Picture) -> list[Region]:
    answer = _engine()(_coloured(picture), use_det=True, use_cls=False, use_rec=True)
    if answer.boxes is None or answer.txts is None:
        return []
    rows, columns = picture.shape[:2]
    return [
        Region(_bounds(corners, rows, columns), text, float(score))
        for corners, text, score in zip(answer.boxes, answer.txts, answer.scores, strict=True)
    ]


def _coloured(picture: Picture) -> Picture:
    return np.ascontiguousarray(np.repeat(picture[:, :, None], 3, 2) if picture.ndim == 2 else picture[:, :, :3])


def _bounds(corners: Any, rows: int, columns: int) -> Box:
    across, down = np.asarray(corners)[:, 0], np.asarray(corners)[:, 1]
    left, top = max(0, int(across.min())), max(0, int(down.min()))
    return left, top, min(columns, int(np.ceil(across.max())) + 1), min(rows, int(np.ceil(down.max())) + 1)


def _is_clear(region: Region) -> bool:
    return region.confidence >= UNSURE and region.box[3] - region.box[1] >= SMALL


def _again(picture: Picture, region: Region) -> Region:
    """The best of three readings of a line: as it was, enlarged, enlarged with light and dark changed."""
    from PIL import Image

    left, top, right, bottom = region.box
    crop = picture[max(0, top - 2) : bottom + 2, max(0, left - 3) : right + 3]
    tall, wide = crop.shape[:2]
    if not tall or not wide or wide > 60 * tall:
        return region
    scale = max(1.0, _ENLARGED / tall)
    large = np.asarray(
        Image.fromarray(crop).resize((round(wide * scale), round(tall * scale)), Image.Resampling.BICUBIC)
    )
    best = region
    for shown in (large, 255 - large):
        answer = _engine()(_coloured(shown), use_det=False, use_cls=False, use_rec=True)
        if answer.txts and float(answer.scores[0]) > best.confidence:
            best = Region(region.box, answer.txts[0], float(answer.scores[0]))
    return best


def _one_a_place(regions: list[Region]) -> list[Region]:
    chosen: list[Region] = []
    for region in sorted(regions, key=lambda one: -one.confidence):
        if region.text.strip() and not any(_share(region.box, other.box) > 0.5 for other in chosen):
            chosen.append(region)
    return sorted(chosen, key=lambda one: (one.box[1], one.box[0]))


def _share(one: Box, other: Box) -> float:
    """How much of the smaller box the two have in common."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or tall <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return wide * tall / max(1, min(areas))
