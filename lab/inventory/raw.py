"""DICOM files as bytes: read within bounds, sequences opened only so deep, elements left undecoded until someone looks."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from pydicom import dcmread
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from lab.inventory.errors import NotDicom, Unreadable
from lab.inventory.inflating import plain

MOST_BYTES = 64_000_000
"""The longest value of an element, other than pixels, that is read."""
DEEPEST = 32
"""How deep sequences are followed."""
_PREAMBLE = 128
_UNDEFINED = 0xFFFFFFFF
_LONG = frozenset({b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"UN", b"UT", b"UC", b"UR"})
_TAIL_BYTES = 1_000_000


@dataclass(slots=True)
class Opened:
    """A file that was read up to its pixels. `tail` is what follows them, `troubles` what could not be read.

    `source` is the file, inflated when it was deflated.
    """

    source: Path | bytes
    dataset: Dataset
    preamble: bytes
    tail: bytes = b""
    troubles: list[str] = field(default_factory=list)


def looks_like_dicom(start: bytes) -> bool:
    """Whether a file's first bytes are those of DICOM, with or without the preamble of PS3.10."""
    if start[_PREAMBLE : _PREAMBLE + 4] == b"DICM":
        return True
    if len(start) < 8:
        return False
    group, _, vr = struct.unpack_from("<HH2s", start)
    return group in (0x0002, 0x0008) and vr in (b"UL", b"UI", b"CS", b"DA", b"OB", b"SH")


def open_dicom(source: Path | bytes) -> Opened:
    """Read a file's elements, without its pixels. Raises NotDicom or Unreadable, never anything else.

    Values longer than `MOST_BYTES` are left where they are; reading goes no further than the file, whatever a length says.
    """
    try:
        source = plain(source)
        with BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
            start = stream.read(_PREAMBLE + 4)
            if not looks_like_dicom(start):
                raise NotDicom
            stream.seek(0)
            return _read(source, stream, start[:_PREAMBLE] if start[_PREAMBLE:] == b"DICM" else b"")
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from error
    except InvalidDicomError as error:
        raise NotDicom from error
    except (NotDicom, Unreadable):
        raise
    except RecursionError as error:
        raise Unreadable("sequences are nested too deep") from error
    except MemoryError as error:
        raise Unreadable("it needs more memory than there is") from error
    except Exception as error:  # pydicom raises whatever its parsers meet in a broken file
        raise Unreadable(f"{type(error).__name__}: {error}"[:200]) from error


def _read(source: Path | bytes, stream: BinaryIO, preamble: bytes) -> Opened:
    dataset = dcmread(stream, stop_before_pixels=True, force=True, defer_size=MOST_BYTES)
    opened = Opened(source, dataset, preamble)
    if not dataset.keys():
        raise Unreadable("it holds no element")
    _check_lengths(opened, stream)
    opened.tail = _behind_pixels(stream, stream.tell(), opened.troubles)
    return opened


def _check_lengths(opened: Opened, stream: BinaryIO) -> None:
    for element in opened.dataset._dict.values():
        if isinstance(element, RawDataElement) and element.length not in (_UNDEFINED, 0):
            value = element.value
            if value is None:
                opened.troubles.append(f"{element.tag}: {element.length} bytes are more than are read")
            elif len(value) < element.length:
                opened.troubles.append(f"{element.tag}: {len(value)} of {element.length} bytes are there")


def _behind_pixels(stream: BinaryIO, at: int, troubles: list[str]) -> bytes:
    """What follows the pixels: trailing padding, or what somebody hid there; at most a million bytes."""
    size = stream.seek(0, SEEK_END)
    stream.seek(at)
    head = stream.read(12)
    if len(head) < 8 or head[:2] != b"\xe0\x7f":
        return b""
    if head[4:6] in _LONG:
        length, start = struct.unpack_from("<I", head, 8)[0], at + 12
    else:
        length, start = struct.unpack_from("<I", head, 4)[0], at + 8
    end = _end_of_fragments(stream, start) if length == _UNDEFINED else start + length
    if end is None or end > size:
        troubles.append("(7FE0,0010): the file ends in the middle of the pixels")
        return b""
    stream.seek(end)
    return stream.read(_TAIL_BYTES)


def _end_of_fragments(stream: BinaryIO, at: int) -> int | None:
    """Where encapsulated pixels end (PS3.5 A.4); None when they do not."""
    while True:
        stream.seek(at)
        head = stream.read(8)
        if len(head) < 8:
            return None
        group, element, length = struct.unpack("<HHI", head)
        if (group, element) == (0xFFFE, 0xE0DD):
            return at + 8
        if (group, element) != (0xFFFE, 0xE000) or length == _UNDEFINED:
            return None
        at += 8 + length


@dataclass(frozen=True, slots=True)
class Leaf:
    """An element that is no sequence: its path as the ledger writes it, and its dataset, where its neighbours are."""

    path: str
    element: DataElement
    creator: str
    parent: int


def creator_of(dataset: Dataset, tag: int) -> str:
    """Whose block a private element is in (PS3.5 7.8.1); empty when nobody reserved it."""
    if not tag >> 16 & 1:
        return ""
    block = (tag & 0xFF00) >> 8
    if not block:
        return ""
    owner = dataset.get((tag >> 16, block))
    return "" if owner is None else str(owner.value)


def leaves(dataset: Dataset, tag: Any, prefix: str = "", parent: int = 0, depth: int = 0) -> Iterator[Leaf]:
    """One element and, when it is a sequence, everything in it. Raises Unreadable for what is nested too deep."""
    element = dataset[tag]
    path = f"{prefix}({element.tag >> 16:04X},{element.tag & 0xFFFF:04X})"
    if element.VR != "SQ":
        yield Leaf(path, element, creator_of(dataset, int(element.tag)), parent)
        return
    if depth >= DEEPEST:
        raise Unreadable(f"{path[:40]}…: sequences are nested deeper than {DEEPEST}")
    for number, item in enumerate(element.value or ()):
        for inner in item._dict:
            yield from leaves(item, inner, f"{path}[{number}]", int(element.tag), depth + 1)
