"""Files in files: backups and what is packed, opened within bounds of depth, number and size."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

from lab.inventory.decompressing import Decompressed, Zlib

START = 512
"""So many bytes of a file tell how it is packed."""
DEEPEST = 3
"""So deep backups in backups are opened."""
MOST_MEMBERS = 100_000
MOST_MEMBER_BYTES = 256_000_000
MOST_BYTES = 8_000_000_000
MOST_RATIO = 1000
"""Of one file, and all that is packed in it, no more is unpacked: deflate cannot pack a thousand of ordinary bytes into one."""
_MOST_HEADER = 1 << 20
_XZ_MEMORY = 256 << 20
_ENVELOPED = bytes.fromhex("06092a864886f70d010703")
_CLOSED = (
    (b"7z\xbc\xaf\x27\x1c", "packed by 7-Zip, which is not opened"),
    (b"Rar!\x1a\x07", "packed by RAR, which is not opened"),
    (b"\x28\xb5\x2f\xfd", "packed by Zstandard, which is not opened"),
    (b"\x04\x22\x4d\x18", "packed by LZ4, which is not opened"),
    (b"Salted__", "encrypted"),
    (b"LUKS\xba\xbe", "encrypted"),
    (b"age-encryption.org/", "encrypted"),
    (b"-----BEGIN PGP MESSAGE", "encrypted"),
)
_BROKEN = (
    OSError,
    EOFError,
    zipfile.BadZipFile,
    tarfile.TarError,
    lzma.LZMAError,
    zlib.error,
    RuntimeError,
    NotImplementedError,
    ValueError,
)


class Member(NamedTuple):
    """A file in a backup: its path in there, and its content, or why it could not be had."""

    name: str
    content: bytes | None
    trouble: str = ""


class _Spent(Exception):
    """More comes out of a file than may."""


@dataclass
class Budget:
    """What may still be unpacked of one file, however deep it is packed."""

    size: int
    members: int = MOST_MEMBERS

    @classmethod
    def of(cls, size: int) -> Budget:
        """The budget of a file of so many bytes."""
        return cls(min(MOST_BYTES, max(MOST_MEMBER_BYTES, MOST_RATIO * size)))

    def spend(self, size: int) -> None:
        """Raises _Spent when there is no more."""
        self.size -= size
        if self.size < 0:
            raise _Spent


def packing(start: bytes) -> str:
    """How a file is packed, by its first bytes; empty when it is not, or not so that it is opened here."""
    if start[128:132] == b"DICM":
        return ""
    for magic, kind in ((b"PK\x03\x04", "zip"), (b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ\0", "xz")):
        if start.startswith(magic):
            return kind
    if start[257:262] == b"ustar" or _is_old_tar(start):
        return "tar"
    if start[8:9] == b"\x78" and int.from_bytes(start[8:10], "big") % 31 == 0 and not any(start[5:8]):
        return "orthanc"
    return ""


def _is_old_tar(start: bytes) -> bool:
    """A tar of before POSIX has no mark but its checksum."""
    if len(start) < START or not start[0]:
        return False
    try:
        return bool(tarfile.TarInfo.frombuf(start[:START], "utf-8", "surrogateescape").name)
    except (tarfile.TarError, ValueError):
        return False


def closed(start: bytes) -> str:
    """Why a file cannot be opened here, by its first bytes; empty when it is none of these."""
    if start[:1] == b"\x30" and _ENVELOPED in start[:64]:
        return "encrypted (CMS)"
    return next((reason for magic, reason in _CLOSED if start.startswith(magic)), "")


def members(source: Path | bytes) -> Iterator[Member]:
    """The files that are packed in a file, one after the other, each within bounds. Read-only.

    Backups in backups are opened, their names joined by `!`. What is damaged, encrypted, too deep or too large comes as a
    member without content, with the reason.
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    try:
        yield from _members(source, "" if isinstance(source, bytes) else source.stem, Budget.of(size), 1)
    except _Spent:
        yield Member("", None, "more comes out of it than is unpacked")


def _members(source: Path | bytes, stem: str, budget: Budget, depth: int) -> Iterator[Member]:
    try:
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
            kind = packing(stream.read(START))
            stream.seek(0)
            for member in _opened(kind, stream, stem, budget):
                budget.members -= 1
                if budget.members < 0:
                    raise _Spent
                yield from _deeper(member, budget, depth)
    except TimeoutError:
        raise
    except _BROKEN as error:
        yield Member("", None, f"{type(error).__name__}: {error}"[:200])


def _deeper(member: Member, budget: Budget, depth: int) -> Iterator[Member]:
    """A member, or those that are packed in it."""
    if member.content is None or not packing(member.content[:START]):
        yield member
    elif depth >= DEEPEST:
        yield Member(member.name, None, f"packed more than {DEEPEST} deep")
    else:
        for inner in _members(member.content, Path(member.name).stem, budget, depth + 1):
            yield inner._replace(name=f"{member.name}!{inner.name}" if inner.name else member.name)


def _opened(kind: str, stream: IO[bytes], stem: str, budget: Budget) -> Iterator[Member]:
    if kind == "zip":
        yield from _in_zip(stream, budget)
        return
    if kind == "tar":
        yield from _in_tar(stream, budget, "r:")
        return
    if kind == "orthanc":  # a compressed attachment of Orthanc: its length, then zlib
        stream.seek(8)
    unpacked = _Measured(_unpacked(kind, stream), budget)
    if packing(unpacked.start) == "tar":
        yield from _in_tar(unpacked, budget, "r|")
    else:
        yield _content(stem, unpacked)


def _unpacked(kind: str, stream: IO[bytes]) -> IO[bytes]:
    match kind:
        case "gz":
            return gzip.GzipFile(fileobj=stream)  # type: ignore[return-value]  # read is all that is asked of it
        case "bz2":
            return bz2.BZ2File(stream)
        case "xz":
            return Decompressed(stream, lzma.LZMADecompressor(memlimit=_XZ_MEMORY))  # type: ignore[return-value]
        case _:
            return Decompressed(stream, Zlib())  # type: ignore[return-value]


def _in_zip(stream: IO[bytes], budget: Budget) -> Iterator[Member]:
    with zipfile.ZipFile(stream) as backup:
        for entry in backup.infolist():
            if entry.is_dir():
                continue
            if entry.flag_bits & 1:
                yield Member(entry.filename, None, "encrypted")
                continue
            with backup.open(entry) as content:
                yield _content(entry.filename, _Measured(content, budget))


class _Info(tarfile.TarInfo):
    """Without headers of many megabytes, which tarfile would read as a whole."""

    @classmethod
    def frombuf(cls, buf: Any, encoding: Any, errors: Any) -> _Info:
        info = super().frombuf(buf, encoding, errors)
        is_header = info.type not in (*tarfile.REGULAR_TYPES, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE)
        if is_header and info.size > _MOST_HEADER:
            raise tarfile.HeaderError(f"a header of {info.size} bytes")
        return info


def _in_tar(stream: Any, budget: Budget, mode: Any) -> Iterator[Member]:
    with tarfile.open(fileobj=stream, mode=mode, tarinfo=_Info) as backup:
        for entry in backup:
            content = backup.extractfile(entry) if entry.isfile() else None
            if content is not None:
                yield _content(entry.name, content if mode == "r|" else _Measured(content, budget))


def _content(name: str, stream: Any) -> Member:
    content: bytes = stream.read(MOST_MEMBER_BYTES + 1)
    if len(content) > MOST_MEMBER_BYTES:
        return Member(name, None, f"more than {MOST_MEMBER_BYTES} bytes")
    return Member(name, content)


class _Measured:
    """A stream of unpacked bytes, each of which is taken from the budget. `start` are the first, which stay to be read."""

    def __init__(self, stream: IO[bytes], budget: Budget) -> None:
        self._stream, self._budget = stream, budget
        self.start = stream.read(START)
        self._rest = self.start

    def read(self, size: int) -> bytes:
        """Raises _Spent when the budget is."""
        most = max(0, min(size, self._budget.size + 1))
        first, self._rest = self._rest[:most], self._rest[most:]
        content = first + (self._stream.read(most - len(first)) if len(first) < most else b"")
        self._budget.spend(len(content))
        return content
