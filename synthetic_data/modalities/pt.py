"""Positron emission tomography: PET Image IOD (DICOM PS3.3 A.21), FDG, corrected for attenuation."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import PositronEmissionTomographyImageStorage

from synthetic_data.anatomy import thorax
from synthetic_data.anatomy.shapes import Grid
from synthetic_data.anatomy.texture import noise
from synthetic_data.anatomy.uptake import uptake_slice
from synthetic_data.codes import Code
from synthetic_data.columns import Columns
from synthetic_data.headers import add_code
from synthetic_data.ledger import Kind
from synthetic_data.modalities.image import (
    add_frame_of_reference,
    add_pixel_description,
    add_planes,
    add_stack,
    height_of,
)
from synthetic_data.modalities.nm import add_patient_position
from synthetic_data.model import Series, Study
from synthetic_data.record import Identifier, Record
from synthetic_data.scene import Scene

SOP_CLASS_UID: str = PositronEmissionTomographyImageStorage
_SPACING = 3.4
_BECQUEREL = 42.5
"""Becquerel per millilitre for one stored unit; a hundred units are an uptake value of 1."""


@cache
def _grid(rows: int, columns: int) -> Grid:
    return Grid(rows, columns, _SPACING)


def add_series(record: Record, study: Study, series: Series) -> None:
    """PET Series, Isotope and Image Modules (DICOM PS3.3 C.8.9)."""
    grid = _grid(series.rows, series.columns)
    step = (thorax.HIGHEST - thorax.LOWEST) / (series.images - 1)
    add_pixel_description(record, series)
    add_stack(record, study, grid, step, step)
    add_frame_of_reference(record, study, "SN")
    record.put(
        BitsStored=16,
        HighBit=15,
        ImageType=["ORIGINAL", "PRIMARY"],
        Units="BQML",
        CountsSource="EMISSION",
        SeriesType=["STATIC", "IMAGE"],
        NumberOfSlices=series.images,
        CorrectedImage=["NORM", "DTIM", "ATTN", "SCAT", "DECY", "RAN"],
        RandomsCorrectionMethod="DLYD",
        AttenuationCorrectionMethod="CT-based",
        ScatterCorrectionMethod="Model-based",
        DecayCorrection="START",
        DecayFactor="1.008",
        ReconstructionMethod="OSEM",
        CollimatorType="NONE",
        ConvolutionKernel="FIC-5MM",
        RescaleIntercept="0",
        RescaleSlope=f"{_BECQUEREL:g}",
        FrameReferenceTime="75000",
        ActualFrameDuration="150000",
        WindowCenter=f"{300 * _BECQUEREL:g}",
        WindowWidth=f"{600 * _BECQUEREL:g}",
        AcquisitionNumber="1",
    )
    _add_isotope(record, study, series)
    add_patient_position(record)


def _add_isotope(record: Record, study: Study, series: Series) -> None:
    drug = record.item("RadiopharmaceuticalInformationSequence")
    given = series.started - timedelta(minutes=62)
    drug.put(
        Radiopharmaceutical="FDG",
        RadiopharmaceuticalRoute="IV",
        RadionuclideTotalDose="265000000",
        RadionuclideHalfLife="6586.2",
        RadionuclidePositronFraction="0.967",
    )
    drug.plant("RadiopharmaceuticalStartTime", Identifier(Kind.TIME, f"{given:%H%M%S}", study.patient.patient_id))
    add_code(drug.item("RadionuclideCodeSequence"), Code("77004003", "SCT", "^18^Fluorine"))
    add_code(drug.item("RadiopharmaceuticalCodeSequence"), Code("35321007", "SCT", "Fluorodeoxyglucose F^18^"))


def add_images(columns: Columns, study: Study, series: Series) -> None:
    """The slices' places and numbers."""
    heights = [height_of(number, series.images, thorax.LOWEST, thorax.HIGHEST) for number in columns.numbers]
    add_planes(columns, study, _grid(series.rows, series.columns), heights)
    for number in columns.numbers:
        columns.image(number).put(ImageIndex=number)


def pixels(scene: Scene, series: Series, number: int) -> NDArray[np.uint16]:
    """The slice, shape (rows, columns): a hundred times the uptake value. The grain grows with the activity."""
    study = scene.study
    z = height_of(number, series.images, thorax.LOWEST, thorax.HIGHEST)
    clean = uptake_slice(scene.thorax, _grid(series.rows, series.columns), z, study.findings) * np.float32(100)
    speckle = noise(study.role.child(series.key, number, "noise"), series.rows, series.columns, 2)
    seen = clean + speckle * np.float32(study.device.grain) * (np.sqrt(clean) * np.float32(1.3) + np.float32(2.0))
    stored: NDArray[np.uint16] = np.clip(np.rint(seen), 0, 32767).astype("<u2")
    return stored
