"""JPEG Baseline (process 1; ITU-T T.81 annex F), as cameras and ultrasound devices write it: 8 bits, 4:2:2 for colour."""

from __future__ import annotations

import math
import struct
from functools import cache

import numpy as np
from numpy.typing import NDArray

from synthetic_data.codecs.bits import (
    EOI,
    SOI,
    HuffmanTable,
    Integers,
    bits,
    category,
    extra_bits,
    packed,
    scan_header,
    segment,
)
from synthetic_data.codecs.tables import AC_COLOUR, AC_GREY, COLOUR_STEPS, DC_COLOUR, DC_GREY, GREY_STEPS, ZIGZAG

_SCALE = 12
_BAND = 128
"""Rows that are encoded at once, whole blocks of 8."""
_END, _SIXTEEN_ZEROS = 0x00, 0xF0


def encode_baseline(frame: NDArray[np.uint8], quality: int = 90) -> bytes:
    """One frame, shape (rows, columns) grey or (rows, columns, 3) RGB, as a JPEG; `quality` is from 1 to 100."""
    rows, columns = frame.shape[:2]
    colour = frame.ndim == 3
    steps = [_steps(GREY_STEPS, quality), _steps(COLOUR_STEPS, quality)]
    parts = [SOI, segment(0xDB, b"\x00" + bytes(steps[0][list(ZIGZAG)].tolist()))]
    tables = [DC_GREY.segment(0, 0), AC_GREY.segment(1, 0)]
    if colour:
        parts.append(segment(0xDB, b"\x01" + bytes(steps[1][list(ZIGZAG)].tolist())))
        tables += [DC_COLOUR.segment(0, 1), AC_COLOUR.segment(1, 1)]
    sampling = ((0x21, 0), (0x11, 1), (0x11, 1)) if colour else ((0x11, 0),)
    components = b"".join(bytes([i, factor, table]) for i, (factor, table) in enumerate(sampling, 1))
    parts.append(segment(0xC0, struct.pack(">BHHB", 8, rows, columns, len(sampling)) + components))
    scan = scan_header(tuple((table, table) for _, table in sampling), 0, 63)
    return b"".join((*parts, *tables, scan, _entropy_coded(frame, steps), EOI))


def _entropy_coded(frame: NDArray[np.uint8], steps: list[Integers]) -> bytes:
    """The scan's data, made band by band: a scanned page at once would take as much memory as everything else together."""
    colour, parts = frame.ndim == 3, []
    before = [0, 0, 0]
    for top in range(0, len(frame), _BAND):
        band = frame[top : top + _BAND]
        planes = _ycbcr(band) if colour else [band.astype(np.int32)]
        widths = (16, 8, 8) if colour else (8,)
        blocks = [_quantised(_padded(plane, widths[i]), steps[i > 0]) for i, plane in enumerate(planes)]
        parts.append(bits(*(_interleaved(blocks, before) if colour else _coded(blocks[0], before[0]))))
        before = [int(plane[-1, -1, 0]) for plane in blocks]
    return packed(parts)


def _ycbcr(frame: NDArray[np.uint8]) -> list[NDArray[np.int32]]:
    """Luminance, and the two colour differences at half the columns (ITU-T T.871), in integers."""
    r, g, b = (frame[:, :, i].astype(np.int32) for i in range(3))
    luminance = (19595 * r + 38470 * g + 7471 * b + 32768) >> 16
    blue = ((-11059 * r - 21709 * g + 32768 * b + 32767) >> 16) + 128
    red = ((32768 * r - 27439 * g - 5329 * b + 32767) >> 16) + 128
    half = [np.pad(plane, ((0, 0), (0, plane.shape[1] % 2)), mode="edge") for plane in (blue, red)]
    return [luminance, *((plane[:, ::2] + plane[:, 1::2] + 1) >> 1 for plane in half)]


def _padded(plane: NDArray[np.int32], width: int) -> NDArray[np.int32]:
    """The plane with its last row and column repeated up to whole blocks."""
    rows, columns = plane.shape
    return np.pad(plane, ((0, -rows % 8), (0, -columns % width)), mode="edge")


def _steps(table: tuple[int, ...], quality: int) -> Integers:
    """The quantisation steps at a quality, by the rule of the Independent JPEG Group."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return np.clip((np.array(table, np.int64) * scale + 50) // 100, 1, 255)


@cache
def _cosines() -> tuple[tuple[int, ...], ...]:
    """The left half of the matrix of the discrete cosine transform, times 2**12, rounded; the right half mirrors it."""
    rows = []
    for u in range(8):
        factor = math.sqrt(1 / 8) if u == 0 else 0.5
        rows.append(tuple(round(factor * math.cos((2 * x + 1) * u * math.pi / 16) * (1 << _SCALE)) for x in range(4)))
    return tuple(rows)


def _transformed(values: NDArray[np.int32]) -> NDArray[np.int32]:
    """The cosine transform along the first axis, times 2**12."""
    total, difference = values[:4] + values[:3:-1], values[:4] - values[:3:-1]
    found = np.empty_like(values)
    for u, weights in enumerate(_cosines()):
        half = difference if u % 2 else total
        found[u] = half[0] * weights[0] + half[1] * weights[1] + half[2] * weights[2] + half[3] * weights[3]
    return found


def _quantised(plane: NDArray[np.int32], steps: Integers) -> Integers:
    """The plane's blocks, transformed, quantised, in zigzag order; shape (block rows, block columns, 64)."""
    rows, columns = plane.shape[0] // 8, plane.shape[1] // 8
    pixels = (plane - 128).reshape(rows, 8, columns, 8)
    across = (_transformed(np.ascontiguousarray(pixels.transpose(3, 1, 0, 2))) + (1 << 7)) >> 8
    down = _transformed(np.ascontiguousarray(across.transpose(1, 0, 2, 3)))
    both = down.transpose(2, 3, 0, 1).reshape(rows, columns, 64)
    divisor = steps.astype(np.int32) << (2 * _SCALE - 8)
    rounded = np.sign(both) * ((np.abs(both) + divisor // 2) // divisor)
    ordered: Integers = rounded[:, :, list(ZIGZAG)].astype(np.int64)
    return ordered


def _interleaved(planes: list[Integers], before: list[int]) -> tuple[Integers, Integers]:
    """Two luminance blocks, then one of each colour difference, over and over (T.81 A.2.3)."""
    grey, blue, red = planes
    units = grey.shape[0] * grey.shape[1] // 2
    order = []
    parts = []
    for plane, last, tables, place in (
        (grey, before[0], (DC_GREY, AC_GREY), (0, 1)),
        (blue, before[1], (DC_COLOUR, AC_COLOUR), (2,)),
        (red, before[2], (DC_COLOUR, AC_COLOUR), (3,)),
    ):
        flat = plane.reshape(-1, 64)
        words, lengths, owner = _symbols(flat, last, *tables)
        unit, which = owner // len(place), owner % len(place)
        order.append((unit * 4 + place[0] + which).astype(np.int64))
        parts.append((words, lengths))
        assert len(flat) == units * len(place)
    sequence = np.argsort(np.concatenate(order), kind="stable")
    words, lengths = (np.concatenate(columns)[sequence] for columns in zip(*parts, strict=True))
    return words, lengths


def _coded(blocks: Integers, before: int) -> tuple[Integers, Integers]:
    words, lengths, _ = _symbols(blocks.reshape(-1, 64), before, DC_GREY, AC_GREY)
    return words, lengths


def _symbols(blocks: Integers, before: int, dc: HuffmanTable, ac: HuffmanTable) -> tuple[Integers, Integers, Integers]:
    """The words of blocks in order, their lengths in bits and the block that each belongs to; `before` is the mean before."""
    count = len(blocks)
    change = np.diff(blocks[:, 0], prepend=before)
    size = category(change)
    first = dc.codes[0][size] << size | extra_bits(change, size), dc.codes[1][size] + size
    block, place = np.nonzero(blocks[:, 1:])
    value = blocks[:, 1:][block, place]
    previous = np.full(len(place), -1)
    same = block[1:] == block[:-1]
    previous[1:][same] = place[:-1][same]
    run = place - previous - 1
    size = category(value)
    symbol = run % 16 << 4 | size
    codes, lengths = ac.codes
    coefficient = codes[symbol] << size | extra_bits(value, size), lengths[symbol] + size
    skipped = np.repeat(np.arange(len(run)), run // 16)
    last = np.full(count, -1)
    last[block] = place
    ends = np.flatnonzero(last < 62)
    # Where each word goes: by block, by coefficient, runs of sixteen before their coefficient.
    keys = np.concatenate((
        np.arange(count) * 256,
        block[skipped] * 256 + place[skipped] * 2 + 1,
        block * 256 + place * 2 + 2,
        ends * 256 + 255,
    ))  # fmt: skip
    words = np.concatenate((
        first[0], np.full(len(skipped), codes[_SIXTEEN_ZEROS]), coefficient[0], np.full(len(ends), codes[_END]),
    ))  # fmt: skip
    sizes = np.concatenate((
        first[1], np.full(len(skipped), lengths[_SIXTEEN_ZEROS]), coefficient[1], np.full(len(ends), lengths[_END]),
    ))  # fmt: skip
    order = np.argsort(keys, kind="stable")
    return words[order], sizes[order], keys[order] // 256
