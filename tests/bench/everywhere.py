"""A set in which the CT slices name their patient at every place that a file has, all of it in the ledger.

    python tests/bench/everywhere.py FOLDER --patients 5

What the generator plants is what devices write. This adds what they should not: letters in slices, in an overlay and in an
icon, labels of overlays, names in codes, in private elements and in sequences of them, in padding, in the file meta
information, the preamble and the file's name, and in each text that no table lists.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from synthetic_data import generate
from synthetic_data.burned import Line, draw_lines, plant_lines
from synthetic_data.ledger import Kind, Place, Plant
from synthetic_data.ledger_part import SUFFIX, LedgerPart
from synthetic_data.ledger_table import join, merge
from synthetic_data.record import Fields, Identifier, Record
from synthetic_data.sets import LEDGER_NAME

NAMES = (
    "OtherPatientNames", "PatientBirthName", "PatientMotherBirthName", "ScheduledPerformingPhysicianName",
    "PhysiciansOfRecord", "ConsultingPhysicianName", "OrderEnteredBy", "ContentCreatorName", "VerifyingObserverName",
)  # fmt: skip
TEXTS = (
    "DerivationDescription", "AcquisitionDeviceProcessingDescription", "ContrastBolusAgent", "MedicalAlerts", "Allergies",
    "SpecialNeeds", "VisitComments", "StudyComments", "ReasonForStudy", "InterpretationText", "ResultsComments",
    "AcquisitionComments", "DetectorDescription", "TransducerData", "RequestedProcedureComments",
    "ImagePresentationComments", "WindowCenterWidthExplanation",
    "PerformedProcedureStepDescription", "CommentsOnThePerformedProcedureStep", "ManufacturerModelName", "SoftwareVersions",
)  # fmt: skip
NUMBERS = (
    "MedicalRecordLocator", "FillerOrderNumberImagingServiceRequest", "ServiceEpisodeID", "DeviceID",
    "PlateID", "GantryID", "CassetteID",
)  # fmt: skip
NESTED = (
    "PatientSpeciesCodeSequence", "PatientBreedCodeSequence", "PersonIdentificationCodeSequence", "ReasonForVisitCodeSequence",
    "AdmittingDiagnosesCodeSequence", "PatientInsurancePlanCodeSequence", "ReasonForPerformedProcedureCodeSequence", "AnatomicRegionSequence",
)  # fmt: skip
PRIVATE = ((0x01, "PN"), (0x02, "LO"), (0x03, "LT"), (0x04, "UN"), (0x05, "ST"))
_GROUP, _PADDING, _SIDE = 0x60000000, 0xFFFCFFFC, 64


def plant_everywhere(folder: Path) -> int:
    """Add to a generated set's CT files, and to its ledger; returns how many places one file has now that it had not."""
    found: list[tuple[str, str, list[Plant]]] = []
    for number, path in enumerate(sorted(folder.rglob("*.dcm"))):
        try:
            dataset = dcmread(path)
        except Exception:  # the set's own broken files
            continue
        if dataset.get("Modality") != "CT" or "PixelData" not in dataset:
            continue
        record = Record()
        record.dataset = dataset
        _plant(record)
        record.plant_file_name(f"{{name}}_{number:04}", {"name": _letters(_who(dataset)["name"])})
        dataset.preamble = record.preamble
        new = path.with_name(f"{record.file_stem}.dcm")
        dataset.save_as(new)
        path.unlink()
        found.append((new.relative_to(folder).as_posix(), str(dataset.SOPInstanceUID), record.plants))
    ledger, more = folder / LEDGER_NAME, folder / "more.parquet"
    added = LedgerPart()
    for one in found:
        added.add_file(*one)
    added.save(folder / f"more{SUFFIX}")
    merge([folder / f"more{SUFFIX}"], more)
    join([ledger, more], ledger)
    more.unlink()
    (folder / f"more{SUFFIX}").unlink()
    return len({(plant.place, plant.tag, plant.kind) for _, _, plants in found[:1] for plant in plants})


def _who(dataset: Dataset) -> dict[str, Identifier]:
    number = str(dataset.PatientID)
    family, given = [*str(dataset.PatientName).split("=")[0].split("^"), ""][:2]
    values = {
        "pn": (Kind.NAME, f"{family}^{given}"), "name": (Kind.NAME, f"{given} {family}"),
        "number": (Kind.PATIENT_ID, number), "born": (Kind.BIRTH_DATE, _written(str(dataset.PatientBirthDate))),
    }  # fmt: skip
    return {key: Identifier(kind, value, number) for key, (kind, value) in values.items()}


def _written(day: str) -> str:
    return f"{day[6:]}/{day[4:6]}/{day[:4]}"


def _letters(name: Identifier) -> Identifier:
    """The name as a file or the header of one has it: ASCII, with no blanks."""
    return name._replace(value="".join(char if char.isascii() and char.isalnum() else "-" for char in name.value))


def _plant(record: Record) -> None:
    who = _who(record.dataset)
    fields: Fields = who
    for word in NAMES:
        record.plant(word, who["pn"])
    for word in TEXTS:
        record.plant_text(word, "for {name} {born}", fields)
    for word in NUMBERS:
        record.plant(word, who["number"]._replace(kind=Kind.CASE_ID))
    for word in NESTED:
        item = record.item(word)
        item.put(CodeValue="CT-1", CodingSchemeDesignator="99PACSLAB")
        item.plant_text("CodeMeaning", "of {name}", fields)
    _code(record, who)
    _private(record, who)
    _around(record, who)
    _drawn(record, who)


def _code(record: Record, who: dict[str, Identifier]) -> None:
    """A public scheme's code whose meaning names the patient, and a number that is said to be a code."""
    for scheme, value in (("DCM", "121071"), ("SCT", None)):
        item = record.item("ConceptCodeSequence")
        item.put(CodingSchemeDesignator=scheme)
        if value:
            item.put(CodeValue=value)
        else:
            item.plant("CodeValue", who["number"]._replace(kind=Kind.CASE_ID))
        item.plant_text("CodeMeaning", "Finding of {name}, {born}", who)


def _private(record: Record, who: dict[str, Identifier]) -> None:
    """Private elements of several kinds, and a sequence in a private block."""
    for offset, vr in PRIVATE:
        record.private(0x0021, "PACSLAB NOTES", offset, vr, who["pn" if vr == "PN" else "name"])
        if vr == "UN":
            element = record.dataset.private_block(0x0021, "PACSLAB NOTES")[offset]
            content = element.value.encode()
            element.value = content + b"\0" * (len(content) % 2)
    inner = Dataset()
    inner.PatientComments = who["name"].value
    block = record.dataset.private_block(0x0021, "PACSLAB NOTES")
    block.add_new(0x06, "SQ", Sequence([inner]))
    tag = f"{record.path(0x00210000 | block.block_start + 6)}[0](0010,4000)"
    record.plants.append(Plant(Place.ELEMENT, tag, *who["name"]))


def _around(record: Record, who: dict[str, Identifier]) -> None:
    """What stands before, behind and beside the elements."""
    dataset, name = record.dataset, _letters(who["name"])
    record.plant_preamble("{name} {number}", {"name": name, "number": who["number"]})
    meta = {0x00020016: ("AE", name), 0x00020017: ("AE", name), 0x00020102: ("OB", name)}
    dataset.file_meta.PrivateInformationCreatorUID = "2.25.1"
    for tag, (vr, who_) in meta.items():
        text = who_.value[:16]
        dataset.file_meta.add_new(tag, vr, text.encode() if vr == "OB" else text)
        record.plants.append(Plant(Place.FILE_META, record.path(tag), who_.kind, text, who_.person))
    padding = name.value.encode()
    dataset.add_new(_PADDING, "OB", padding + b"\0" * (len(padding) % 2))
    record.plants.append(Plant(Place.ELEMENT, record.path(_PADDING), *name))
    for element, vr in ((0x1500, "LO"), (0x0022, "LO"), (0x0045, "LO")):
        tag = _GROUP | element
        dataset.add_new(tag, vr, who["name"].value)
        record.plants.append(Plant(Place.ELEMENT, record.path(tag), *who["name"]))


def _drawn(record: Record, who: dict[str, Identifier]) -> None:
    """Letters in the slice, in an overlay and in an icon."""
    dataset = record.dataset
    lines = [Line(4, 4, "small", (who["name"],)), Line(4, 28, "small", (who["born"],))]
    shape = (dataset.Rows, dataset.Columns)
    ink = np.zeros(shape, np.uint8)
    draw_lines(lines, ink)
    pixels = dataset.pixel_array.copy()
    pixels[ink > 100] = 3000
    dataset.PixelData = pixels.tobytes()
    plant_lines(record, lines)
    bits = np.packbits((ink > 100).ravel(), bitorder="little").tobytes()
    for element, vr, value in (
        (0x0010, "US", shape[0]), (0x0011, "US", shape[1]), (0x0040, "CS", "G"), (0x0050, "SS", [1, 1]), (0x0100, "US", 1),
        (0x0102, "US", 0), (0x3000, "OW", bits + b"\0" * (len(bits) % 2)),
    ):  # fmt: skip
        dataset.add_new(_GROUP | element, vr, value)
    for line in lines:
        for found, box in line.identifiers():
            record.plant_box(Place.OVERLAY, found, box, tag=record.path(_GROUP | 0x3000))
    icon = record.item("IconImageSequence")
    picture = np.zeros((_SIDE, _SIDE), np.uint8)
    caption = [Line(0, 2, "small", (who["number"],))]
    draw_lines(caption, picture)
    icon.put(
        SamplesPerPixel=1, PhotometricInterpretation="MONOCHROME2", Rows=_SIDE, Columns=_SIDE, BitsAllocated=8, BitsStored=8,
        HighBit=7, PixelRepresentation=0,
    )  # fmt: skip
    icon.dataset.add_new(0x7FE00010, "OB", picture.tobytes())
    plant_lines(icon, caption, tag=icon.path(0x7FE00010))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--patients", type=int, default=5)
    parser.add_argument("--locale", default="fr_FR")
    asked = parser.parse_args()
    generate(2019, asked.patients, asked.locale, "all").write(asked.folder)
    print(f"{plant_everywhere(asked.folder)} places more in each CT slice")


if __name__ == "__main__":
    main()
