"""Digital radiography: Digital X-Ray Image IOD, for presentation (DICOM PS3.3 A.26)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import DigitalXRayImageStorageForPresentation

from synthetic_data.anatomy.chest_film import chest_film
from synthetic_data.anatomy.shapes import Grid, Image
from synthetic_data.anatomy.texture import noise
from synthetic_data.codes import Code
from synthetic_data.columns import Columns
from synthetic_data.headers import add_code
from synthetic_data.modalities.image import TOP, add_pixel_description, in_mm, stored
from synthetic_data.modalities.side_marker import add_side_marker
from synthetic_data.model import Series, Study
from synthetic_data.record import Record
from synthetic_data.scene import Scene

SOP_CLASS_UID: str = DigitalXRayImageStorageForPresentation


@dataclass(frozen=True)
class View:
    """One projection: pixel size in mm, the raster's middle in mm, its orientation, and how it is developed.

    `full` is the water-equivalent thickness in mm that becomes white; `detail` how much fine structure is enhanced.
    """

    spacing: float
    middle: float
    position: str
    code: Code
    orientation: tuple[str, str]
    kilovolts: int
    full: float
    noise: float
    detail: float


_PA = Code("272479007", "SCT", "postero-anterior")
_AP = Code("399348003", "SCT", "antero-posterior")
_LATERAL = Code("399173006", "SCT", "left lateral")
_OBLIQUE = Code("399059000", "SCT", "postero-anterior oblique")

_VIEWS = {
    "dx_chest_pa": View(0.84, 5.0, "PA", _PA, ("L", "F"), 120, 262.0, 1.5, 0.8),
    "dx_chest_lateral": View(0.84, 5.0, "LL", _LATERAL, ("P", "F"), 120, 240.0, 1.5, 0.8),
    "cr_chest_ap": View(0.84, 5.0, "AP", _AP, ("L", "F"), 90, 250.0, 2.4, 0.65),
    "dx_hand_pa": View(0.57, 60.0, "PA", _PA, ("L", "F"), 50, 34.0, 0.25, 0.2),
    "dx_hand_oblique": View(0.57, 60.0, "PA", _OBLIQUE, ("L", "F"), 50, 34.0, 0.25, 0.2),
}
_BLUR = 38
"""The side in pixels of the square over which the developer takes the local mean."""


@cache
def _grid(key: str, rows: int, columns: int) -> Grid:
    return Grid(rows, columns, _VIEWS[key].spacing, (0.0, _VIEWS[key].middle), v_sign=-1)


def add_series(record: Record, study: Study, series: Series) -> None:
    """DX Series, Anatomy Imaged, Image, Detector and Positioning Modules (DICOM PS3.3 C.8.11)."""
    view = _VIEWS[series.key]
    white_bones = _white_bones(study)
    add_pixel_description(record, series, "MONOCHROME2" if white_bones else "MONOCHROME1")
    record.put(
        PresentationIntentType="FOR PRESENTATION",
        ImageType=["ORIGINAL", "PRIMARY", ""],
        PixelIntensityRelationship="LOG",
        PixelIntensityRelationshipSign=-1 if white_bones else 1,
        PresentationLUTShape="IDENTITY" if white_bones else "INVERSE",
        RescaleIntercept="0",
        RescaleSlope="1",
        RescaleType="US",
        WindowCenter=str((TOP + 1) // 2),
        WindowWidth=str(TOP + 1),
        ImageLaterality=study.side if study.body_part == "HAND" else "U",
        DetectorType="DIRECT",
        DetectorConfiguration="AREA",
        ImagerPixelSpacing=[in_mm(study, view.spacing)] * 2,
        KVP=str(view.kilovolts),
        PatientOrientation=list(view.orientation),
        ViewPosition=view.position,
        PositionerType="COLUMN",
        AcquisitionContextSequence=[],
        AcquisitionNumber=str(series.number),
    )
    add_code(record.item("ViewCodeSequence"), view.code)


def add_images(columns: Columns, study: Study, series: Series) -> None:
    """A series is one radiograph."""


def pixels(scene: Scene, series: Series, number: int) -> NDArray[np.uint16]:
    """The developed radiograph, shape (rows, columns): MONOCHROME1 or 2 as `add_series` says, bones white in both."""
    view, study = _VIEWS[series.key], scene.study
    grid = _grid(series.key, series.rows, series.columns)
    if study.exam == "dx_hand":
        path = scene.hand.film(grid, series.key == "dx_hand_oblique", study.findings)
    else:
        path = chest_film(scene.thorax, grid, series.key == "dx_chest_lateral", study.findings)
    grain = noise(study.role.child(series.key, "noise"), series.rows, series.columns, 1)
    path = path + grain * np.float32(view.noise * study.device.grain)
    picture = _develop(path, view)
    if series.key != "dx_chest_lateral":
        add_side_marker(picture, study.marker)
    return stored(picture if _white_bones(study) else np.float32(TOP) - picture)


def _white_bones(study: Study) -> bool:
    """Whether the room's device stores large values for bone (MONOCHROME2); the chest stand stores the negative."""
    return study.device.station_name != "SYNDX01"


def _develop(path: Image, view: View) -> Image:
    """Raise fine structure against its surroundings and spread the result over the stored range."""
    local = _local_mean(path)
    raised = local * np.float32(0.75) + (path - local) * np.float32(0.75 + view.detail)
    share = np.maximum(raised, 0.0) * np.float32(1 / (0.75 * view.full))
    # A soft shoulder: linear up to three quarters, then bending towards white.
    over = np.maximum(share - np.float32(0.75), 0.0)
    bent = np.minimum(share, np.float32(0.75)) + over / (over * np.float32(2.2) + np.float32(1.0))
    picture: Image = bent * np.float32(TOP)
    return picture


def _local_mean(path: Image) -> Image:
    """The mean over a square around each pixel, by running sums of integers (exact on every machine)."""
    total = np.rint(path * np.float32(64)).astype(np.int64)
    for axis in (0, 1):
        pad = [(0, 0), (0, 0)]
        pad[axis] = (_BLUR // 2 + 1, _BLUR // 2)
        sums = np.cumsum(np.pad(total, pad, mode="edge"), axis=axis)
        ahead = sums[_BLUR:] if axis == 0 else sums[:, _BLUR:]
        behind = sums[:-_BLUR] if axis == 0 else sums[:, :-_BLUR]
        total = (ahead - behind)[:-1] if axis == 0 else (ahead - behind)[:, :-1]
    mean: Image = (total / (64 * _BLUR * _BLUR)).astype(np.float32)
    return mean
