"""The localizer of a chest CT: a CT Image (DICOM PS3.3 A.3) that is a projection, on which the slices are planned."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import CTImageStorage

from synthetic_data.anatomy.chest_film import chest_film
from synthetic_data.anatomy.shapes import Grid
from synthetic_data.anatomy.texture import noise
from synthetic_data.columns import Columns
from synthetic_data.modalities.ct import INTERCEPT
from synthetic_data.modalities.image import add_frame_of_reference, add_pixel_description, origin_of, stored
from synthetic_data.model import Series, Study
from synthetic_data.record import Record
from synthetic_data.scene import Scene

SOP_CLASS_UID: str = CTImageStorage
_SPACING, _MIDDLE = 1.4, 0.0


@cache
def _grid(rows: int, columns: int) -> Grid:
    return Grid(rows, columns, _SPACING, (0.0, _MIDDLE), v_sign=-1)


def add_series(record: Record, study: Study, series: Series) -> None:
    """CT Image and Image Plane Modules (DICOM PS3.3 C.8.2.1, C.7.6.2): coronal, from the front."""
    grid = _grid(series.rows, series.columns)
    x, y, z = origin_of(study)
    corner = (float(grid.u[0]) + x, y, float(grid.v[0]) + z)
    add_pixel_description(record, series)
    add_frame_of_reference(record, study, "SN")
    record.put(
        ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"],
        PatientPosition="HFS",
        ImageOrientationPatient=["1", "0", "0", "0", "0", "-1"],
        ImagePositionPatient=[f"{value:.3f}" for value in corner],
        PixelSpacing=[f"{_SPACING:g}"] * 2,
        SliceThickness=f"{series.rows * _SPACING:g}",
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
    path = chest_film(scene.thorax, _grid(series.rows, series.columns), False, scene.study.findings)
    grain = noise(scene.study.role.child(series.key, "noise"), series.rows, series.columns, 1)
    return stored(path * np.float32(4.2) - np.float32(560) + grain * np.float32(9) - np.float32(INTERCEPT))
