"""Mammography: Digital Mammography X-Ray Image IOD, for presentation (DICOM PS3.3 A.27)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import DigitalMammographyXRayImageStorageForPresentation

from synthetic_data.anatomy.breast import SPACING, Breast
from synthetic_data.anatomy.texture import noise
from synthetic_data.codes import Code
from synthetic_data.columns import Columns
from synthetic_data.headers import add_code
from synthetic_data.modalities.image import TOP, add_pixel_description, stored
from synthetic_data.model import Series, Study
from synthetic_data.record import Record
from synthetic_data.scene import Scene

SOP_CLASS_UID: str = DigitalMammographyXRayImageStorageForPresentation

_CC = Code("399162004", "SCT", "cranio-caudal")
_MLO = Code("399368009", "SCT", "medio-lateral oblique")
VIEWS = (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO"))
"""The four pictures of a screening, in their order: the side, and the view."""

_ORIENTATION = {("R", "CC"): "P\\L", ("L", "CC"): "A\\R", ("R", "MLO"): "P\\FL", ("L", "MLO"): "A\\FR"}


def add_series(record: Record, study: Study, series: Series) -> None:
    """Mammography Series, Image and the DX Modules (DICOM PS3.3 C.8.11)."""
    add_pixel_description(record, series)
    record.put(
        PresentationIntentType="FOR PRESENTATION",
        ImageType=["ORIGINAL", "PRIMARY"],
        PixelIntensityRelationship="LOG",
        PixelIntensityRelationshipSign=-1,
        PresentationLUTShape="IDENTITY",
        RescaleIntercept="0",
        RescaleSlope="1",
        RescaleType="US",
        WindowCenter=str((TOP + 1) // 2),
        WindowWidth=str(TOP + 1),
        DetectorType="DIRECT",
        DetectorConfiguration="AREA",
        ImagerPixelSpacing=[f"{SPACING:g}"] * 2,
        KVP="29",
        BodyPartThickness="52",
        CompressionForce="98",
        PositionerType="MAMMOGRAPHIC",
        OrganExposed="BREAST",
        BreastImplantPresent="NO",
        PartialView="NO",
        AcquisitionContextSequence=[],
    )


def add_images(columns: Columns, study: Study, series: Series) -> None:
    """Side, view and orientation of each of the four."""
    shown = [VIEWS[(number - 1) % 4] for number in columns.numbers]
    columns.put(
        ImageLaterality=[side for side, _ in shown],
        PatientOrientation=[_ORIENTATION[one] for one in shown],
        PositionerPrimaryAngle=["0" if view == "CC" else "45" for _, view in shown],
        AcquisitionNumber=[str(number) for number in columns.numbers],
    )
    for number, (_, view) in zip(columns.numbers, shown, strict=True):
        item = columns.image(number).item("ViewCodeSequence")
        add_code(item, _CC if view == "CC" else _MLO)
        item.put(ViewModifierCodeSequence=[])


def pixels(scene: Scene, series: Series, number: int) -> NDArray[np.uint16]:
    """The mammogram, shape (rows, columns); the chest wall is on the side on which it hangs."""
    side, view = VIEWS[(number - 1) % 4]
    study = scene.study
    breast = Breast.of(study.patient.role.child("breast"), side, study.age)
    findings = study.findings if side == study.side else ()
    picture = breast.film(series.rows, series.columns, view == "MLO", findings)
    grain = noise(study.role.child(series.key, number, "noise"), series.rows, series.columns, 1)
    seen = (picture + grain * np.sqrt(picture) * np.float32(0.012 * study.device.grain)) * np.float32(TOP)
    return stored(seen[:, ::-1] if side == "R" else seen)
