"""Radiology reports: Basic Text and Comprehensive SR (DICOM PS3.3 A.35.1 and A.35.3), after TID 2000."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pydicom.uid import BasicTextSRStorage, ComprehensiveSRStorage

from synthetic_data.columns import Columns
from synthetic_data.documents.text import report_text, study_fields
from synthetic_data.headers import INSTITUTION, add_procedure_codes
from synthetic_data.ledger import Kind
from synthetic_data.modalities.document import (
    PICTURE_ELEMENTS,
    SERIES_ELEMENTS,
    add_concept,
    leave_out,
    leave_out_columns,
    staff_name,
)
from synthetic_data.model import Series, Study
from synthetic_data.record import Identifier, Record
from synthetic_data.references import add_evidence, add_reference, key_image
from synthetic_data.scene import Scene


@dataclass(frozen=True)
class Report:
    """A report; `full` ones refer to the key image and give a measurement."""

    SOP_CLASS_UID: str
    full: bool

    def add_series(self, record: Record, study: Study, series: Series) -> None:
        """SR Document Series, General and Content Modules (DICOM PS3.3 C.17)."""
        leave_out(record, *PICTURE_ELEMENTS, *SERIES_ELEMENTS)
        record.put(ReferencedPerformedProcedureStepSequence=[])
        add_procedure_codes(record, "PerformedProcedureCodeSequence", study)
        record.put(CompletionFlag="COMPLETE", VerificationFlag="VERIFIED")
        _add_verification(record, study, series)
        _add_request(record, study)
        add_evidence(record, "CurrentRequestedProcedureEvidenceSequence", study, [key_image(study)])
        record.put(ValueType="CONTAINER", ContinuityOfContent="SEPARATE")
        add_concept(record, "ConceptNameCodeSequence", "18748-4", "LN", "Diagnostic Imaging Report")
        self._add_content(record, study)

    def add_images(self, columns: Columns, study: Study, series: Series) -> None:
        """A report comes alone."""
        leave_out_columns(columns, "Acquisition")

    def pixels(self, scene: Scene, series: Series, number: int) -> None:
        """A report has none."""

    def _add_content(self, record: Record, study: Study) -> None:
        fields = study_fields(study)
        observer = _item(record, "HAS OBS CONTEXT", "PNAME", "121008", "DCM", "Person Observer Name")
        observer.plant("PersonName", staff_name(study.reporting))
        history = _section(record, "121060", "DCM", "History")
        text = _item(history, "CONTAINS", "TEXT", "121060", "DCM", "History")
        text.plant_text("TextValue", study.history + " {birth_date}, {address}, {phone}.", fields)
        findings = _section(record, "121070", "DCM", "Findings")
        text = _item(findings, "CONTAINS", "TEXT", "121071", "DCM", "Finding")
        text.put(TextValue=report_text(study))
        if self.full:
            _add_measurement(findings, study)
            image = _item(findings, "CONTAINS", "IMAGE", "121080", "DCM", "Best illustration of finding")
            add_reference(image.item("ReferencedSOPSequence"), study, key_image(study))
        conclusion = _section(record, "121076", "DCM", "Conclusions")
        text = _item(conclusion, "CONTAINS", "TEXT", "121077", "DCM", "Conclusion")
        template = "{full_name} ({patient_id}), {date}: " + report_text(study) + " {radiologist}"
        text.plant_text("TextValue", template, fields)


BASIC = Report(BasicTextSRStorage, False)
FULL = Report(ComprehensiveSRStorage, True)


def _add_verification(record: Record, study: Study, series: Series) -> None:
    item = record.item("VerifyingObserverSequence")
    item.plant("VerifyingObserverName", staff_name(study.reporting))
    item.plant("VerifyingOrganization", Identifier(Kind.INSTITUTION, study.institution.name, INSTITUTION))
    signed = series.started + timedelta(minutes=41)
    item.plant("VerificationDateTime", Identifier(Kind.DATE, f"{signed:%Y%m%d%H%M%S}", study.patient.patient_id))
    item.put(VerifyingObserverIdentificationCodeSequence=[])


def _add_request(record: Record, study: Study) -> None:
    """The order that the report answers (Referenced Request Sequence, DICOM PS3.3 C.17.2)."""
    who = study.patient.patient_id
    item = record.item("ReferencedRequestSequence")
    item.plant("StudyInstanceUID", Identifier(Kind.UID, study.uid, who))
    item.put(ReferencedStudySequence=[], FillerOrderNumberImagingServiceRequest=None)
    add_procedure_codes(item, "RequestedProcedureCodeSequence", study)
    item.plant("PlacerOrderNumberImagingServiceRequest", Identifier(Kind.CASE_ID, study.order_number, who))
    item.plant("AccessionNumber", Identifier(Kind.ACCESSION_NUMBER, study.accession_number, who))
    item.plant("RequestedProcedureID", Identifier(Kind.CASE_ID, f"R{study.study_id[1:]}", who))
    item.put(RequestedProcedureDescription=study.procedure)


def _item(record: Record, relation: str, kind: str, value: str, scheme: str, meaning: str) -> Record:
    """Append a content item (DICOM PS3.3 C.17.3)."""
    item = record.item("ContentSequence")
    item.put(RelationshipType=relation, ValueType=kind)
    add_concept(item, "ConceptNameCodeSequence", value, scheme, meaning)
    return item


def _section(record: Record, value: str, scheme: str, meaning: str) -> Record:
    section = _item(record, "CONTAINS", "CONTAINER", value, scheme, meaning)
    section.put(ContinuityOfContent="SEPARATE")
    return section


def _add_measurement(section: Record, study: Study) -> None:
    """The finding's length in mm, as its body has it; 0 for none."""
    length = max((2 * max(finding.axes) for finding in study.findings), default=0.0)
    item = _item(section, "CONTAINS", "NUM", "410668003", "SCT", "Length")
    measured = item.item("MeasuredValueSequence")
    measured.put(NumericValue=f"{length:.1f}")
    add_concept(measured, "MeasurementUnitsCodeSequence", "mm", "UCUM", "mm")
