"""Nuclear medicine: NM Image IOD (DICOM PS3.3 A.5), a whole body bone scan from the front and from the back."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import NuclearMedicineImageStorage

from synthetic_data.anatomy.shapes import Grid
from synthetic_data.anatomy.skeleton import bone_scan
from synthetic_data.anatomy.texture import noise
from synthetic_data.codes import Code
from synthetic_data.columns import Columns
from synthetic_data.headers import add_code
from synthetic_data.ledger import Kind
from synthetic_data.modalities.image import add_pixel_description
from synthetic_data.model import Series, Study
from synthetic_data.record import Identifier, Record
from synthetic_data.scene import Scene

SOP_CLASS_UID: str = NuclearMedicineImageStorage
_SPACING = 3.6
_ANTERIOR = Code("399348003", "SCT", "antero-posterior")
_POSTERIOR = Code("272479007", "SCT", "postero-anterior")


def add_series(record: Record, study: Study, series: Series) -> None:
    """NM Image, Isotope, Detector, Whole Body and Multi-frame Modules (DICOM PS3.3 C.8.4)."""
    add_pixel_description(record, series)
    record.put(
        BitsStored=16,
        HighBit=15,
        ImageType=["ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION"],
        PixelSpacing=[f"{_SPACING:g}"] * 2,
        PatientOrientation=None,
        NumberOfFrames=str(series.frames),
        FrameIncrementPointer=[0x00540010, 0x00540020],
        EnergyWindowVector=[1] * series.frames,
        NumberOfEnergyWindows=1,
        DetectorVector=list(range(1, series.frames + 1)),
        NumberOfDetectors=series.frames,
        CountsAccumulated="1480000",
        ScanVelocity="2.5",
        ScanLength="1843",
        WholeBodyTechnique="1PS",
        ActualFrameDuration="720000",
        AcquisitionTerminationCondition="TIME",
        WindowCenter="300",
        WindowWidth="600",
    )
    _add_isotope(record, study, series)
    for code in (_ANTERIOR, _POSTERIOR):
        detector = record.item("DetectorInformationSequence")
        detector.put(CollimatorType="PARA", FocalDistance="0", XFocusCenter="0", YFocusCenter="0")
        detector.put(ZoomFactor=["1", "1"], ImagePositionPatient=None, ImageOrientationPatient=None)
        add_code(detector.item("ViewCodeSequence"), code)
    add_patient_position(record)


def _add_isotope(record: Record, study: Study, series: Series) -> None:
    window = record.item("EnergyWindowInformationSequence")
    window.put(EnergyWindowName="Tc-99m")
    window.item("EnergyWindowRangeSequence").put(EnergyWindowLowerLimit="126", EnergyWindowUpperLimit="154")
    drug = record.item("RadiopharmaceuticalInformationSequence")
    given = series.started - timedelta(hours=3)
    drug.put(Radiopharmaceutical="HDP", RadiopharmaceuticalRoute="IV", RadionuclideTotalDose="700")
    drug.plant("RadiopharmaceuticalStartTime", Identifier(Kind.TIME, f"{given:%H%M%S}", study.patient.patient_id))
    add_code(drug.item("RadionuclideCodeSequence"), Code("72454006", "SCT", "^99m^Technetium"))


def add_patient_position(record: Record) -> None:
    """Supine, head first (NM/PET Patient Orientation Module, DICOM PS3.3 C.8.4.6)."""
    lying = record.item("PatientOrientationCodeSequence")
    add_code(lying, Code("102538003", "SCT", "recumbent"))
    add_code(lying.item("PatientOrientationModifierCodeSequence"), Code("40199007", "SCT", "supine"))
    add_code(record.item("PatientGantryRelationshipCodeSequence"), Code("102540008", "SCT", "headfirst"))


def add_images(columns: Columns, study: Study, series: Series) -> None:
    """Both views are frames of one object."""


def pixels(scene: Scene, series: Series, number: int) -> NDArray[np.uint16]:
    """Counts, shape (2, rows, columns): anterior, then posterior. The grain grows with the square root of the counts."""
    study = scene.study
    grid = Grid(series.rows, series.columns, _SPACING, (0.0, -490.0), v_sign=-1)
    frames = []
    for frame in range(series.frames):
        role = study.patient.role.child("skeleton")
        clean = bone_scan(scene.thorax, grid, frame == 1, study.findings, role) * np.float32(9)
        clean = _blurred(np.maximum(clean, 0.0) + np.float32(2.0))
        speckle = noise(study.role.child(series.key, frame), series.rows, series.columns)
        frames.append(
            np.clip(np.rint(clean + np.sqrt(clean) * speckle * np.float32(0.9 * study.device.grain)), 0, 4095).astype(
                "<u2"
            )
        )
    return np.stack(frames)


def _blurred(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """The collimator's blur: a kernel of (1, 2, 1) three times along each axis."""
    for _ in range(3):
        for axis in (0, 1):
            before, after = np.roll(picture, 1, axis), np.roll(picture, -1, axis)
            picture = before * np.float32(0.25) + picture * np.float32(0.5) + after * np.float32(0.25)
    return picture
