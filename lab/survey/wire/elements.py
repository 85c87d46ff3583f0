"""Data elements in implicit and explicit VR little endian (PS3.5 7.1), as far as commands and queries need them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from struct import Struct

from lab.survey.wire.pdu import Malformed

IMPLICIT, EXPLICIT = b"1.2.840.10008.1.2", b"1.2.840.10008.1.2.1"
UNDEFINED = 0xFFFFFFFF
MAX_ELEMENTS, MAX_DEPTH = 512, 8
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_TAG = Struct("<HH")
_LONG = Struct("<I")
_SHORT = Struct("<H")
_LONG_VRS = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))

# keyword -> tag, VR: what the simulated archives know
ATTRIBUTES: dict[str, tuple[int, str]] = {
    "SpecificCharacterSet": (0x00080005, "CS"),
    "SOPClassUID": (0x00080016, "UI"),
    "SOPInstanceUID": (0x00080018, "UI"),
    "StudyDate": (0x00080020, "DA"),
    "StudyTime": (0x00080030, "TM"),
    "AccessionNumber": (0x00080050, "SH"),
    "QueryRetrieveLevel": (0x00080052, "CS"),
    "RetrieveAETitle": (0x00080054, "AE"),
    "Modality": (0x00080060, "CS"),
    "ModalitiesInStudy": (0x00080061, "CS"),
    "InstitutionName": (0x00080080, "LO"),
    "ReferringPhysicianName": (0x00080090, "PN"),
    "StudyDescription": (0x00081030, "LO"),
    "SeriesDescription": (0x0008103E, "LO"),
    "PatientName": (0x00100010, "PN"),
    "PatientID": (0x00100020, "LO"),
    "IssuerOfPatientID": (0x00100021, "LO"),
    "PatientBirthDate": (0x00100030, "DA"),
    "PatientSex": (0x00100040, "CS"),
    "PatientComments": (0x00104000, "LT"),
    "StudyInstanceUID": (0x0020000D, "UI"),
    "SeriesInstanceUID": (0x0020000E, "UI"),
    "StudyID": (0x00200010, "SH"),
    "SeriesNumber": (0x00200011, "IS"),
    "InstanceNumber": (0x00200013, "IS"),
    "NumberOfPatientRelatedStudies": (0x00201200, "IS"),
    "NumberOfPatientRelatedInstances": (0x00201204, "IS"),
    "NumberOfStudyRelatedSeries": (0x00201206, "IS"),
    "NumberOfStudyRelatedInstances": (0x00201208, "IS"),
    "NumberOfSeriesRelatedInstances": (0x00201209, "IS"),
}
KEYWORDS = {tag: keyword for keyword, (tag, _) in ATTRIBUTES.items()}
# The totals of an archive: a private block of this lab, since no standard attribute has them.
TOTALS_CREATOR = 0x00990010
TOTALS = {"records": 0x00991001, "studies": 0x00991002, "images": 0x00991003, "downloadable": 0x00991004}


def write_elements(elements: Iterable[tuple[int, str, bytes]], explicit: bool) -> bytes:
    """Elements as (tag, VR, value), in ascending order of tags, values padded to even length."""
    parts = []
    for tag, vr, value in elements:
        if len(value) & 1:
            value += b"\0" if vr == "UI" else b" "
        parts.append(_TAG.pack(tag >> 16, tag & 0xFFFF))
        if explicit:
            parts.append(vr.encode("ascii") + _SHORT.pack(len(value)))
        else:
            parts.append(_LONG.pack(len(value)))
        parts.append(value)
    return b"".join(parts)


def read_elements(data: bytes, explicit: bool) -> dict[int, bytes]:
    """Tag to value of a data set; sequences are passed over and empty. Raises Malformed."""
    found: dict[int, bytes] = {}
    for tag, value in _elements(data, 0, len(data), explicit):
        if len(found) >= MAX_ELEMENTS:
            raise Malformed(f"more than {MAX_ELEMENTS} elements")
        found[tag] = value
    return found


def text(value: bytes) -> str:
    """A value as text: UTF-8, else Latin-1, without padding."""
    try:
        return value.decode("utf-8").rstrip(" \0")
    except UnicodeDecodeError:
        return value.decode("latin-1").rstrip(" \0")


def _elements(data: bytes, start: int, end: int, explicit: bool) -> Iterator[tuple[int, bytes]]:
    while start < end:
        tag, length, start = _header(data, start, end, explicit)
        if length == UNDEFINED:
            start = _after_sequence(data, start, end, explicit, 1)
            yield tag, b""
            continue
        if start + length > end:
            raise Malformed(
                f"element ({tag >> 16:04x},{tag & 0xFFFF:04x}) of {length} bytes where {end - start} are left"
            )
        yield tag, data[start : start + length]
        start += length


def _header(data: bytes, start: int, end: int, explicit: bool) -> tuple[int, int, int]:
    """Tag, length and where the value begins."""
    if end - start < 8:
        raise Malformed("an element is cut off")
    group, element = _TAG.unpack_from(data, start)
    tag = group << 16 | element
    if not explicit or group == 0xFFFE:
        return tag, _LONG.unpack_from(data, start + 4)[0], start + 8
    vr = data[start + 4 : start + 6]
    if vr in _LONG_VRS:
        if end - start < 12:
            raise Malformed("an element is cut off")
        return tag, _LONG.unpack_from(data, start + 8)[0], start + 12
    if not vr.isalpha() or not vr.isupper():
        raise Malformed(f"no VR at ({group:04x},{element:04x})")
    return tag, _SHORT.unpack_from(data, start + 6)[0], start + 8


def _after_sequence(data: bytes, start: int, end: int, explicit: bool, depth: int) -> int:
    """Where a sequence of undefined length ends."""
    if depth > MAX_DEPTH:
        raise Malformed(f"sequences nested deeper than {MAX_DEPTH}")
    while True:
        tag, length, start = _header(data, start, end, explicit)
        if tag in (_SEQUENCE_END, _ITEM_END):
            return start
        if length == UNDEFINED:
            start = _after_sequence(data, start, end, explicit, depth + 1)
        elif start + length > end:
            raise Malformed("a sequence is cut off")
        else:
            start += length
