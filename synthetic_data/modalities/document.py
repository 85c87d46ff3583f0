"""What objects without a picture have in common: they leave out what only pictures have."""

from __future__ import annotations

from pydicom.datadict import keyword_dict

from synthetic_data.columns import Columns
from synthetic_data.ledger import Kind
from synthetic_data.model import Staff
from synthetic_data.record import Identifier, Record

PICTURE_ELEMENTS = ("ImageComments", "QualityControlImage", "BodyPartExamined", "ProtocolName")
SERIES_ELEMENTS = (
    "OperatorsName", "PerformedProcedureStepStartDate", "PerformedProcedureStepStartTime", "PerformedProcedureStepID",
    "PerformedProcedureStepDescription", "RequestAttributesSequence", "PerformingPhysicianName",
)  # fmt: skip
"""What a modality's performed step says; reports and references belong to none."""


def leave_out(record: Record, *keywords: str) -> None:
    """Take elements out of the record again, and their identifiers."""
    for keyword in keywords:
        if keyword in record.dataset:
            delattr(record.dataset, keyword)
            path = record.path(keyword_dict[keyword])
            record.plants[:] = [plant for plant in record.plants if not plant.tag.startswith(path)]


def leave_out_columns(columns: Columns, *prefixes: str) -> None:
    """Take elements out that begin with one of the prefixes, such as `Acquisition`."""
    columns.columns[:] = [column for column in columns.columns if not column.keyword.startswith(prefixes)]


def add_concept(record: Record, keyword: str, value: str, scheme: str, meaning: str) -> None:
    """An item with a code (Code Sequence Macro, DICOM PS3.3 8.8)."""
    record.item(keyword).put(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def staff_name(staff: Staff) -> Identifier:
    return Identifier(Kind.NAME, staff.name.dicom, staff.staff_id)
