"""Files that are no DICOM: logs, texts, databases, and backups that hold DICOM files in turn."""

from __future__ import annotations

import gzip
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from lab.inventory.elements import decoded
from lab.inventory.finding import Finding, Place
from lab.inventory.people import KnownPeople
from lab.inventory.text import NOBODY, Hit, search_text
from synthetic_data import Kind

MOST_MEMBERS = 100_000
MOST_MEMBER_BYTES = 256_000_000
MOST_TEXT_BYTES = 512_000_000
MOST_OF_ONE = 500
"""So many findings of one kind are kept of a file that is no DICOM."""
_PIECE = 1_000_000
_LINE = 100_000
_PRINTABLE = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f]{6,}")
_MEANINGLESS = frozenset({Kind.DATE, Kind.TIME, Kind.AGE, Kind.SEX, Kind.UID, Kind.INSTITUTION, Kind.DEVICE})
"""Kinds that say nothing in a log: every line has a date."""


class Member(NamedTuple):
    """A file in a backup: its path in there, and its content, or why it could not be had."""

    name: str
    content: bytes | None
    trouble: str = ""


def is_backup(path: Path, start: bytes) -> bool:
    """Whether a file is a zip, tar or compressed tar, by its first bytes."""
    return start.startswith((b"PK\x03\x04", b"\x1f\x8b")) or start[257:262] == b"ustar"


def members(path: Path) -> Iterator[Member]:
    """The files in a backup, one after the other, each within bounds; a damaged backup ends with a trouble. Read-only."""
    try:
        if zipfile.is_zipfile(path):
            yield from _in_zip(path)
        elif tarfile.is_tarfile(path):
            yield from _in_tar(path)
        else:
            with gzip.open(path) as stream:
                yield _bounded(path.stem, stream)
    except (
        OSError,
        EOFError,
        zipfile.BadZipFile,
        tarfile.TarError,
        RuntimeError,
        NotImplementedError,
        ValueError,
    ) as error:
        yield Member("", None, f"{type(error).__name__}: {error}"[:200])


def _in_zip(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as backup:
        for number, entry in enumerate(backup.infolist()):
            if number >= MOST_MEMBERS:
                yield Member("", None, f"only {MOST_MEMBERS} of its files were read")
                return
            if entry.is_dir():
                continue
            if entry.flag_bits & 1:
                yield Member(entry.filename, None, "encrypted")
                continue
            with backup.open(entry) as stream:
                yield _bounded(entry.filename, stream)


def _in_tar(path: Path) -> Iterator[Member]:
    with tarfile.open(path, "r:*") as backup:
        for number, entry in enumerate(backup):
            if number >= MOST_MEMBERS:
                yield Member("", None, f"only {MOST_MEMBERS} of its files were read")
                return
            stream = backup.extractfile(entry) if entry.isfile() else None
            if stream is not None:
                yield _bounded(entry.name, stream)


def _bounded(name: str, stream: IO[bytes] | gzip.GzipFile) -> Member:
    content = stream.read(MOST_MEMBER_BYTES + 1)
    if len(content) > MOST_MEMBER_BYTES:
        return Member(name, None, f"more than {MOST_MEMBER_BYTES} bytes")
    return Member(name, content)


def search_other(stream: IO[bytes], known: KnownPeople) -> Iterator[Finding]:
    """The findings in a text, line by line, or in the readable parts of anything else. Reads piece by piece."""
    counts: dict[Kind, int] = {}
    start = stream.read(4096)
    is_text = b"\x00" not in start
    pieces = _lines(start, stream) if is_text else _printable(start, stream)
    for number, text in pieces:
        for hit in _known_in(text, known):
            counts[hit.kind] = counts.get(hit.kind, 0) + 1
            if counts[hit.kind] <= MOST_OF_ONE:
                value = text[hit.start : hit.end]
                if is_text:
                    pages = (number, number)
                    span = (hit.start, hit.end)
                    yield Finding(Place.LOG, hit.kind, value, hit.person, hit.sure, hit.reason, pages=pages, span=span)
                else:
                    yield Finding(Place.ARCHIVE, hit.kind, value, hit.person, hit.sure, hit.reason)


def _known_in(text: str, known: KnownPeople) -> list[Hit]:
    readable = text.replace("^", " ").replace("_", " ").replace("%20", "   ")
    return [hit for hit in search_text(readable, known, NOBODY) if hit.kind not in _MEANINGLESS and hit.sure >= 0.7]


def _lines(start: bytes, stream: IO[bytes]) -> Iterator[tuple[int, str]]:
    """The lines of a text, numbered from 1; what is longer than a line can be comes in pieces."""
    rest, number, read = start, 0, len(start)
    while True:
        *lines, rest = rest.split(b"\n")
        for line in lines:
            number += 1
            yield number, decoded(line[:_LINE])
        if len(rest) > _LINE:
            yield number + 1, decoded(rest)
            rest = b""
        piece = stream.read(_PIECE) if read < MOST_TEXT_BYTES else b""
        if not piece:
            break
        read += len(piece)
        rest += piece
    if rest:
        yield number + 1, decoded(rest[:_LINE])


def _printable(start: bytes, stream: IO[bytes]) -> Iterator[tuple[int, str]]:
    """The readable runs of a binary file, such as a database."""
    read, piece = 0, start
    while piece:
        for run in _PRINTABLE.finditer(piece.decode("utf-8", "replace").replace("�", "\x00")):
            yield 1, run.group()[:_LINE]
        read += len(piece)
        piece = stream.read(_PIECE) if read < MOST_TEXT_BYTES else b""
