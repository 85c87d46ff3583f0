"""Eight-bit pictures as screens show them: their description, and the banner that a device burns into them."""

from __future__ import annotations

from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit

from synthetic_data.burned import Line, right_aligned
from synthetic_data.model import Series, Study
from synthetic_data.record import Record
from synthetic_data.shown import shown_date, shown_identifiers, shown_time

JPEG_QUALITY_RATIO = "10.0"
_COLOURS: dict[str, str] = {JPEGBaseline8Bit: "YBR_FULL_422", JPEG2000Lossless: "YBR_RCT"}
"""The colours in which compression stores RGB (DICOM PS3.5 8.2)."""


def add_byte_pixels(record: Record, series: Series, colour: bool, burned: bool) -> None:
    """Describe 8-bit pixels (Image Pixel Module, DICOM PS3.3 C.7.6.3), grey or colour, as their transfer syntax has them."""
    lossy = series.transfer_syntax_uid == JPEGBaseline8Bit
    record.put(
        SamplesPerPixel=3 if colour else 1,
        PhotometricInterpretation=_COLOURS.get(series.transfer_syntax_uid, "RGB") if colour else "MONOCHROME2",
        Rows=series.rows,
        Columns=series.columns,
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        PixelRepresentation=0,
        BurnedInAnnotation="YES" if burned else "NO",
        LossyImageCompression="01" if lossy else "00",
    )
    if colour:
        record.put(PlanarConfiguration=0)
    if lossy:
        record.put(LossyImageCompressionRatio=JPEG_QUALITY_RATIO, LossyImageCompressionMethod="ISO_10918_1")


def banner(study: Study, series: Series) -> list[Line]:
    """Two lines along the top: hospital, moment, name, number and birth date. They need 640 columns."""
    who = shown_identifiers(study)
    right = series.columns - 8
    moment = (shown_date(study, series.started), "  ", shown_time(study, series.started))
    return [
        Line(8, 4, "small", (who["hospital"],)),
        right_aligned(right, 4, "small", moment),
        Line(8, 26, "small", (who["screen_name"], "   ", who["patient_id"])),
        right_aligned(right, 26, "small", (who["birth_date"], "  ", who["sex"])),
    ]
