"""JPEG Lossless, Non-Hierarchical, First-Order Prediction (process 14, selection value 1; ITU-T T.81 annex H)."""

from __future__ import annotations

import heapq
import struct

import numpy as np
from numpy.typing import NDArray

from synthetic_data.codecs.bits import (
    EOI,
    SOI,
    HuffmanTable,
    Integers,
    category,
    extra_bits,
    pack,
    scan_header,
    segment,
)

_CATEGORIES = 17


def encode_lossless(frame: NDArray[np.uint8] | NDArray[np.uint16], bits: int) -> bytes:
    """One frame of grey values, shape (rows, columns), `bits` stored bits: a JPEG that decodes to the same values."""
    rows, columns = frame.shape
    difference = _differences(frame.astype(np.int64), bits).ravel()
    size = category(difference)
    table = _table(np.bincount(size, minlength=_CATEGORIES))
    codes, lengths = table.codes
    # A difference of 32768 has category 16 and no bits of its own.
    own = np.where(size == 16, 0, size)
    words = codes[size] << own | np.where(size == 16, 0, extra_bits(difference, size))
    header = segment(0xC3, struct.pack(">BHHBBBB", bits, rows, columns, 1, 1, 0x11, 0))
    scan = scan_header(((0, 0),), 1, 0)
    return SOI + table.segment(0, 0) + header + scan + pack(words, lengths[size] + own) + EOI


def _differences(values: Integers, bits: int) -> Integers:
    """What the value to the left (in the first column: above) does not tell, modulo 2**16, as -32767 to 32768."""
    predicted = np.empty_like(values)
    predicted[:, 1:] = values[:, :-1]
    predicted[1:, 0] = values[:-1, 0]
    predicted[0, 0] = 1 << (bits - 1)
    return (values - predicted + 32767) % 65536 - 32767


def _table(counts: Integers) -> HuffmanTable:
    """A Huffman table for these frequencies; no code is all ones, none is longer than 16 bits."""
    least = max(1, int(counts.sum()) // 4096)
    # The last entry is a symbol that never comes: it takes the code of ones, which T.81 forbids.
    heap: list[tuple[int, int, tuple[int, ...]]] = [
        (max(int(count), least), number, (number,)) for number, count in enumerate(counts)
    ]
    heap.append((0, _CATEGORIES, (_CATEGORIES,)))
    depth = [0] * (_CATEGORIES + 1)
    heapq.heapify(heap)
    fresh = _CATEGORIES + 1
    while len(heap) > 1:
        (a, _, left), (b, _, right) = heapq.heappop(heap), heapq.heappop(heap)
        for number in left + right:
            depth[number] += 1
        heapq.heappush(heap, (a + b, fresh, left + right))
        fresh += 1
    order = sorted(range(_CATEGORIES), key=lambda number: (depth[number], number))
    lengths = [depth[number] for number in order]
    return HuffmanTable(tuple(lengths.count(length) for length in range(1, 17)), tuple(order))
