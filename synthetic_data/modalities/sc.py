"""Secondary Capture Image IOD (DICOM PS3.3 A.8): a scanner's dose sheet, and a letter that the office scanned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import SecondaryCaptureImageStorage

from synthetic_data.burned import Line, draw_lines, plant_lines
from synthetic_data.columns import Columns
from synthetic_data.documents.papers import scan_lines, scanned_sheet
from synthetic_data.headers import INSTITUTION
from synthetic_data.ledger import Kind
from synthetic_data.modalities.icon import add_icon
from synthetic_data.modalities.screen import add_byte_pixels
from synthetic_data.model import Series, Study
from synthetic_data.phrases import phrases_for
from synthetic_data.record import Identifier, Record
from synthetic_data.scene import Scene
from synthetic_data.shown import shown_date, shown_identifiers, shown_time, western
from synthetic_data.transliteration import ascii_letters

SOP_CLASS_UID: str = SecondaryCaptureImageStorage
_LEFT, _SECOND, _LINE = 16, 190, 25


class Paper:
    """A scanned sheet of paper."""

    SOP_CLASS_UID: str = SecondaryCaptureImageStorage

    def add_series(self, record: Record, study: Study, series: Series) -> None:
        """SC Equipment and SC Image Modules (DICOM PS3.3 C.8.6)."""
        add_byte_pixels(record, series, colour=False, burned=True)
        record.put(ConversionType="SD", ImageType=["DERIVED", "SECONDARY", "OTHER"], PatientOrientation=None)
        if study.body_part in ("BREAST", "HAND"):
            record.put(Laterality=study.side)
        name = Identifier(Kind.NAME, ascii_letters(study.patient.name.latin).upper(), study.patient.patient_id)
        if name.value:  # the office names its scans after the patient
            record.plant_file_name("scan_{name}", {"name": name})
        plant_lines(record, scan_lines(study, series.columns))
        add_icon(record, study, scanned_sheet(study, series.rows, series.columns))

    def add_images(self, columns: Columns, study: Study, series: Series) -> None:
        """A sheet comes alone."""

    def pixels(self, scene: Scene, series: Series, number: int) -> NDArray[np.uint8]:
        """Ink on paper, shape (rows, columns)."""
        return scanned_sheet(scene.study, series.rows, series.columns)


PAPER = Paper()


def add_series(record: Record, study: Study, series: Series) -> None:
    """SC Equipment and SC Image Modules (DICOM PS3.3 C.8.6)."""
    add_byte_pixels(record, series, colour=False, burned=True)
    record.put(
        ConversionType="WSD",
        ImageType=["DERIVED", "SECONDARY", "OTHER"],
        PatientOrientation=None,
        SecondaryCaptureDeviceManufacturer=record.dataset.Manufacturer,
        SecondaryCaptureDeviceManufacturerModelName=study.device.model,
    )
    who = study.patient.patient_id
    console = {
        "station": Identifier(Kind.DEVICE, study.device.station_name, INSTITUTION),
        "name": Identifier(Kind.NAME, study.patient.name.latin[:60], who),
        "patient_id": Identifier(Kind.PATIENT_ID, who, who),
    }
    record.plant_preamble("{station} SCREEN SAVE {name} {patient_id}", console)
    plant_lines(record, dose_sheet(study, series))
    add_icon(record, study, _sheet(study, series))


def add_images(columns: Columns, study: Study, series: Series) -> None:
    """A sheet comes alone."""


def pixels(scene: Scene, series: Series, number: int) -> NDArray[np.uint8]:
    """White letters on black, shape (rows, columns)."""
    return _sheet(scene.study, series)


def _sheet(study: Study, series: Series) -> NDArray[np.uint8]:
    picture = np.zeros((series.rows, series.columns), np.uint8)
    draw_lines(dose_sheet(study, series), picture)
    picture[44:46, _LEFT : series.columns - _LEFT] = 120
    picture[_table_top() - 8, _LEFT : series.columns - _LEFT] = 120
    return picture


def dose_sheet(study: Study, series: Series) -> list[Line]:
    """The sheet's lines: who and when, then what was applied."""
    who, words = shown_identifiers(study), phrases_for(study.locale).labels
    moment = (shown_date(study, series.started), "  ", shown_time(study, series.started))
    rows: tuple[tuple[str, tuple[str | Identifier, ...]], ...] = (
        ("hospital", (who["hospital"],)),
        ("patient", (who["screen_name"],)),
        ("id", (who["patient_id"],)),
        ("born", (who["birth_date"], "   ", who["sex"])),
        ("exam", (western(study.description),)),
        ("accession", (who["accession"],)),
        ("doctor", (who["doctor"],)),
        ("operator", (who["operator"],)),
        ("date", moment),
    )
    lines = [Line(_LEFT, 6, "bold", (words["protocol"],))]
    for row, (label, parts) in enumerate(rows):
        y = 54 + row * _LINE
        wide = Line(_SECOND, y, "small", parts)
        spare = series.columns - 4 - wide.width
        lines += [Line(_LEFT, y, "small", (words[label],)), Line(min(_SECOND, spare), y, "small", parts)]
    return lines + _doses(study, words["total"])


def _table_top() -> int:
    return 54 + 9 * _LINE + 16


def _doses(study: Study, total: str) -> list[Line]:
    """The table of doses; they follow from the study's role."""
    generator = study.role.child("dose").random()
    head = study.body_part == "HEAD"
    volume = generator.uniform(38, 52) if head else generator.uniform(4, 11)
    product = volume * generator.uniform(15, 19) if head else volume * generator.uniform(31, 37)
    table = (
        ("", "kV", "mAs", "CTDIvol", "DLP"),
        ("", "", "", "mGy", "mGy·cm"),
        ("Topogram", "120", "35", "0.1", "4.2"),
        ("Spiral", "120" if head else "100", f"{generator.randrange(90, 260)}", f"{volume:.1f}", f"{product:.0f}"),
        (total, "", "", "", f"{product + 4.2:.0f}"),
    )
    columns = (_LEFT, 170, 240, 320, 420)
    return [
        Line(x, _table_top() + _LINE * row, "small", (text,))
        for row, cells in enumerate(table)
        for x, text in zip(columns, cells, strict=True)
        if text
    ]
