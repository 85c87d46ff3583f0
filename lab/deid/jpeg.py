"""JPEG and JPEG-LS streams (ITU-T T.81 annex B, T.87 annex C): the picture, and nothing beside it."""

from __future__ import annotations

import re
from typing import NamedTuple

from lab.deid.problems import Reason, Unclean

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_FRAMES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0), 0xF7))
_TABLES = frozenset((0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0xF8))
_MEANING = {0xE0: (b"JFIF\0", 14), 0xE8: (b"mrfx", 5), 0xEE: (b"Adobe", 12)}
"""How the colours are meant (ITU-T T.871, T.872), as long as they need; EXIF and all others tell where it is from."""
_NEXT = {True: re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]"), False: re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")}
"""The marker after coded data, by whether it is JPEG-LS: what may follow 0xFF within them differs; restarts are part of them."""


class Shape(NamedTuple):
    """What a stream says of itself."""

    rows: int
    columns: int
    bits: int


def tidied(data: bytes, lossless: bool) -> tuple[bytes, Shape]:
    """The stream without remarks and without what follows its end; `lossless` for JPEG-LS. Raises Unclean."""
    out, at, shape = [data[:2]], 2, None
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        marker = data[at + 1] if at + 2 <= len(data) and data[at] == 0xFF else _SOI
        if marker == _EOI:
            break
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in (0, _SOI, 0xFF) or end > len(data) or end < at + 4:
            raise Unclean(Reason.PIXELS_UNDECODABLE)
        segment = data[at:end]
        if marker in _FRAMES and len(segment) >= 9:
            shape = Shape(int.from_bytes(segment[5:7], "big"), int.from_bytes(segment[7:9], "big"), segment[4])
        if marker == _SOS:
            following = _NEXT[lossless].search(data, end)
            if following is None:
                raise Unclean(Reason.PIXELS_UNDECODABLE)
            end = following.start()
            out.append(data[at:end])
        elif marker in _FRAMES or marker in _TABLES or _says_how_colours_are_meant(marker, segment):
            out.append(segment)
        at = end
    if shape is None:
        raise Unclean(Reason.PIXELS_UNDECODABLE)
    return b"".join((*out, b"\xff\xd9")), shape


def _says_how_colours_are_meant(marker: int, segment: bytes) -> bool:
    begin, size = _MEANING.get(marker, (b"", -1))
    return len(segment) == 4 + size and segment[4:].startswith(begin)
