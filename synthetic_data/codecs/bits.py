"""What both JPEG encoders need: Huffman codes, bits packed into bytes, marker segments (ITU-T T.81 annexes B, C, F)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

SOI, EOI = b"\xff\xd8", b"\xff\xd9"


@dataclass(frozen=True)
class HuffmanTable:
    """A Huffman table as its segment has it: how many codes there are of 1 to 16 bits, and their symbols in order."""

    counts: tuple[int, ...]
    symbols: tuple[int, ...]

    def segment(self, kind: int, number: int) -> bytes:
        """The DHT segment; `kind` is 0 for DC and lossless, 1 for AC."""
        return segment(0xC4, bytes([kind << 4 | number, *self.counts, *self.symbols]))

    @cached_property
    def codes(self) -> tuple[Integers, Integers]:
        """Code and length of each symbol, indexed by the symbol (0 to 255)."""
        codes, lengths = np.zeros(256, np.int64), np.zeros(256, np.int64)
        code, at = 0, 0
        for length, count in enumerate(self.counts, 1):
            for symbol in self.symbols[at : at + count]:
                codes[symbol], lengths[symbol] = code, length
                code += 1
            at += count
            code <<= 1
        return codes, lengths


def segment(marker: int, content: bytes) -> bytes:
    """A marker segment with its length."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def category(values: Integers) -> Integers:
    """How many bits each magnitude takes: the SSSS of T.81, 0 for 0."""
    size = np.zeros(values.shape, np.int64)
    rest = np.abs(values)
    while rest.any():
        size += rest > 0
        rest >>= 1
    return size


def extra_bits(values: Integers, size: Integers) -> Integers:
    """The bits that tell the values of a category apart: a negative value is less by one (T.81 F.1.2.1)."""
    return np.where(values < 0, values + (np.int64(1) << size) - 1, values)


def pack(words: Integers, lengths: Integers) -> bytes:
    """Entropy-coded data: each word's low bits, most significant first, padded with ones, every FF byte stuffed."""
    return packed([bits(words, lengths)])


def packed(parts: Sequence[NDArray[np.uint8]]) -> bytes:
    """Entropy-coded data of `bits`."""
    padding = np.ones(-sum(map(len, parts)) % 8, np.uint8)
    return np.packbits(np.concatenate((*parts, padding))).tobytes().replace(b"\xff", b"\xff\x00")


def bits(words: Integers, lengths: Integers) -> NDArray[np.uint8]:
    """The low bits of each word, most significant first, a byte each."""
    ends = np.cumsum(lengths)
    owner = np.repeat(np.arange(len(words)), lengths)
    shift = ends[owner] - 1 - np.arange(len(owner))
    return (words[owner] >> shift & 1).astype(np.uint8)


def scan_header(tables: Sequence[tuple[int, int]], start: int, end: int) -> bytes:
    """The SOS segment for components 1, 2, … with their DC and AC tables; `start` is a lossless scan's predictor."""
    parts = b"".join(bytes([number, dc << 4 | ac]) for number, (dc, ac) in enumerate(tables, 1))
    return segment(0xDA, bytes([len(tables)]) + parts + bytes([start, end, 0]))
