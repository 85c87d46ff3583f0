"""A DICOM file as a tree of elements, read within bounds (DICOM PS3.5 section 7, PS3.10 section 7).

Nothing is carried over that was not understood: what stands between, before or behind the elements is not in the tree,
and so not in what is written. The reader trusts no length, goes no deeper than `DEPTH`, and copies no large value.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydicom import uid
from pydicom._uid_dict import UID_dictionary

from lab.deid.dictionary import LONG_VRS, SHORT_VRS, vr_of
from lab.deid.problems import Reason, Unclean

LARGEST = 1 << 30
DEPTH = 32
ELEMENTS = 250_000
INFLATED = 1 << 28

Buffer = bytes | memoryview
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
PIXEL_DATA = 0x7FE00010
TRANSFER_SYNTAX = 0x00020010


@dataclass(slots=True)
class Element:
    """An element; a sequence has `items`, encapsulated pixel data have `fragments` (the offset table first)."""

    tag: int
    vr: str
    value: Buffer = b""
    items: list[list[Element]] | None = None
    fragments: list[Buffer] | None = None


@dataclass(frozen=True)
class Form:
    """How a dataset is encoded."""

    explicit: bool = True
    big: bool = False

    @property
    def order(self) -> str:
        return ">" if self.big else "<"


EXPLICIT = Form()


@dataclass
class DicomFile:
    """A file's meta information and dataset."""

    meta: list[Element]
    dataset: list[Element]
    syntax: str
    form: Form = field(default=EXPLICIT)


def read_file(path: Path) -> DicomFile:
    """Read a file. Raises Unclean with the reason when it is no sound DICOM file. Read-only."""
    try:
        if path.stat().st_size > LARGEST:
            raise Unclean(Reason.TOO_LARGE)
        return read_bytes(path.read_bytes())
    except OSError as error:
        raise Unclean(Reason.UNREADABLE) from error
    except MemoryError as error:
        raise Unclean(Reason.TOO_LARGE) from error


def read_bytes(content: bytes) -> DicomFile:
    """Read a file's bytes. Raises Unclean with the reason when they are no sound DICOM file."""
    if content[128:132] != b"DICM":
        raise Unclean(Reason.NOT_DICOM)
    view = memoryview(content)
    meta, start = _read_meta(view)
    syntax = text_of(meta, TRANSFER_SYNTAX)
    if not syntax or not (uid.UID(syntax).is_transfer_syntax if syntax in UID_dictionary else False):
        raise Unclean(Reason.UNKNOWN_SYNTAX)
    body = view[start:]
    if syntax == uid.DeflatedExplicitVRLittleEndian:
        body, syntax = _inflated(body), str(uid.ExplicitVRLittleEndian)
    form = Form(syntax != uid.ImplicitVRLittleEndian, syntax == uid.ExplicitVRBigEndian)
    reader = _Reader(body, form)
    dataset, _ = reader.elements(0, len(body), 0, False)
    return DicomFile(meta, dataset, syntax, form)


def text_of(elements: Iterable[Element], tag: int) -> str:
    """An element's value as ASCII text without padding; empty when there is none."""
    for element in elements:
        if element.tag == tag:
            return bytes(element.value).decode("ascii", "replace").strip("\0 ")
    return ""


def walk(elements: Iterable[Element]) -> Iterator[Element]:
    """Every element at every depth, in the file's order."""
    for element in elements:
        yield element
        for item in element.items or ():
            yield from walk(item)


def _read_meta(view: memoryview) -> tuple[list[Element], int]:
    """The file meta information, which is always explicit little endian, and where the dataset begins."""
    at = 132
    while at + 8 <= len(view) and bytes(view[at : at + 2]) == b"\x02\x00":
        long = bytes(view[at + 4 : at + 6]).decode("latin-1") in LONG_VRS
        if long and at + 12 > len(view):
            raise Unclean(Reason.TRUNCATED)
        at += 12 + struct.unpack_from("<I", view, at + 8)[0] if long else 8 + struct.unpack_from("<H", view, at + 6)[0]
    if at > len(view):
        raise Unclean(Reason.TRUNCATED)
    meta, _ = _Reader(view[:at], EXPLICIT).elements(132, at, 0, False)
    return meta, at


def _inflated(body: Buffer) -> memoryview:
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = engine.decompress(body, INFLATED)
    except zlib.error as error:
        raise Unclean(Reason.BROKEN_STRUCTURE) from error
    if engine.unconsumed_tail:
        raise Unclean(Reason.INFLATES_TOO_FAR)
    if not engine.eof:
        raise Unclean(Reason.TRUNCATED)
    return memoryview(content)


class _Reader:
    """Reads elements from a view; counts them, so that a million of them end the reading."""

    def __init__(self, view: memoryview, form: Form) -> None:
        self._view, self._form = view, form
        self._left = ELEMENTS
        order = form.order
        self._tag, self._u16, self._u32 = (struct.Struct(order + code).unpack_from for code in ("HH", "H", "I"))

    def elements(self, at: int, end: int, depth: int, until_delimiter: bool) -> tuple[list[Element], int]:
        """The elements from `at`: up to `end`, or up to an item's delimiter."""
        if depth > DEPTH:
            raise Unclean(Reason.TOO_DEEP)
        found: list[Element] = []
        last = -1
        while at < end:
            if at + 8 > end:
                raise Unclean(Reason.TRUNCATED)
            group, number = self._tag(self._view, at)
            tag = group << 16 | number
            if tag == _ITEM_END and until_delimiter:
                return found, at + 8
            if tag <= last:
                raise Unclean(Reason.OUT_OF_ORDER)
            last = tag
            self._left -= 1
            if self._left < 0:
                raise Unclean(Reason.TOO_MANY_ELEMENTS)
            element, at = self._element(tag, at + 4, end, depth)
            found.append(element)
        if until_delimiter:
            raise Unclean(Reason.TRUNCATED)
        return found, at

    def _element(self, tag: int, at: int, end: int, depth: int) -> tuple[Element, int]:
        if self._form.explicit:
            vr = bytes(self._view[at : at + 2]).decode("latin-1")
            if vr in SHORT_VRS:
                length, at = self._u16(self._view, at + 2)[0], at + 4
            elif vr not in LONG_VRS:
                raise Unclean(Reason.BROKEN_STRUCTURE)
            elif at + 8 > end:
                raise Unclean(Reason.TRUNCATED)
            else:
                length, at = self._u32(self._view, at + 4)[0], at + 8
        else:
            vr = vr_of(tag)
            length, at = self._u32(self._view, at)[0], at + 4
        if length != _UNDEFINED and at + length > end:
            raise Unclean(Reason.TRUNCATED)
        if vr == "SQ" or (vr == "UN" and (length == _UNDEFINED or vr_of(tag) == "SQ")):
            return self._sequence(tag, vr, at, length, end, depth)
        if length == _UNDEFINED:
            if tag != PIXEL_DATA or not self._form.explicit:
                raise Unclean(Reason.BROKEN_STRUCTURE)
            return self._encapsulated(tag, vr, at, end)
        return Element(tag, vr, self._view[at : at + length]), at + length

    def _sequence(self, tag: int, vr: str, at: int, length: int, end: int, depth: int) -> tuple[Element, int]:
        reader = self
        if vr == "UN" and self._form.explicit:  # PS3.5 6.2.2: a sequence that was unknown to somebody is implicit
            if self._form.big:
                raise Unclean(Reason.BROKEN_STRUCTURE)
            reader = _Reader(self._view, Form(False))
            reader._left = self._left
        stop = end if length == _UNDEFINED else at + length
        items: list[list[Element]] = []
        while at < stop:
            mark, size, at = reader._mark(at, stop)
            if mark == _SEQUENCE_END and length == _UNDEFINED:
                break
            if mark != _ITEM:
                raise Unclean(Reason.BROKEN_STRUCTURE)
            open_end = size == _UNDEFINED
            if not open_end and at + size > stop:
                raise Unclean(Reason.TRUNCATED)
            item, at = reader.elements(at, stop if open_end else at + size, depth + 1, open_end)
            items.append(item)
        else:
            if length == _UNDEFINED:
                raise Unclean(Reason.TRUNCATED)
        self._left = reader._left
        return Element(tag, "SQ", items=items), at

    def _encapsulated(self, tag: int, vr: str, at: int, end: int) -> tuple[Element, int]:
        fragments: list[Buffer] = []
        while True:
            mark, size, at = self._mark(at, end)
            if mark == _SEQUENCE_END:
                return Element(tag, vr, fragments=fragments), at
            if mark != _ITEM or size == _UNDEFINED:
                raise Unclean(Reason.BROKEN_STRUCTURE)
            if at + size > end:
                raise Unclean(Reason.TRUNCATED)
            fragments.append(self._view[at : at + size])
            at += size

    def _mark(self, at: int, end: int) -> tuple[int, int, int]:
        self._left -= 1
        if self._left < 0:
            raise Unclean(Reason.TOO_MANY_ELEMENTS)
        if at + 8 > end:
            raise Unclean(Reason.TRUNCATED)
        group, number = self._tag(self._view, at)
        return group << 16 | number, self._u32(self._view, at + 4)[0], at + 8
