"""Part 10 files at speed: what the images of a series share is encoded once, each image adds the rest.

pydicom spends two to three milliseconds on a whole header, most of it on elements that do not change. The result is the
same, byte for byte, as `pydicom.dcmwrite` gives for the complete dataset.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from itertools import chain

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import correct_ambiguous_vr, write_dataset, write_file_meta_info
from pydicom.uid import UID, ImplicitVRLittleEndian

from synthetic_data.columns import Column, Columns
from synthetic_data.marks import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION
from synthetic_data.record import Record

Buffer = bytes | memoryview

_PIXEL_DATA = struct.pack("<HH", 0x7FE0, 0x0010)
_UNDEFINED_LENGTH = 0xFFFFFFFF
_END_OF_FRAGMENTS = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def file_meta(
    sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str, source_ae_title: str = ""
) -> FileMetaDataset:
    """The file meta information (DICOM PS3.10 7.1)."""
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = UID(sop_class_uid)
    meta.MediaStorageSOPInstanceUID = UID(sop_instance_uid)
    meta.TransferSyntaxUID = UID(transfer_syntax_uid)
    meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION
    if source_ae_title:
        meta.SourceApplicationEntityTitle = source_ae_title
    return meta


def pixel_element(pixels: Buffer, transfer_syntax_uid: str) -> tuple[Buffer, ...]:
    """Pixel Data as the pieces of an element (DICOM PS3.5 8.2 and A.4); compressed pixels come encapsulated."""
    if UID(transfer_syntax_uid).is_encapsulated:
        return (_PIXEL_DATA + struct.pack("<2sHI", b"OB", 0, _UNDEFINED_LENGTH), pixels, _END_OF_FRAGMENTS)
    length = len(pixels) + len(pixels) % 2
    if transfer_syntax_uid == ImplicitVRLittleEndian:
        start = _PIXEL_DATA + struct.pack("<I", length)
    else:
        start = _PIXEL_DATA + struct.pack("<2sHI", b"OW", 0, length)
    return (start, pixels) if length == len(pixels) else (start, pixels, b"\x00")


class SeriesEncoder:
    """Encodes the headers of one series' files, each up to its pixel data.

    `shared` is what all images have; `columns` is what they differ in.
    """

    def __init__(self, shared: Record, columns: Columns, sop_class_uid: str, transfer_syntax_uid: str) -> None:
        self._shared, self._columns, self._preamble = shared.dataset, columns, shared.preamble
        self._source = shared.source_ae_title
        self._sop_class_uid, self._syntax = sop_class_uid, UID(transfer_syntax_uid)
        self._parts: list[bytes] = []
        self._values: list[tuple[bytes, ...]] = []
        self._meta: tuple[bytes, bytes, int] = (b"", b"", 0)

    def header(self, number: int, sop_instance_uid: str) -> bytes:
        """The file of image `number` (from 1) up to its pixel data: preamble, file meta information, dataset."""
        extra = self._columns.extra(number)
        if extra is not None:
            own = self._columns.dataset(number)
            preamble = extra.preamble if any(extra.preamble) else self._preamble
            return preamble + self._meta_of(sop_instance_uid) + self._encode(_merged(self._shared, own))
        if not self._parts:
            self._cut(sop_instance_uid)
        before, after, length = self._meta
        if len(sop_instance_uid) != length:
            raise ValueError(f"the UIDs of a series are equally long, {length} characters, not {sop_instance_uid!r}")
        uid = sop_instance_uid.encode("ascii")
        return b"".join(
            (before, uid, after, *chain(*zip(self._parts, self._values[number - 1], strict=False)), self._parts[-1])
        )

    def _cut(self, sop_instance_uid: str) -> None:
        """Encode the shared elements in parts, with a gap for each column, and the columns' values."""
        correct_ambiguous_vr(self._shared, True)
        tags = [column.tag for column in self._columns.columns]
        groups = [Dataset() for _ in range(len(tags) + 1)]
        for element in self._shared:
            groups[bisect_left(tags, int(element.tag))].add(element)
        self._parts = [self._encode(group) for group in groups]
        self._values = list(zip(*(self._column(column) for column in self._columns.columns), strict=True))
        before, after = (self._preamble + self._meta_of(sop_instance_uid)).split(sop_instance_uid.encode("ascii"))
        self._meta = (before, after, len(sop_instance_uid))

    def _column(self, column: Column) -> list[bytes]:
        """A column's elements, encoded (DICOM PS3.5 7.1)."""
        tag = struct.pack("<HH", column.tag >> 16, column.tag & 0xFFFF)
        length, start = ("<I", tag) if self._syntax == ImplicitVRLittleEndian else ("<H", tag + column.vr.encode())
        padding = b"\x00" if column.vr == "UI" else b" "
        values = (value.encode("ascii") for value in column.values)
        even = (value if len(value) % 2 == 0 else value + padding for value in values)
        return [start + struct.pack(length, len(value)) + value for value in even]

    def _meta_of(self, sop_instance_uid: str) -> bytes:
        buffer = DicomBytesIO()
        buffer.is_little_endian, buffer.is_implicit_VR = True, False
        meta = file_meta(self._sop_class_uid, sop_instance_uid, self._syntax, self._source)
        write_file_meta_info(buffer, meta, enforce_standard=True)
        return b"DICM" + buffer.getvalue()

    def _encode(self, dataset: Dataset) -> bytes:
        buffer = DicomBytesIO()
        buffer.is_little_endian, buffer.is_implicit_VR = True, self._syntax == ImplicitVRLittleEndian
        write_dataset(buffer, dataset, self._shared.get("SpecificCharacterSet", "ISO_IR 6"))
        return buffer.getvalue()


def _merged(shared: Dataset, own: Dataset) -> Dataset:
    merged = Dataset()
    merged.update(shared)
    merged.update(own)
    return merged
