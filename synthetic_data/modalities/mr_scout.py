"""The localizer of an MR examination: one image in each of the three planes (MR Image IOD, DICOM PS3.3 A.4)."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import MRImageStorage

from synthetic_data.anatomy.shapes import Grid, Image
from synthetic_data.anatomy.texture import noise
from synthetic_data.anatomy.tissue import T1
from synthetic_data.columns import Columns
from synthetic_data.modalities.image import (
    add_frame_of_reference,
    add_pixel_description,
    in_mm,
    origin_of,
    stored,
)
from synthetic_data.modalities.mr import add_sequence
from synthetic_data.model import Series, Study
from synthetic_data.record import Record
from synthetic_data.scene import Scene

SOP_CLASS_UID: str = MRImageStorage
_SPACING = 3.0
_TOP, _LOWEST = 116.0, -74.0
"""The height of the upright images' first row, and the one below which the coil sees nothing, in mm."""
_BESIDE = 15.0
"""The sagittal image lies beside the fissure between the hemispheres."""
_NOISE = 20.0


class Plane(NamedTuple):
    """Where one of the images lies: its row and column directions, and the height of an axial one in mm."""

    rows: tuple[int, int, int]
    columns: tuple[int, int, int]


_PLANES = (Plane((1, 0, 0), (0, 1, 0)), Plane((1, 0, 0), (0, 0, -1)), Plane((0, 1, 0), (0, 0, -1)))
"""Axial, coronal, sagittal: through the middle of the head, or nearly so."""
_HEIGHT = 12.0


@cache
def _grid(side: int) -> Grid:
    return Grid(side, side, _SPACING)


def add_series(record: Record, study: Study, series: Series) -> None:
    """MR Image Module (DICOM PS3.3 C.8.3.1), the parts that the three images share."""
    add_pixel_description(record, series)
    add_frame_of_reference(record, study, None)
    add_sequence(record, series, "*loc2d", "GR", "SP", (12, 5, 1), (500, 950))
    record.put(PixelSpacing=[in_mm(study, _SPACING)] * 2, SliceThickness=in_mm(study, 8.0))


def add_images(columns: Columns, study: Study, series: Series) -> None:
    """Each image's place and orientation (Image Plane Module, DICOM PS3.3 C.7.6.2)."""
    first = float(_grid(series.rows).u[0])
    corners = [(first, first, _HEIGHT), (first, 0.0, _TOP), (_BESIDE, first, _TOP)]
    origin, size = origin_of(study), study.growth
    places = [[f"{value * size + at:.3f}" for value, at in zip(corner, origin, strict=True)] for corner in corners]
    columns.put(
        ImagePositionPatient=["\\".join(place) for place in places],
        ImageOrientationPatient=["\\".join(map(str, (*plane.rows, *plane.columns))) for plane in _PLANES],
    )


def pixels(scene: Scene, series: Series, number: int) -> NDArray[np.uint16]:
    """The image's magnitude, in arbitrary units, shape (rows, columns)."""
    grid, study = _grid(series.rows), scene.study
    if number == 1:
        clean: Image = scene.head.slice(grid, _HEIGHT, [T1], study.findings)[0]
    else:
        clean = _upright(scene, series.rows, sagittal=number == 3)
    role, strength = study.role.child(series.key, number), np.float32(_NOISE * study.device.grain)
    real, imaginary = (
        noise(role.child(part), series.rows, series.columns, 1) * strength for part in ("real", "imaginary")
    )
    return stored(np.sqrt((clean + real) * (clean + real) + imaginary * imaginary))


def _upright(scene: Scene, side: int, sagittal: bool) -> Image:
    """A coronal or a sagittal image, line by line from the top; the signal fades where the coil ends."""
    line = Grid(side, 1, _SPACING, (_BESIDE, 0.0)) if sagittal else Grid(1, side, _SPACING)
    picture = np.zeros((side, side), np.float32)
    for row in range(side):
        z = _TOP - row * _SPACING
        if _LOWEST < z < scene.head.height:
            fade = np.float32(min(1.0, (z - _LOWEST) / 25))
            picture[row] = scene.head.slice(line, z, [T1], scene.study.findings)[0].ravel() * fade
    return picture
