"""A DICOMDIR (DICOM PS3.3 F, PS3.10 8), written patient by patient: memory does not grow with the medium.

pydicom's `FileSet` keeps every record and a second copy of every file until the end; its functions that say what a
record holds (`DIRECTORY_RECORDERS`) are used here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.fileset import DIRECTORY_RECORDERS
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.uid import ExplicitVRLittleEndian, MediaStorageDirectoryStorage

from synthetic_data.encoding import file_meta
from synthetic_data.ledger import Kind, Place, Plant

FILE_SET_ID = "PACSLAB"
DIRECTORY = "DICOMDIR"

KINDS: dict[str, tuple[str, str]] = {
    "SRBASIC": ("SR DOCUMENT", "SR"),
    "SRFULL": ("SR DOCUMENT", "SR"),
    "KO": ("KEY OBJECT DOC", "KO"),
    "PR": ("PRESENTATION", "PR"),
    "ECG": ("WAVEFORM", "WV"),
    "PDF": ("ENCAP DOC", "ED"),
}
"""Directory record type and the start of the file's name by a series' `content`; all others are images."""
IMAGE = ("IMAGE", "IM")

_RECORDS = "(0004,1220)"
_NO_OFFSET = 0
_IN_USE = 0xFFFF
_ITEM = struct.Struct("<HHI")
_LINKS = struct.Struct("<HH2sHIHH2sHHHH2sHI")


@dataclass
class Node:
    """A directory record, the identifiers of the object that it was made from, and the records below it."""

    record: Dataset
    plants: list[Plant]
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """The record and all below it, in the order in which they are written."""
        yield self
        for child in self.children:
            yield from child.walk()


def record_of(kind: str, dataset: Dataset) -> Dataset:
    """The directory record of that type for an object, without what links it to others (DICOM PS3.3 F.5).

    Of a document's content only what modifies its title belongs there (F.5.25, F.5.26).
    """
    record = DIRECTORY_RECORDERS[kind](dataset)
    record.DirectoryRecordType = kind
    if "SpecificCharacterSet" in dataset:
        record.SpecificCharacterSet = dataset.SpecificCharacterSet
    if "ContentSequence" in record:
        modifiers = [item for item in record.ContentSequence if item.RelationshipType == "HAS CONCEPT MOD"]
        del record.ContentSequence
        if modifiers:
            record.ContentSequence = modifiers
    if kind == "SR DOCUMENT" and dataset.get("VerifyingObserverSequence"):
        record.VerificationDateTime = dataset.VerifyingObserverSequence[0].VerificationDateTime
    return record


def leaf_of(kind: str, dataset: Dataset, file_id: list[str], transfer_syntax_uid: str) -> Dataset:
    """The record of a file."""
    record = record_of(kind, dataset)
    record.ReferencedFileID = file_id
    record.ReferencedSOPClassUIDInFile = dataset.SOPClassUID
    record.ReferencedSOPInstanceUIDInFile = dataset.SOPInstanceUID
    record.ReferencedTransferSyntaxUIDInFile = transfer_syntax_uid
    return record


class DirectoryWriter:
    """Writes the records of one patient after the other into an open file; `finish` when there are no more."""

    def __init__(self, file: BinaryIO, uid: str) -> None:
        self._file, self._count, self._last = file, 0, 0
        buffer = DicomBytesIO()
        buffer.is_little_endian, buffer.is_implicit_VR = True, False
        buffer.write(bytes(128) + b"DICM")
        meta = file_meta(MediaStorageDirectoryStorage, uid, ExplicitVRLittleEndian)
        write_file_meta_info(buffer, meta, enforce_standard=True)
        start = Dataset()
        start.FileSetID = FILE_SET_ID
        write_dataset(buffer, start)
        self._offsets_at = buffer.tell()
        for number, value in ((0x1200, 0), (0x1202, 0)):
            buffer.write(struct.pack("<HH2sHI", 0x0004, number, b"UL", 4, value))
        buffer.write(struct.pack("<HH2sHH", 0x0004, 0x1212, b"US", 2, 0))
        self._length_at = buffer.tell() + 8
        buffer.write(struct.pack("<HH2sHI", 0x0004, 0x1220, b"SQ", 0, 0))
        self._first = buffer.tell()
        file.write(buffer.getvalue())

    def add(self, patient: Node) -> list[Plant]:
        """Write a patient's records; returns the identifiers in them, at their places in the directory."""
        nodes = list(patient.walk())
        bodies = [_encoded(node.record) for node in nodes]
        offsets = {}
        at = self._last = self._file.tell()
        for node, body in zip(nodes, bodies, strict=True):
            offsets[id(node)] = at
            at += _ITEM.size + _LINKS.size + len(body)
        following = {id(patient): at}
        for node in nodes:
            for child, sibling in zip(node.children, node.children[1:], strict=False):
                following[id(child)] = offsets[id(sibling)]
        plants: list[Plant] = []
        for node, body in zip(nodes, bodies, strict=True):
            lower = offsets[id(node.children[0])] if node.children else _NO_OFFSET
            self._file.write(_ITEM.pack(0xFFFE, 0xE000, _LINKS.size + len(body)))
            self._file.write(_links(following.get(id(node), _NO_OFFSET), lower) + body)
            plants += _repeated(node.record, node.plants, f"{_RECORDS}[{self._count}]")
            self._count += 1
        return plants

    def finish(self) -> None:
        """Close the chain of patients, and say where it starts and ends and how long it is."""
        length = self._file.tell() - self._first
        for at, value in (
            (self._last + _ITEM.size + 8, _NO_OFFSET),
            (self._offsets_at + 8, self._first),
            (self._offsets_at + 20, self._last),
            (self._length_at, length),
        ):
            self._file.seek(at)
            self._file.write(struct.pack("<I", value))


def _links(following: int, lower: int) -> bytes:
    """Offset of the Next Directory Record, Record In-use Flag and Offset of Referenced Lower-Level Directory Entity."""
    return _LINKS.pack(
        0x0004, 0x1400, b"UL", 4, following, 0x0004, 0x1410, b"US", 2, _IN_USE, 0x0004, 0x1420, b"UL", 4, lower
    )  # fmt: skip


def _encoded(record: Dataset) -> bytes:
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_dataset(buffer, record, record.get("SpecificCharacterSet", "ISO_IR 6"))
    return buffer.getvalue()


def _repeated(record: Dataset, plants: list[Plant], prefix: str) -> Iterator[Plant]:
    """What a record repeats of its object's identifiers, items of sequences included."""
    by_tag: dict[str, set[Plant]] = {}
    for plant in plants:
        if plant.place in (Place.ELEMENT, Place.TEXT) and not plant.private_creator:
            by_tag.setdefault(plant.tag[-11:], set()).add(plant._replace(tag=""))
    uid = next(plant for plant in plants if plant.tag == "(0008,0018)")
    by_tag["(0004,1511)"] = {Plant(Place.ELEMENT, "", Kind.UID, uid.value, uid.person)}
    yield from _matching(record, by_tag, prefix)


def _matching(dataset: Dataset, by_tag: dict[str, set[Plant]], prefix: str) -> Iterator[Plant]:
    for element in dataset:
        tag = f"({element.tag.group:04X},{element.tag.element:04X})"
        if element.VR == "SQ":
            for number, item in enumerate(element.value):
                yield from _matching(item, by_tag, f"{prefix}{tag}[{number}]")
            continue
        values = [str(value) for value in (element.value if element.VM > 1 else [element.value])]
        for plant in sorted(by_tag.get(tag, ()), key=lambda one: (one.value, one.kind, one.person, one.span or ())):
            if plant.value in values if plant.span is None else values[0][slice(*plant.span)] == plant.value:
                yield plant._replace(tag=prefix + tag)
