"""Compressed pictures as streams: remarks (EXIF, names), and what stands behind the end, are not carried over.

A stream says itself how large its picture is, and a decoder believes it. So it has to be as large as the dataset says.
"""

from __future__ import annotations

from collections.abc import Callable

from pydicom import uid

from lab.deid import jpeg, jpeg2000, rle
from lab.deid.elements import Buffer
from lab.deid.facts import BITS_STORED, COLUMNS, ROWS, Facts
from lab.deid.jpeg import Shape
from lab.deid.problems import Reason, Unclean

_JPEG, _JPEG_LS, _WAVELETS = (
    frozenset(map(str, known))
    for known in (uid.JPEGTransferSyntaxes, uid.JPEGLSTransferSyntaxes, uid.JPEG2000TransferSyntaxes)
)
_Tidy = Callable[[bytes], tuple[bytes, Shape]]


def tidied(fragments: list[Buffer], syntax: str, facts: Facts) -> tuple[list[Buffer], bool]:
    """One fragment a frame with its picture alone, behind the offset table, and whether it may have more bits than stored.

    The table is emptied when lengths changed. Raises Unclean for a stream that is not understood, or not as large as the
    dataset says.
    """
    if syntax == uid.RLELossless:
        size = facts.number(ROWS) * facts.number(COLUMNS)
        if len(fragments) - 1 != facts.frames:
            raise Unclean(Reason.PIXELS_MISFIT)
        new = [rle.tidied(bytes(fragment), size) for fragment in fragments[1:]]
        return _with_table(fragments, new), facts.has_spare_bits
    begin, tidy = _kind(syntax)
    new, spare = [], False
    for frame in _frames(fragments[1:], begin, facts.frames):
        stream, shape = tidy(frame)
        if (shape.rows, shape.columns) != (facts.number(ROWS), facts.number(COLUMNS)):
            raise Unclean(Reason.PIXELS_MISFIT)
        spare = spare or shape.bits > (facts.number(BITS_STORED) or shape.bits)
        new.append(stream)
    return _with_table(fragments, new), spare


def _kind(syntax: str) -> tuple[bytes, _Tidy]:
    """How each stream begins, and who reads it."""
    if syntax in _JPEG or syntax in _JPEG_LS:
        return b"\xff\xd8\xff", lambda data: jpeg.tidied(data, syntax in _JPEG_LS)
    if syntax in _WAVELETS:
        return b"\xff\x4f\xff\x51", jpeg2000.tidied
    raise Unclean(Reason.PIXELS_UNDECODABLE)


def _frames(fragments: list[Buffer], begin: bytes, number: int) -> list[bytes]:
    """The fragments of each frame joined; a frame begins where its stream begins."""
    frames: list[list[bytes]] = []
    for fragment in map(bytes, fragments):
        if fragment.startswith(begin):
            frames.append([])
        elif not frames:
            raise Unclean(Reason.PIXELS_UNDECODABLE)
        frames[-1].append(fragment)
    if len(frames) != number:
        raise Unclean(Reason.PIXELS_MISFIT)
    return [b"".join(parts) for parts in frames]


def _with_table(old: list[Buffer], new: list[bytes]) -> list[Buffer]:
    def stored(value: Buffer) -> int:
        return len(value) + len(value) % 2

    return [old[0] if list(map(stored, old[1:])) == list(map(stored, new)) else b"", *new]
