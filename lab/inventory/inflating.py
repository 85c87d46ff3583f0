"""Deflated DICOM files (PS3.5 A.5), inflated within bounds: pydicom inflates as far as a file tells it to."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from lab.inventory.errors import Unreadable

MOST_INFLATED = 512_000_000
_DEFLATED, _PLAIN = b"1.2.840.10008.1.2.1.99", b"1.2.840.10008.1.2.1\0\0\0"
_HEAD, _SYNTAX, _USUAL_META, _MOST_META = 132, b"\x02\x00\x10\x00UI", 1 << 11, 1 << 20


def plain(source: Path | bytes) -> Path | bytes:
    """The file, or when it is deflated its bytes as they would be in explicit VR little endian. Raises Unreadable and OSError."""
    start = _start(source, _USUAL_META)
    if start[128:132] != b"DICM":
        return source
    if (end := _end_of_meta(start)) + _HEAD > len(start):
        start = _start(source, _MOST_META)
        end = _end_of_meta(start)
    at = start.find(_SYNTAX, _HEAD, end)
    if at < 0 or start[at + 8 : at + 8 + len(_DEFLATED)] != _DEFLATED:
        return source
    content = source if isinstance(source, bytes) else source.read_bytes()
    return content[: at + 8] + _PLAIN + content[at + 8 + len(_PLAIN) : end] + _inflated(content[end:])


def _start(source: Path | bytes, size: int) -> bytes:
    if isinstance(source, bytes):
        return source[:size]
    with source.open("rb") as stream:
        return stream.read(size)


def _end_of_meta(start: bytes) -> int:
    """Where the file meta information ends (PS3.10 7.1): behind the last element of group 0002, explicit VR little endian."""
    at = _HEAD
    while start[at : at + 2] == b"\x02\x00" and at + 12 <= len(start):
        if start[at + 4 : at + 6] in (b"OB", b"UN", b"SQ", b"UT", b"OW"):
            at += 12 + struct.unpack_from("<I", start, at + 8)[0]
        else:
            at += 8 + struct.unpack_from("<H", start, at + 6)[0]
    return at


def _inflated(content: bytes) -> bytes:
    decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = decompressor.decompress(content, MOST_INFLATED + 1)
    except zlib.error as error:
        raise Unreadable(f"it cannot be inflated: {error}") from error
    if len(inflated) > MOST_INFLATED:
        raise Unreadable(f"it inflates to more than {MOST_INFLATED} bytes")
    return inflated
