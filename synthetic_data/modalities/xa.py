"""Angiography: X-Ray Angiographic Image IOD (DICOM PS3.3 A.14), a run of frames of the left coronary artery."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import XRayAngiographicImageStorage

from synthetic_data.anatomy.coronary import Coronary
from synthetic_data.anatomy.shapes import Grid
from synthetic_data.anatomy.texture import noise
from synthetic_data.columns import Columns
from synthetic_data.modalities.screen import add_byte_pixels
from synthetic_data.model import Series, Study
from synthetic_data.record import Record
from synthetic_data.scene import Scene

SOP_CLASS_UID: str = XRayAngiographicImageStorage
_SPACING = 0.36
_FRAME_MS = 67
_BEAT = (0.0, 0.5, 1.0, 0.75, 0.4, 0.1)
_BLACK = 12


def add_series(record: Record, study: Study, series: Series) -> None:
    """X-Ray Image, Acquisition, XA Positioner, Cine, Multi-frame and Mask Modules (DICOM PS3.3 C.8.7, C.7.6)."""
    add_byte_pixels(record, series, colour=False, burned=False)
    record.put(
        ImageType=["ORIGINAL", "PRIMARY", "SINGLE PLANE"],
        PixelIntensityRelationship="LIN",
        PatientOrientation=None,
        NumberOfFrames=str(series.frames),
        FrameIncrementPointer=0x00181063,
        FrameTime=str(_FRAME_MS),
        CineRate="15",
        RecommendedDisplayFrameRate="15",
        RadiationSetting="GR",
        KVP="76",
        XRayTubeCurrent="420",
        ExposureTime="8",
        ImagerPixelSpacing=[f"{_SPACING:g}"] * 2,
        IntensifierSize="200",
        DistanceSourceToDetector="1050",
        DistanceSourceToPatient="750",
        PositionerMotion="STATIC",
        PositionerPrimaryAngle="-30",
        PositionerSecondaryAngle="20",
        ContrastBolusAgent="FICTOVIST 350",
        WindowCenter="128",
        WindowWidth="256",
        AcquisitionNumber="1",
    )


def add_images(columns: Columns, study: Study, series: Series) -> None:
    """A run comes alone."""


def pixels(scene: Scene, series: Series, number: int) -> NDArray[np.uint8]:
    """The run, shape (frames, rows, columns): contrast flows in, the heart beats, the collimator blackens the corners."""
    study = scene.study
    grid = Grid(series.rows, series.columns, _SPACING, (-2.0, -4.0), v_sign=-1)
    vessel = Coronary.of(study.patient.role.child("heart"), study.findings)
    open_field = _collimator(series.rows, series.columns)
    frames = []
    for frame in range(series.frames):
        picture = vessel.frame(grid, _BEAT[frame % len(_BEAT)], 30 + 280 * frame / series.frames)
        speckle = noise(study.role.child(series.key, frame), series.rows, series.columns, 1)
        seen = (picture + speckle * np.float32(0.018 * study.device.grain)) * np.float32(235)
        frames.append(np.where(open_field, np.clip(np.rint(seen), _BLACK, 255), _BLACK).astype(np.uint8))
    return np.stack(frames)


def _collimator(rows: int, columns: int) -> NDArray[np.bool_]:
    """The open field: a square with its corners cut."""
    y = np.abs(np.arange(rows) * 2 - rows + 1)[:, None]
    x = np.abs(np.arange(columns) * 2 - columns + 1)[None, :]
    field: NDArray[np.bool_] = (x < columns * 0.97) & (y < rows * 0.97) & (x + y < columns * 1.62)
    return field
