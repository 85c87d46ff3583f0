"""Computed tomography: CT Image IOD (DICOM PS3.3 A.3), pixels in Hounsfield units."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import CTImageStorage

from synthetic_data.anatomy import head, thorax
from synthetic_data.anatomy.chest_slice import chest_slice
from synthetic_data.anatomy.shapes import Grid, Image
from synthetic_data.anatomy.texture import noise
from synthetic_data.anatomy.tissue import HOUNSFIELD
from synthetic_data.columns import Columns
from synthetic_data.modalities.image import (
    add_frame_of_reference,
    add_pixel_description,
    add_planes,
    add_stack,
    height_of,
    in_mm,
    stored,
)
from synthetic_data.model import Series, Study
from synthetic_data.record import Record
from synthetic_data.scene import Scene

SOP_CLASS_UID: str = CTImageStorage
INTERCEPT = -1024


@dataclass(frozen=True)
class Reconstruction:
    """How a series is reconstructed: kernel, the grain it leaves (smoothing, strength in HU), window in HU."""

    kernel: str
    smoothing: int
    noise: float
    centre: int
    width: int


@dataclass(frozen=True)
class Range:
    """What is scanned: pixel size and slice positions in mm, and the beam."""

    spacing: float
    lowest: float
    highest: float
    kilovolts: int
    milliamperes: int


_SERIES = {
    "ct_brain": Reconstruction("FIC-H30", 2, 2.6, 35, 80),
    "ct_skull": Reconstruction("FIC-H70", 0, 22.0, 500, 2200),
    "ct_mediastinum": Reconstruction("FIC-B30", 2, 9.0, 45, 400),
    "ct_lung": Reconstruction("FIC-B70", 0, 32.0, -600, 1500),
}
_RANGES = {
    "ct_head": Range(1.2, head.LOWEST, head.HIGHEST, 120, 260),
    "ct_chest": Range(1.95, thorax.LOWEST, thorax.HIGHEST, 100, 140),
}


@cache
def _grid(rows: int, columns: int, spacing: float) -> Grid:
    return Grid(rows, columns, spacing)


def add_series(record: Record, study: Study, series: Series) -> None:
    """CT Image Module (DICOM PS3.3 C.8.2.1), the parts that the series' images share."""
    made, scan = _SERIES[series.key], _RANGES[study.exam]
    grid = _grid(series.rows, series.columns, scan.spacing)
    add_pixel_description(record, series)
    add_stack(record, study, grid, (scan.highest - scan.lowest) / (series.images - 1), 5.0)
    add_frame_of_reference(record, study, "OM" if study.exam == "ct_head" else "SN")
    record.put(
        ImageType=["ORIGINAL", "PRIMARY", "AXIAL"],
        PatientPosition="HFS",
        RescaleIntercept=str(INTERCEPT),
        RescaleSlope="1",
        RescaleType="HU",
        KVP=str(scan.kilovolts),
        XRayTubeCurrent=str(scan.milliamperes),
        ExposureTime="1000",
        ScanOptions="AXIAL MODE",
        DataCollectionDiameter="500",
        ReconstructionDiameter=in_mm(study, scan.spacing * series.columns),
        GantryDetectorTilt="0",
        RotationDirection="CW",
        ConvolutionKernel=made.kernel,
        WindowCenter=str(made.centre),
        WindowWidth=str(made.width),
    )


def add_images(columns: Columns, study: Study, series: Series) -> None:
    """The slices' places and their acquisition numbers."""
    scan = _RANGES[study.exam]
    heights = [height_of(number, series.images, scan.lowest, scan.highest) for number in columns.numbers]
    add_planes(columns, study, _grid(series.rows, series.columns, scan.spacing), heights)
    columns.put(AcquisitionNumber=[str(number) for number in columns.numbers])


def pixels(scene: Scene, series: Series, number: int) -> NDArray[np.uint16]:
    """The slice with its kernel's grain: stored value = Hounsfield units + 1024, shape (rows, columns)."""
    made = _SERIES[series.key]
    clean = scene.keep(f"{number}", lambda: _slice(scene, series, number))
    role = scene.study.role.child(series.key, number, "noise")
    grain = noise(role, series.rows, series.columns, made.smoothing)
    return stored(clean + grain * np.float32(made.noise * scene.study.device.grain) - np.float32(INTERCEPT))


def _slice(scene: Scene, series: Series, number: int) -> Image:
    scan, study = _RANGES[scene.study.exam], scene.study
    grid = _grid(series.rows, series.columns, scan.spacing)
    z = height_of(number, series.images, scan.lowest, scan.highest)
    if study.exam == "ct_head":
        plane: Image = scene.head.slice(grid, z, [HOUNSFIELD], study.findings)[0]
        return plane
    return chest_slice(scene.thorax, grid, z, study.findings)
