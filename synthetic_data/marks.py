"""The marks that tell a synthetic object from a real patient's, and how to look for them."""

from __future__ import annotations

from pydicom.dataset import Dataset

from synthetic_data.record import Record

PATIENT_ID_PREFIX = "SYN-"
ISSUER = "PACSLAB SYNTHETIC"
MANUFACTURER = "PACSLAB SYNTHETIC"
PRIVATE_GROUP = 0x0009
PRIVATE_CREATOR = "PACSLAB SYNTHETIC"
STATEMENT = "SYNTHETIC - NOT A PERSON"
IMPLEMENTATION_CLASS_UID = "2.25.259789296869128841731981838928614204239"
IMPLEMENTATION_VERSION = "PACSLAB_SYN_1"

ENOUGH = 2
"""How many independent marks make an object count as synthetic."""


def add_marks(record: Record) -> None:
    """Set every mark that is not part of the patient's own data; the file meta has one more."""
    record.put(
        IssuerOfPatientID=ISSUER,
        Manufacturer=MANUFACTURER,
        ImageComments=STATEMENT,
        QualityControlImage="YES",
    )
    record.private(PRIVATE_GROUP, PRIVATE_CREATOR, 0x01, "LO", STATEMENT)


def synthetic_marks(dataset: Dataset) -> tuple[str, ...]:
    """The names of the synthetic marks that `dataset` bears, in a fixed order; empty for a real object. Read-only.

    The marks are independent: they sit in different modules and groups, so that no one step of a de-identification,
    transfer or edit takes all of them away.

    - `patient_id`: Patient ID (0010,0020) starts with `SYN-`.
    - `issuer`: Issuer of Patient ID (0010,0021) is `PACSLAB SYNTHETIC`.
    - `patient_comments`: Patient Comments (0010,4000) say `SYNTHETIC - NOT A PERSON`.
    - `manufacturer`: Manufacturer (0008,0070) is `PACSLAB SYNTHETIC`; de-identification profiles keep it.
    - `image_comments`: Image Comments (0020,4000) say `SYNTHETIC - NOT A PERSON`.
    - `quality_control_image`: Quality Control Image (0028,0300) is YES, the standard's word for a phantom.
    - `private_block`: private group 0009 has a block of `PACSLAB SYNTHETIC` with the statement.
    - `implementation`: the file meta information names this package as the writer. Only files have it; a transfer by
      C-STORE writes a new one.
    """
    found = {
        "patient_id": _text(dataset, "PatientID").startswith(PATIENT_ID_PREFIX),
        "issuer": _text(dataset, "IssuerOfPatientID") == ISSUER,
        "patient_comments": STATEMENT in _text(dataset, "PatientComments"),
        "manufacturer": _text(dataset, "Manufacturer") == MANUFACTURER,
        "image_comments": STATEMENT in _text(dataset, "ImageComments"),
        "quality_control_image": _text(dataset, "QualityControlImage") == "YES",
        "private_block": _has_private_block(dataset),
        "implementation": _text(getattr(dataset, "file_meta", None), "ImplementationClassUID")
        == IMPLEMENTATION_CLASS_UID,
    }
    return tuple(name for name, present in found.items() if present)


def is_synthetic(dataset: Dataset) -> bool:
    """Whether at least two of the independent `synthetic_marks` are present. Read-only.

    One alone is not enough: a hospital's own phantom scan is a quality control image, too.
    """
    return len(synthetic_marks(dataset)) >= ENOUGH


def _text(dataset: Dataset | None, keyword: str) -> str:
    value = None if dataset is None else dataset.get(keyword)
    return "" if value is None else str(value)


def _has_private_block(dataset: Dataset) -> bool:
    try:
        block = dataset.private_block(PRIVATE_GROUP, PRIVATE_CREATOR)
    except KeyError:
        return False
    return 0x01 in block and str(block[0x01].value) == STATEMENT
