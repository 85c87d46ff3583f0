"""A CT's localizer, on which the slices are planned: a projection (DICOM PS3.3 A.3). An MR's is in `mr_scout`."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import CTImageStorage

from synthetic_data.anatomy.chest_film import chest_film
from synthetic_data.anatomy.head_film import head_film
from synthetic_data.anatomy.shapes import Grid
from synthetic_data.anatomy.texture import noise
from synthetic_data.columns import Columns
from synthetic_data.modalities.ct import INTERCEPT
from synthetic_data.modalities.image import add_frame_of_reference, add_pixel_description, in_mm, origin_of, stored
from synthetic_data.model import Series, Study
from synthetic_data.record import Record
from synthetic_data.scene import Scene

SOP_CLASS_UID: str = CTImageStorage
_SPACING = 1.4
_MIDDLE = {"HEAD": -42.0, "CHEST": 0.0}
"""The height of the picture's middle, in mm."""


@cache
def _grid(rows: int, columns: int, middle: float) -> Grid:
    return Grid(rows, columns, _SPACING, (0.0, middle), v_sign=-1)


def add_series(record: Record, study: Study, series: Series) -> None:
    """CT Image and Image Plane Modules (DICOM PS3.3 C.8.2.1, C.7.6.2): a chest from the front, a head from the side."""
    grid = _grid(series.rows, series.columns, _MIDDLE[study.body_part])
    x, y, z = origin_of(study)
    size, head = study.growth, study.body_part == "HEAD"
    across, top = float(grid.u[0]) * size, float(grid.v[0]) * size + z
    corner = (x, across + y, top) if head else (across + x, y, top)
    add_pixel_description(record, series)
    add_frame_of_reference(record, study, "OM" if head else "SN")
    record.put(
        ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"],
        PatientPosition="HFS",
        ImageOrientationPatient=["0", "1", "0", "0", "0", "-1"] if head else ["1", "0", "0", "0", "0", "-1"],
        ImagePositionPatient=[f"{value:.3f}" for value in corner],
        PixelSpacing=[in_mm(study, _SPACING)] * 2,
        SliceThickness=in_mm(study, series.rows * _SPACING),
        RescaleIntercept=str(INTERCEPT),
        RescaleSlope="1",
        RescaleType="US",
        KVP="120",
        XRayTubeCurrent="35",
        ScanOptions="SCOUT MODE",
        AcquisitionNumber="1",
        WindowCenter="50",
        WindowWidth="900",
    )


def add_images(columns: Columns, study: Study, series: Series) -> None:
    """A localizer comes alone."""


def pixels(scene: Scene, series: Series, number: int) -> NDArray[np.uint16]:
    """The projection as a scanner stores it, shape (rows, columns): denser is brighter, in arbitrary units."""
    grid = _grid(series.rows, series.columns, _MIDDLE[scene.study.body_part])
    head = scene.study.body_part == "HEAD"
    path = head_film(scene.head, grid) if head else chest_film(scene.thorax, grid, False, scene.study.findings)
    grain = noise(scene.study.role.child(series.key, "noise"), series.rows, series.columns, 1)
    return stored(path * np.float32(4.2) - np.float32(560) + grain * np.float32(9) - np.float32(INTERCEPT))
