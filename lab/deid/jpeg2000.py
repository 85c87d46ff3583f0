"""JPEG 2000 codestreams (ITU-T T.800 annex A): the picture, and nothing beside it."""

from __future__ import annotations

import struct

from lab.deid.jpeg import Shape
from lab.deid.problems import Reason, Unclean

_SIZ, _TLM, _SOT, _SOD = 0x51, 0x55, 0x90, 0x93
_KEPT = frozenset((0x50, _SIZ, 0x52, 0x53, 0x57, 0x58, 0x59, 0x5C, 0x5D, 0x5E, 0x5F, 0x60, 0x61, 0x63))
"""All that decoding needs. Comments go, and tile-part lengths (TLM), which a decoder can do without."""
_END = b"\xff\xd9"


def tidied(data: bytes) -> tuple[bytes, Shape]:
    """The codestream without remarks and without what follows its end. Raises Unclean."""
    main, at = _segments(data, 2, _SOT)
    size = next((one for one in main if one[1] == _SIZ and len(one) >= 41), None)
    if size is None:
        raise Unclean(Reason.PIXELS_UNDECODABLE)
    out = [data[:2], *main]
    while data[at : at + 2] == b"\xff\x90":
        part, at = _tile_part(data, at)
        out.append(part)
    if data[at : at + 2] not in (_END, b"", b"\0"):
        raise Unclean(Reason.PIXELS_UNDECODABLE)
    right, bottom, left, top = struct.unpack_from(">IIII", size, 6)
    return b"".join((*out, _END)), Shape(bottom - top, right - left, (size[40] & 0x7F) + 1)


def _tile_part(data: bytes, start: int) -> tuple[bytes, int]:
    """A tile-part with its length put right, and where the next one begins."""
    head = data[start : start + 12]
    if len(head) < 12:
        raise Unclean(Reason.PIXELS_UNDECODABLE)
    length = int.from_bytes(head[6:10], "big")
    end = start + length if length else data.rfind(_END)
    segments, coded = _segments(data, start + 12, _SOD)
    if not coded <= end <= len(data):
        raise Unclean(Reason.PIXELS_UNDECODABLE)
    body = b"".join((*segments, data[coded:end]))
    return head[:6] + (12 + len(body)).to_bytes(4, "big") + head[10:] + body, end


def _segments(data: bytes, at: int, stop: int) -> tuple[list[bytes], int]:
    """The marker segments up to a marker that are kept, and where that marker stands."""
    kept: list[bytes] = []
    while data[at : at + 1] == b"\xff" and at + 2 <= len(data):
        marker = data[at + 1]
        if marker == stop:
            return kept, at
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end > len(data) or end < at + 4:
            break
        if marker in _KEPT:
            kept.append(data[at:end])
        at = end
    raise Unclean(Reason.PIXELS_UNDECODABLE)
