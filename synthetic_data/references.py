"""How one object of a study names another: by its series, instance and SOP class (DICOM PS3.3 C.17.2.1, table 10-11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pydicom import uid

from synthetic_data.ledger import Kind
from synthetic_data.model import Study
from synthetic_data.protocols import EXAMS
from synthetic_data.record import Identifier, Record
from synthetic_data.seeding import numbered_uid

IMAGE_CLASSES: dict[str, str] = {
    "CT": uid.CTImageStorage,
    "MR": uid.MRImageStorage,
    "DX": uid.DigitalXRayImageStorageForPresentation,
    "CR": uid.ComputedRadiographyImageStorage,
    "MG": uid.DigitalMammographyXRayImageStorageForPresentation,
    "US": uid.UltrasoundImageStorage,
    "USMF": uid.UltrasoundMultiFrameImageStorage,
    "XA": uid.XRayAngiographicImageStorage,
    "PT": uid.PositronEmissionTomographyImageStorage,
    "NM": uid.NuclearMedicineImageStorage,
}
"""The SOP classes of what a report may refer to, by the series' content."""


class Reference(NamedTuple):
    """An image: its series' index in the examination's protocol, its number in it from 1, and what it is."""

    place: int
    number: int
    content: str
    rows: int
    columns: int


def key_images(study: Study) -> list[Reference]:
    """The middle image of each series of pictures that the examination takes, whether or not the set holds them."""
    exam = EXAMS[study.exam]
    found = []
    for index, made in enumerate(exam.series):
        content = made.content or made.modality or exam.modality
        if content in IMAGE_CLASSES:
            found.append(Reference(index, (made.images + 1) // 2, content, made.rows, made.columns))
    return found


def key_image(study: Study) -> Reference:
    """The first of these: the one that a report points to."""
    return key_images(study)[0]


def instance_uid(study: Study, reference: Reference) -> str:
    """The SOP Instance UID, as `instance` makes it."""
    return numbered_uid(study.role.child("series", reference.place, "image").number(), reference.number)


def add_reference(item: Record, study: Study, reference: Reference) -> None:
    """Name the image in an item of a sequence (SOP Instance Reference Macro)."""
    item.put(ReferencedSOPClassUID=IMAGE_CLASSES[reference.content])
    item.plant("ReferencedSOPInstanceUID", _uid(study, instance_uid(study, reference)))


def add_evidence(record: Record, keyword: str, study: Study, references: Sequence[Reference]) -> None:
    """The images by study and series, as the sequence `keyword` has them (Hierarchical SOP Instance Reference Macro)."""
    evidence = record.item(keyword)
    evidence.plant("StudyInstanceUID", _uid(study, study.uid))
    add_series_references(evidence, "ReferencedSeriesSequence", "ReferencedSOPSequence", study, references)


def add_series_references(
    record: Record, series_keyword: str, image_keyword: str, study: Study, references: Sequence[Reference]
) -> None:
    """The images by series only."""
    for index in dict.fromkeys(reference.place for reference in references):
        item = record.item(series_keyword)
        item.plant("SeriesInstanceUID", _uid(study, study.role.child("series", index).uid()))
        for reference in references:
            if reference.place == index:
                add_reference(item.item(image_keyword), study, reference)


def _uid(study: Study, value: str) -> Identifier:
    return Identifier(Kind.UID, value, study.patient.patient_id)
