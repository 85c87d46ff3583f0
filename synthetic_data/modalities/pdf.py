"""Encapsulated PDF IOD (DICOM PS3.3 A.45.1): a referral letter, a consent form, a photocopied identity card."""

from __future__ import annotations

from pydicom.uid import EncapsulatedPDFStorage

from synthetic_data.columns import Columns
from synthetic_data.documents.papers import card_page, typed_page
from synthetic_data.documents.pdf import build
from synthetic_data.documents.text import study_fields
from synthetic_data.ledger import Place, Plant
from synthetic_data.modalities.document import PICTURE_ELEMENTS, SERIES_ELEMENTS, leave_out, leave_out_columns
from synthetic_data.model import Series, Study
from synthetic_data.phrases import phrases_for
from synthetic_data.record import Record
from synthetic_data.scene import Scene
from synthetic_data.shown import shown_identifiers

SOP_CLASS_UID: str = EncapsulatedPDFStorage
DOCUMENT = "(0042,0011)"
_CODES = {
    "pdf_letter": ("57133-1", "Referral note"),
    "pdf_consent": ("59284-0", "Consent Document"),
    "pdf_card": ("64291-8", "Health insurance card"),
}


def add_series(record: Record, study: Study, series: Series) -> None:
    """Encapsulated Document Series and Encapsulated Document Modules (DICOM PS3.3 C.24)."""
    leave_out(record, *PICTURE_ELEMENTS, *SERIES_ELEMENTS)
    words = phrases_for(study.locale).labels
    kind = words[series.key.removeprefix("pdf_")]
    page = card_page(study) if series.key == "pdf_card" else typed_page(study, series.key)
    who = shown_identifiers(study)
    content = build([page], f"{kind} - {who['full_name'].value}", who["doctor"].value)
    value, meaning = _CODES[series.key]
    record.put(
        ConversionType="SD" if series.key == "pdf_card" else "WSD",
        BurnedInAnnotation="YES",
        MIMETypeOfEncapsulatedDocument="application/pdf",
        EncapsulatedDocument=content,
        EncapsulatedDocumentLength=len(content),
    )
    record.item("ConceptNameCodeSequence").put(CodeValue=value, CodingSchemeDesignator="LN", CodeMeaning=meaning)
    record.plant_text("DocumentTitle", kind + " - {full_name}", study_fields(study, latin_only=True))
    record.plants += [
        Plant(Place.PDF, DOCUMENT, one.kind, one.value, one.person) for one in (who["full_name"], who["doctor"])
    ]
    for found, box in page.found:
        record.plant_box(Place.PDF, found, box, page=page.number, tag=DOCUMENT)


def add_images(columns: Columns, study: Study, series: Series) -> None:
    """The moment of acquisition is the one when the paper was made; it is not known."""
    leave_out_columns(columns, "Acquisition")
    columns.put(AcquisitionDateTime=[""] * len(columns.numbers))


def pixels(scene: Scene, series: Series, number: int) -> None:
    """A document has none."""
