"""Letters in pictures: where they are, and what they say (OCR by RapidOCR, whose models come with its package)."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
_LARGEST_SIDE = 2048
_INK = 40
"""A plane with fewer bits than these holds no word."""


class Letters(NamedTuple):
    """A line of letters: its box (right and bottom are the first beyond) and its words."""

    left: int
    top: int
    right: int
    bottom: int
    text: str


@cache
def _engine() -> Any:
    """The engine, made once a process; one thread, as there are several workers."""
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.text_score": 0.3,
            "Det.box_thresh": 0.4,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def find_letters(picture: Picture, read: bool = True) -> list[Letters]:
    """The lines of letters in a picture, shape (rows, columns) or (rows, columns, 3), 8 bits a sample.

    Without `read` they are found only, which is several times faster, and their text is empty.
    """
    colour = picture if picture.ndim == 3 else np.repeat(picture[:, :, None], 3, 2)
    step = -(-max(colour.shape[:2]) // _LARGEST_SIDE)
    answer = _engine()(np.ascontiguousarray(colour[::step, ::step]), use_rec=read)
    if answer.boxes is None:
        return []
    found = []
    texts = answer.txts if read else [""] * len(answer.boxes)
    for corners, text in zip(answer.boxes, texts, strict=True):
        (left, top), (right, bottom) = corners.min(0) * step, corners.max(0) * step
        found.append(Letters(int(left), int(top), int(np.ceil(right)) + 1, int(np.ceil(bottom)) + 1, text))
    return found


def letters_in_bits(bits: bytes, rows: int, columns: int) -> bool:
    """Whether something is written in a plane of bits (PS3.5 8.1.2); a plane that is no plane counts as written."""
    if not 0 < rows * columns <= 8 * len(bits) or rows * columns > 1 << 26:
        return True
    plane = np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little")[: rows * columns].reshape(rows, columns)
    if int(plane.sum()) < _INK:
        return False
    return bool(find_letters(plane * np.uint8(255), read=False))
