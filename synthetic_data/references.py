"""How one object of a study names another: by its series, instance and SOP class (DICOM PS3.3 C.17.2.1, table 10-11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pydicom import uid

from synthetic_data.ledger import Kind
from synthetic_data.model import Series, Study
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
    """An image: its series and its number in it, from 1."""

    series: Series
    number: int


def key_image(study: Study) -> Reference:
    """The middle image of the study's first series of pictures."""
    series = next(one for one in study.series if one.content in IMAGE_CLASSES)
    return Reference(series, (series.images + 1) // 2)


def key_images(study: Study) -> list[Reference]:
    """The middle image of each of the study's series of pictures."""
    shown = [one for one in study.series if one.content in IMAGE_CLASSES]
    return [Reference(series, (series.images + 1) // 2) for series in shown]


def instance_uid(study: Study, reference: Reference) -> str:
    """The SOP Instance UID, as `instance` makes it."""
    base = study.role.child("series", reference.series.number - 1, "image").number()
    return numbered_uid(base, reference.number)


def add_reference(item: Record, study: Study, reference: Reference) -> None:
    """Name the image in an item of a sequence (SOP Instance Reference Macro)."""
    item.put(ReferencedSOPClassUID=IMAGE_CLASSES[reference.series.content])
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
    for series in dict.fromkeys(reference.series for reference in references):
        item = record.item(series_keyword)
        item.plant("SeriesInstanceUID", _uid(study, series.uid))
        for reference in references:
            if reference.series is series:
                add_reference(item.item(image_keyword), study, reference)


def _uid(study: Study, value: str) -> Identifier:
    return Identifier(Kind.UID, value, study.patient.patient_id)
