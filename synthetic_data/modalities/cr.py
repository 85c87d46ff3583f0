"""Computed radiography at the bedside: CR Image IOD (DICOM PS3.3 A.2), the patient's name in an overlay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import ComputedRadiographyImageStorage

from synthetic_data.burned import Line, draw_lines
from synthetic_data.columns import Columns
from synthetic_data.ledger import Kind, Place, Plant
from synthetic_data.modalities import dx
from synthetic_data.modalities.image import TOP, add_pixel_description, in_mm
from synthetic_data.model import Series, Study
from synthetic_data.record import Identifier, Record
from synthetic_data.scene import Scene
from synthetic_data.shown import shown_date, shown_identifiers, shown_time

SOP_CLASS_UID: str = ComputedRadiographyImageStorage
OVERLAY_DATA, OVERLAY_LABEL = "(6000,3000)", "(6000,1500)"
_GROUP = 0x6000


def add_series(record: Record, study: Study, series: Series) -> None:
    """CR Series, CR Image and Overlay Plane Modules (DICOM PS3.3 C.8.1 and C.9.2)."""
    add_pixel_description(record, series)
    record.put(
        ImageType=["ORIGINAL", "PRIMARY"],
        ViewPosition="AP",
        PatientOrientation=["L", "F"],
        KVP="90",
        ImagerPixelSpacing=[in_mm(study, 0.84)] * 2,
        Sensitivity="400",
        WindowCenter=str((TOP + 1) // 2),
        WindowWidth=str(TOP + 1),
        AcquisitionNumber="1",
    )
    record.plant("PlateID", Identifier(Kind.DEVICE, "SYN-PLATE-07", "institution"))
    add_overlay(record, study, series)


def add_images(columns: Columns, study: Study, series: Series) -> None:
    """A bedside radiograph comes alone."""


def pixels(scene: Scene, series: Series, number: int) -> NDArray[np.uint16]:
    """The developed radiograph, shape (rows, columns), bones white."""
    return dx.pixels(scene, series, number)


def overlay_lines(study: Study, series: Series) -> list[Line]:
    """What the cassette reader stamps on the film: name, number, moment."""
    who = shown_identifiers(study)
    moment = (shown_date(study, series.started), " ", shown_time(study, series.started))
    return [
        Line(8, 6, "small", (who["screen_name"],)),
        Line(8, 27, "small", (who["patient_id"], "  ", who["birth_date"])),
        Line(8, 48, "small", moment),
    ]


def add_overlay(record: Record, study: Study, series: Series) -> None:
    """The stamp as a plane of bits over the whole picture, and each identifier's box in it."""
    lines = overlay_lines(study, series)
    plane = np.zeros((series.rows, series.columns), np.uint8)
    draw_lines(lines, plane)
    bits = np.packbits((plane > 100).ravel(), bitorder="little").tobytes()
    dataset = record.dataset
    for element, vr, value in (
        (0x0010, "US", series.rows), (0x0011, "US", series.columns), (0x0040, "CS", "G"), (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1), (0x0102, "US", 0), (0x3000, "OW", bits + b"\x00" * (len(bits) % 2)),
    ):  # fmt: skip
        dataset.add_new(_GROUP << 16 | element, vr, value)
    label = Identifier(Kind.NAME, study.patient.name.latin[:64], study.patient.patient_id)
    if label.value:
        dataset.add_new(_GROUP << 16 | 0x1500, "LO", label.value)
        record.plants.append(Plant(Place.ELEMENT, OVERLAY_LABEL, *label))
    for line in lines:
        for found, box in line.identifiers():
            record.plant_box(Place.OVERLAY, found, box, tag=OVERLAY_DATA)
