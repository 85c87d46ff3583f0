"""Files that are no DICOM: documents, pictures, logs and texts, databases and whatever else has readable parts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image

from lab.inventory.documents import search_pdf
from lab.inventory.elements import decoded
from lab.inventory.finding import Finding, Place
from lab.inventory.likeness import joined, search_regions
from lab.inventory.packed import MOST_MEMBER_BYTES, closed
from lab.inventory.people import KnownPeople
from lab.inventory.pictures import MOST_PIXELS, sampled
from lab.inventory.reader import read_picture
from lab.inventory.text import NOBODY, Hit, search_text
from synthetic_data import Kind

MOST_TEXT_BYTES = 512_000_000
MOST_OF_ONE = 500
"""So many findings of one kind are kept of a file that is no DICOM."""
_START = 4096
_PIECE = 1_000_000
_LINE = 100_000
_SEAM = 256
_PRINTABLE = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f]{6,}")
_WIDE = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\x00){6,}")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"GIF8", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")
_MEANINGLESS = frozenset({Kind.DATE, Kind.TIME, Kind.AGE, Kind.SEX, Kind.UID, Kind.INSTITUTION, Kind.DEVICE})
"""Kinds that say nothing in a log: every line has a date."""


def search_other(
    source: Path | bytes, known: KnownPeople, troubles: list[str], *, with_pictures: bool
) -> Iterator[Finding]:
    """The findings in a file that is no DICOM and no backup. What is not read of it goes to `troubles`. Raises OSError."""
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        start = stream.read(_START)
        stream.seek(0)
        if reason := closed(start):
            troubles.append(reason)
        elif b"%PDF" in start[:1024] or is_picture(start):
            content = stream.read(MOST_MEMBER_BYTES + 1)
            if len(content) > MOST_MEMBER_BYTES:
                troubles.append(f"more than {MOST_MEMBER_BYTES} bytes")
            elif is_picture(start):
                yield from _in_picture(content, known, troubles, with_pictures)
            else:
                reader = read_picture if with_pictures else None
                yield from search_pdf(content, known, NOBODY, "", troubles, reader, search_regions)
        else:
            yield from _in_text(stream, start, known, troubles)


def is_picture(start: bytes) -> bool:
    """Whether a file is a picture, by its first bytes."""
    if start.startswith(_PICTURES) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP"):
        return True
    if start[4:12] in (b"ftypheic", b"ftypavif", b"ftypmif1"):
        return True
    return start[:2] == b"BM" and start[14:18] in (b"\x0c\0\0\0", b"\x28\0\0\0", b"\x6c\0\0\0", b"\x7c\0\0\0")


def _in_picture(content: bytes, known: KnownPeople, troubles: list[str], with_pictures: bool) -> Iterator[Finding]:
    """Words in a picture and in what it carries besides: comments, the camera's notes."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            carried = [*picture.info.values(), *picture.getexif().values()]
            for text in (value for value in carried if isinstance(value, str)):
                for hit in _known_in(text, known):
                    value = text[hit.start : hit.end]
                    yield Finding(Place.ARCHIVE, hit.kind, value, hit.person, hit.sure, hit.reason)
            if not with_pictures:
                return
            frames = getattr(picture, "n_frames", 1)
            if picture.width * picture.height > MOST_PIXELS:
                troubles.append(f"a picture of {picture.width} x {picture.height} pixels is more than is read")
                return
            for frame in sampled(frames):
                picture.seek(frame - 1)
                yield from _in_frame(picture, known, (frame, frame) if frames > 1 else None)
    except Exception as error:  # decoders raise whatever broken streams make them
        troubles.append(f"{type(error).__name__}: {error}"[:200])


def _in_frame(picture: Image.Image, known: KnownPeople, pages: tuple[int, int] | None) -> Iterator[Finding]:
    shown = picture if picture.mode in ("L", "RGB", "I;16", "I", "F") else picture.convert("RGB")
    for region, hit in search_regions(joined(read_picture(np.asarray(shown))), known, NOBODY):
        value, sure = region.text[hit.start : hit.end], round(hit.sure * (0.5 + 0.5 * region.confidence), 2)
        yield Finding(Place.PIXELS, hit.kind, value, hit.person, sure, hit.reason, pages=pages, box=region.box)


def _in_text(stream: IO[bytes], start: bytes, known: KnownPeople, troubles: list[str]) -> Iterator[Finding]:
    """The findings in a text, line by line, or in the readable parts of anything else. Reads piece by piece."""
    counts: dict[Kind, int] = {}
    wide = _wide_encoding(start)
    is_text = bool(wide) or b"\x00" not in start
    pieces = _wide_lines(stream, wide) if wide else _lines(stream) if is_text else _printable(stream)
    for number, text in pieces:
        for hit in _known_in(text, known):
            counts[hit.kind] = counts.get(hit.kind, 0) + 1
            if counts[hit.kind] > MOST_OF_ONE:
                continue
            value = text[hit.start : hit.end]
            if is_text:
                pages, span = (number, number), (hit.start, hit.end)
                yield Finding(Place.LOG, hit.kind, value, hit.person, hit.sure, hit.reason, pages=pages, span=span)
            else:
                yield Finding(Place.ARCHIVE, hit.kind, value, hit.person, hit.sure, hit.reason)
    for kind, count in counts.items():
        if count > MOST_OF_ONE:
            troubles.append(f"{count} times {kind}: only the first {MOST_OF_ONE} are counted")
    if not stream.closed and stream.read(1):
        troubles.append(f"only the first {MOST_TEXT_BYTES} bytes were read")


def _known_in(text: str, known: KnownPeople) -> list[Hit]:
    readable = text.replace("^", " ").replace("_", " ").replace("%20", "   ")
    return [hit for hit in search_text(readable, known, NOBODY) if hit.kind not in _MEANINGLESS and hit.sure >= 0.7]


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file, so many as are read at most."""
    for _ in range(MOST_TEXT_BYTES // _PIECE):
        if not (piece := stream.read(_PIECE)):
            return
        yield piece


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, str]]:
    """The lines of a text, numbered from 1; what is longer than a line can be comes in pieces that overlap."""
    rest, number = b"", 1
    for piece in _pieces(stream):
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            for start in range(0, max(1, len(line)), _LINE):
                yield number, decoded(line[max(0, start - _SEAM) : start + _LINE])
            number += 1
        if len(rest) > _LINE:
            yield number, decoded(rest)
            rest = rest[-_SEAM:]
    if rest:
        yield number, decoded(rest)


def _wide_encoding(start: bytes) -> str:
    """The encoding of a text of two or four bytes a letter, by its mark or by where its zeros are; empty for any other file."""
    if start.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "utf-32"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = start[::2].count(0), start[1::2].count(0)
    half = max(1, len(start) // 2)
    if odd > 0.4 * half and even < 0.02 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * half and odd < 0.02 * half else ""


def _wide_lines(stream: IO[bytes], encoding: str) -> Iterator[tuple[int, str]]:
    text, number, read = io.TextIOWrapper(stream, encoding, errors="replace"), 1, 0
    try:
        while read < MOST_TEXT_BYTES and (piece := text.readline(_LINE)):
            yield number, piece.rstrip("\r\n")
            read += 2 * len(piece)
            number += piece.endswith("\n")
    finally:
        text.detach()


def _printable(stream: IO[bytes]) -> Iterator[tuple[int, str]]:
    """The readable runs of a binary file, such as a database: of one byte a letter or more, and of two."""
    before = b""
    for new in _pieces(stream):
        piece = before + new
        for run in _PRINTABLE.finditer(piece.decode("utf-8", "replace").replace("�", "\x00")):
            yield 1, run.group()[:_LINE]
        for wide in _WIDE.finditer(piece):
            yield 1, wide.group().decode("utf-16-le")[:_LINE]
        before = b"" if len(new) < _PIECE else new[-_SEAM:]
