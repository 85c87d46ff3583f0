"""Magnetic resonance: MR Image IOD (DICOM PS3.3 A.4), with T1, T2 and FLAIR contrast."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import MRImageStorage

from synthetic_data.anatomy import head
from synthetic_data.anatomy.shapes import Grid
from synthetic_data.anatomy.texture import noise
from synthetic_data.anatomy.tissue import FLAIR, T1, T2, Contrast
from synthetic_data.columns import Columns
from synthetic_data.modalities.image import (
    add_frame_of_reference,
    add_pixel_description,
    add_planes,
    add_stack,
    height_of,
    stored,
)
from synthetic_data.model import Series, Study
from synthetic_data.record import Record
from synthetic_data.scene import Scene

SOP_CLASS_UID: str = MRImageStorage
_SPACING = 1.4
_NOISE = 22.0


@dataclass(frozen=True)
class Sequence:
    """A pulse sequence: times in ms, and the contrast that it gives. `inversion` is None for a spin echo."""

    contrast: Contrast
    name: str
    scanning: str
    variant: str
    repetition: int
    echo: int
    train: int
    inversion: int | None
    centre: int
    width: int


_SERIES = {
    "mr_t1": Sequence(T1, "*fse1", "SE", "SP", 550, 12, 1, None, 560, 1050),
    "mr_t2": Sequence(T2, "*fse2", "SE", "SK", 4200, 98, 15, None, 780, 1600),
    "mr_flair": Sequence(FLAIR, "*fir", "IR", "SK", 9000, 110, 17, 2500, 640, 1350),
}


@cache
def _grid(rows: int, columns: int) -> Grid:
    return Grid(rows, columns, _SPACING)


def add_series(record: Record, study: Study, series: Series) -> None:
    """MR Image Module (DICOM PS3.3 C.8.3.1), the parts that the series' images share."""
    made = _SERIES[series.key]
    add_pixel_description(record, series)
    add_frame_of_reference(record, study, None)
    times = (made.repetition, made.echo, made.train)
    add_sequence(record, series, made.name, made.scanning, made.variant, times, (made.centre, made.width))
    spacing = (head.HIGHEST - head.LOWEST) / (series.images - 1)
    add_stack(record, study, _grid(series.rows, series.columns), spacing, 5.0)
    if made.inversion is not None:
        record.put(InversionTime=str(made.inversion))


def add_sequence(
    record: Record,
    series: Series,
    name: str,
    scanning: str,
    variant: str,
    times: tuple[int, int, int],
    window: tuple[int, int],
) -> None:
    """How a series was acquired; `times` are repetition and echo in ms and the echo train's length."""
    repetition, echo, train = times
    centre, width = window
    record.put(
        AcquisitionNumber=str(series.number),
        ImageType=["ORIGINAL", "PRIMARY", "OTHER"],
        PatientPosition="HFS",
        ScanningSequence=scanning,
        SequenceVariant=variant,
        SequenceName=name,
        ScanOptions=None,
        MRAcquisitionType="2D",
        RepetitionTime=str(repetition),
        EchoTime=str(echo),
        EchoTrainLength=str(train),
        EchoNumbers="1",
        NumberOfAverages="1",
        MagneticFieldStrength="1.5",
        ImagingFrequency="63.87",
        ImagedNucleus="1H",
        FlipAngle="90",
        PixelBandwidth="130",
        WindowCenter=str(centre),
        WindowWidth=str(width),
    )


def add_images(columns: Columns, study: Study, series: Series) -> None:
    """The slices' places."""
    heights = [height_of(number, series.images, head.LOWEST, head.HIGHEST) for number in columns.numbers]
    add_planes(columns, study, _grid(series.rows, series.columns), heights)


def pixels(scene: Scene, series: Series, number: int) -> NDArray[np.uint16]:
    """The slice's magnitude, in arbitrary units, shape (rows, columns). Its noise is Rician, as in real ones."""
    names = [planned.key for planned in scene.study.series if planned.key in _SERIES]
    grid = _grid(series.rows, series.columns)
    z = height_of(number, series.images, head.LOWEST, head.HIGHEST)
    contrasts = [_SERIES[name].contrast for name in names]
    planes = scene.keep(f"{number}", lambda: scene.head.slice(grid, z, contrasts, scene.study.findings))
    signal = planes[names.index(series.key)]
    role, strength = scene.study.role.child(series.key, number), np.float32(_NOISE * scene.study.device.grain)
    real, imaginary = (
        noise(role.child(part), series.rows, series.columns, 1) * strength for part in ("real", "imaginary")
    )
    return stored(np.sqrt((signal + real) * (signal + real) + imaginary * imaginary))
