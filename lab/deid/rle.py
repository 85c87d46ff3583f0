"""RLE frames (DICOM PS3.5 annex G): each segment as long as the bytes that it stands for, and nothing behind."""

from __future__ import annotations

import struct

from lab.deid.problems import Reason, Unclean

_HEADER = 64


def tidied(data: bytes, size: int) -> bytes:
    """The frame with segments that give just `size` bytes each. Raises Unclean when one gives fewer, or breaks off."""
    if len(data) < _HEADER:
        raise Unclean(Reason.PIXELS_MISFIT)
    count, *offsets = struct.unpack_from("<16I", data)
    if not 0 < count <= 15:
        raise Unclean(Reason.PIXELS_MISFIT)
    segments = []
    ends = [*offsets[1:count], len(data)]
    for start, end in zip(offsets[:count], ends, strict=True):
        if not _HEADER <= start < end <= len(data):
            raise Unclean(Reason.PIXELS_MISFIT)
        segments.append(_segment(data, start, end, size))
    places, at = [], _HEADER
    for segment in segments:
        places.append(at)
        at += len(segment)
    return b"".join((struct.pack("<16I", count, *places, *[0] * (15 - count)), *segments))


def _segment(data: bytes, start: int, end: int, size: int) -> bytes:
    at, given = start, 0
    while given < size:
        if at + 1 >= end:
            raise Unclean(Reason.PIXELS_MISFIT)
        code = data[at]
        if code < 128:
            at, given = at + code + 2, given + code + 1
        elif code > 128:
            at, given = at + 2, given + 257 - code
        else:
            at += 1
    if at > end or given > size:
        raise Unclean(Reason.PIXELS_MISFIT)
    return data[start:at] + b"\0" * ((at - start) % 2)
