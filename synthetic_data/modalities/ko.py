"""Key Object Selection Document IOD (DICOM PS3.3 A.35.4): the images that the radiologist marked for the referrer."""

from __future__ import annotations

from pydicom.uid import KeyObjectSelectionDocumentStorage

from synthetic_data.columns import Columns
from synthetic_data.documents.text import study_fields
from synthetic_data.modalities.document import (
    PICTURE_ELEMENTS,
    SERIES_ELEMENTS,
    add_concept,
    leave_out,
    leave_out_columns,
    staff_name,
)
from synthetic_data.model import Series, Study
from synthetic_data.phrases import phrases_for
from synthetic_data.record import Record
from synthetic_data.references import add_evidence, add_reference, key_images
from synthetic_data.scene import Scene

SOP_CLASS_UID: str = KeyObjectSelectionDocumentStorage


def add_series(record: Record, study: Study, series: Series) -> None:
    """Key Object Document Series and Key Object Document Modules (DICOM PS3.3 C.17.6), content after TID 2010."""
    leave_out(record, *PICTURE_ELEMENTS, *SERIES_ELEMENTS)
    images = key_images(study)
    record.put(ReferencedPerformedProcedureStepSequence=[], ValueType="CONTAINER", ContinuityOfContent="SEPARATE")
    add_evidence(record, "CurrentRequestedProcedureEvidenceSequence", study, images)
    add_concept(record, "ConceptNameCodeSequence", "113000", "DCM", "Of Interest")
    record.item("ContentTemplateSequence").put(MappingResource="DCMR", TemplateIdentifier="2010")
    observer = _item(record, "HAS OBS CONTEXT", "PNAME")
    add_concept(observer, "ConceptNameCodeSequence", "121008", "DCM", "Person Observer Name")
    observer.plant("PersonName", staff_name(study.reporting))
    text = _item(record, "CONTAINS", "TEXT")
    add_concept(text, "ConceptNameCodeSequence", "113012", "DCM", "Key Object Description")
    label = phrases_for(study.locale).labels["key_images"]
    text.plant_text("TextValue", label + ": {title} {full_name}, {doctor}", study_fields(study))
    for image in images:
        add_reference(_item(record, "CONTAINS", "IMAGE").item("ReferencedSOPSequence"), study, image)


def add_images(columns: Columns, study: Study, series: Series) -> None:
    """A selection comes alone."""
    leave_out_columns(columns, "Acquisition")


def pixels(scene: Scene, series: Series, number: int) -> None:
    """A selection has none."""


def _item(record: Record, relation: str, kind: str) -> Record:
    item = record.item("ContentSequence")
    item.put(RelationshipType=relation, ValueType=kind)
    return item
