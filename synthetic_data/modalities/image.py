"""What the three image modalities share: pixel description and the geometry of axial slices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synthetic_data.anatomy.shapes import Grid, Image
from synthetic_data.columns import Columns
from synthetic_data.ledger import Kind
from synthetic_data.model import Series, Study
from synthetic_data.record import Identifier, Record

BITS = 12
TOP = (1 << BITS) - 1


def add_pixel_description(record: Record, series: Series, photometric: str = "MONOCHROME2") -> None:
    """Describe 12-bit unsigned pixels in 16 bits (Image Pixel Module, DICOM PS3.3 C.7.6.3)."""
    record.put(
        SamplesPerPixel=1,
        PhotometricInterpretation=photometric,
        Rows=series.rows,
        Columns=series.columns,
        BitsAllocated=16,
        BitsStored=BITS,
        HighBit=BITS - 1,
        PixelRepresentation=0,
        BurnedInAnnotation="NO",
        LossyImageCompression="00",
    )


def add_frame_of_reference(record: Record, study: Study, indicator: str | None) -> None:
    """Say that the study's slices share one space (Frame of Reference Module, DICOM PS3.3 C.7.4.1)."""
    uid = Identifier(Kind.UID, study.frame_of_reference_uid, study.patient.patient_id)
    record.plant("FrameOfReferenceUID", uid)
    record.put(PositionReferenceIndicator=indicator)


def stored(values: Image) -> NDArray[np.uint16]:
    """Round brightness to stored values, cut off at the ends of 12 bits."""
    rounded: NDArray[np.uint16] = np.clip(np.rint(values), 0, TOP).astype("<u2")
    return rounded


def height_of(number: int, images: int, lowest: float, highest: float) -> float:
    """The z position in mm of slice `number` (from 1) of a stack from `lowest` to `highest`."""
    return lowest + (highest - lowest) * (number - 1) / (images - 1)


def in_mm(study: Study, length: float) -> str:
    """A length in the grid of an adult's body as one in the patient's, whose field of view is as much smaller."""
    return f"{round(length * study.growth, 4):g}"


def add_stack(record: Record, study: Study, grid: Grid, spacing: float, thickness: float) -> None:
    """What all slices of an axial stack share of the Image Plane Module (DICOM PS3.3 C.7.6.2). Lengths in an adult's mm."""
    record.put(
        PixelSpacing=[in_mm(study, grid.spacing)] * 2,
        ImageOrientationPatient=["1", "0", "0", "0", "1", "0"],
        SliceThickness=in_mm(study, thickness),
        SpacingBetweenSlices=f"{spacing * study.growth:.3f}",
    )


def origin_of(study: Study) -> tuple[float, float, float]:
    """Where the body's own origin lies in the study's frame of reference, in mm.

    The table's height and the isocentre differ from study to study, but not within one.
    """
    generator = study.role.child("table").random()
    return generator.randrange(-60, 61) / 10, generator.randrange(-250, -90) / 10, generator.randrange(-900, 300)


def add_planes(columns: Columns, study: Study, grid: Grid, heights: Sequence[float]) -> None:
    """Place axial slices in space, each at its height (Image Plane Module, DICOM PS3.3 C.7.6.2). Lengths in an adult's mm."""
    x, y, offset = origin_of(study)
    size = study.growth
    corner = f"{float(grid.u[0]) * size + x:.3f}\\{float(grid.v[0]) * size + y:.3f}"
    levels = [f"{height * size + offset:.3f}" for height in heights]
    columns.put(ImagePositionPatient=[f"{corner}\\{level}" for level in levels], SliceLocation=levels)
