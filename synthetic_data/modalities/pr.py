"""Grayscale Softcopy Presentation State IOD (DICOM PS3.3 A.33.1): how the radiologist left the image, with a note on it."""

from __future__ import annotations

from pydicom.uid import GrayscaleSoftcopyPresentationStateStorage

from synthetic_data.columns import Columns
from synthetic_data.documents.text import study_fields
from synthetic_data.ledger import Kind
from synthetic_data.modalities.ct import INTERCEPT
from synthetic_data.modalities.document import leave_out, leave_out_columns, staff_name
from synthetic_data.model import Series, Study
from synthetic_data.record import Identifier, Record
from synthetic_data.references import add_reference, add_series_references, key_image
from synthetic_data.scene import Scene

SOP_CLASS_UID: str = GrayscaleSoftcopyPresentationStateStorage
_LAYER = "NOTES"


def add_series(record: Record, study: Study, series: Series) -> None:
    """Presentation State, Displayed Area, Graphic and LUT Modules (DICOM PS3.3 C.11.10, C.10.4, C.10.5, C.11)."""
    leave_out(record, "ImageComments", "QualityControlImage", "ProtocolName")
    image, who = key_image(study), study.patient.patient_id
    record.put(ContentLabel="NOTED", PresentationLUTShape="IDENTITY")
    record.plant_text("ContentDescription", "{full_name}, {date}", study_fields(study))
    record.plant("ContentCreatorName", staff_name(study.reporting))
    record.plant("PresentationCreationDate", Identifier(Kind.DATE, f"{series.started:%Y%m%d}", who))
    record.plant("PresentationCreationTime", Identifier(Kind.TIME, f"{series.started:%H%M%S}", who))
    add_series_references(record, "ReferencedSeriesSequence", "ReferencedImageSequence", study, [image])
    if study.modality == "CT":
        record.put(RescaleIntercept=str(INTERCEPT), RescaleSlope="1", RescaleType="HU")
    window = record.item("SoftcopyVOILUTSequence")
    centre, width = ("40", "90") if study.body_part == "HEAD" else ("50", "350")
    window.put(WindowCenter=centre, WindowWidth=width)
    area = record.item("DisplayedAreaSelectionSequence")
    corner = [image.columns, image.rows]
    area.put(DisplayedAreaTopLeftHandCorner=[1, 1], DisplayedAreaBottomRightHandCorner=corner)
    area.put(PresentationSizeMode="SCALE TO FIT", PresentationPixelAspectRatio=["1", "1"])
    _add_note(record, study)


def _add_note(record: Record, study: Study) -> None:
    image = key_image(study)
    note = record.item("GraphicAnnotationSequence")
    add_reference(note.item("ReferencedImageSequence"), study, image)
    note.put(GraphicLayer=_LAYER)
    text = note.item("TextObjectSequence")
    text.put(BoundingBoxAnnotationUnits="PIXEL", BoundingBoxTextHorizontalJustification="LEFT")
    text.put(BoundingBoxTopLeftHandCorner=[5.0, 5.0], BoundingBoxBottomRightHandCorner=[120.0, 20.0])
    text.plant_text("UnformattedTextValue", "{full_name} {birth_date} - {radiologist}", study_fields(study))
    record.item("GraphicLayerSequence").put(GraphicLayer=_LAYER, GraphicLayerOrder="1")


def add_images(columns: Columns, study: Study, series: Series) -> None:
    """A presentation state comes alone."""
    leave_out_columns(columns, "Acquisition", "Content")


def pixels(scene: Scene, series: Series, number: int) -> None:
    """A presentation state has none."""
