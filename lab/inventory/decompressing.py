"""Decompressors as streams that give no more at once than they are asked for, where the standard library has none with a bound on memory."""

from __future__ import annotations

import zlib
from typing import IO, Any


class Zlib:
    """zlib with the face of the standard library's other decompressors."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj()

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


class Decompressed:
    """A stream through a decompressor that is told how much it may give at once."""

    def __init__(self, stream: IO[bytes], decompressor: Any) -> None:
        self._stream, self._inner = stream, decompressor

    def read(self, size: int) -> bytes:
        parts, missing = [], size
        while missing > 0 and not self._inner.eof:
            data = self._stream.read(1 << 16) if self._inner.needs_input else b""
            piece = self._inner.decompress(data, missing)
            if not data and not piece and self._inner.needs_input:
                raise EOFError("it ends before its end")
            parts.append(piece)
            missing -= len(piece)
        return b"".join(parts)
