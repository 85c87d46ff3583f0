"""Icons: the small picture that a workstation keeps in the object itself, with the patient's number below it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthetic_data.burned import Line, draw_lines, plant_lines
from synthetic_data.lettering import line_height
from synthetic_data.model import Study
from synthetic_data.record import Record
from synthetic_data.shown import shown_identifiers

SIDE = 160
_LEAST_STEP = 6
"""So that nothing of what the picture itself says stays legible."""

_PIXELS = 0x7FE00010


def add_icon(record: Record, study: Study, picture: NDArray[np.uint8]) -> None:
    """Add the Icon Image Sequence (DICOM PS3.3 C.7.6.1.1.6) of a grey picture, shape (rows, columns), any size.

    The patient's number stands in the caption, and the name where it fits.
    """
    item = record.item("IconImageSequence")
    item.put(
        SamplesPerPixel=1, PhotometricInterpretation="MONOCHROME2", Rows=SIDE, Columns=SIDE, BitsAllocated=8,
        BitsStored=8, HighBit=7, PixelRepresentation=0,
    )  # fmt: skip
    lines = caption(study)
    icon = _shrunk(picture, SIDE - len(lines) * line_height("small"))
    draw_lines(lines, icon)
    item.dataset.add_new(_PIXELS, "OW", icon.tobytes())
    plant_lines(item, lines, tag=item.path(_PIXELS))


def caption(study: Study) -> list[Line]:
    """The lines at the icon's foot."""
    who = shown_identifiers(study)
    lines = [Line(2, 0, "small", (who[key],)) for key in ("screen_name", "patient_id")]
    fitting = [line for line in lines if line.x + line.width <= SIDE]
    top = SIDE - len(fitting) * line_height("small")
    return [Line(line.x, top + row * line_height("small"), line.style, line.parts) for row, line in enumerate(fitting)]


def _shrunk(picture: NDArray[np.uint8], height: int) -> NDArray[np.uint8]:
    """The picture's pixels thinned to fit above the caption, in the middle of a black square."""
    rows, columns = picture.shape
    step = max(_LEAST_STEP, -(-rows // height), -(-columns // SIDE))
    small = picture[::step, ::step]
    icon = np.zeros((SIDE, SIDE), np.uint8)
    left = (SIDE - small.shape[1]) // 2
    icon[: small.shape[0], left : left + small.shape[1]] = small
    return icon
