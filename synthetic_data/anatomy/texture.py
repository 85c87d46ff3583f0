"""Noise and grain from a bank that is made once: fresh Gaussian noise for each slice would cost more than the rest.

The bits come from numpy's PCG64, whose stream is fixed for ever (NEP 19), and become nearly Gaussian by adding four
16-bit integers: exact arithmetic on every machine.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from synthetic_data.anatomy.shapes import Image
from synthetic_data.seeding import Role

_FIELDS = 6
_SIDE = 320
_LATTICE = 32


def _uniform(name: str, count: int) -> NDArray[np.uint16]:
    """`count` integers from 0 to 65535, the same on every machine."""
    bits = np.random.PCG64(Role("texture", name).number()).random_raw((count + 3) // 4)
    return bits.astype("<u8", copy=False).view("<u2")[:count]


@cache
def _bank(smoothing: int) -> Image:
    """Fields of noise with mean 0 and standard deviation 1, each smoothed by a 3-by-3 kernel so many times."""
    parts = _uniform("noise", 4 * _FIELDS * _SIDE * _SIDE).reshape(4, _FIELDS, _SIDE, _SIDE)
    # 18 bits, and 12 more at the smoothest: twice as small as in numpy's usual integers
    field = np.full(parts.shape[1:], -4 * 32768, np.int32)
    for part in parts:
        field += part
    for _ in range(smoothing):
        for axis in (1, 2):
            field = np.roll(field, 1, axis) + 2 * field + np.roll(field, -1, axis)
    # The kernel's squares, convolved n times, are the binomials (4n choose 2n); a 16-bit uniform has variance 2**32/12.
    gain = {0: 1, 1: 6, 2: 70, 3: 924}[smoothing]
    variance = 4 * 2.0**32 / 12 * gain * gain
    bank: Image = (field / math.sqrt(variance)).astype(np.float32)
    return bank


def noise(role: Role, rows: int, columns: int, smoothing: int = 0) -> Image:
    """A (rows, columns) picture of noise with standard deviation 1 that belongs to `role`.

    `smoothing` (0 to 3) says how coarse the grain is, like a reconstruction kernel. Up to 320 pixels a side come
    straight from the bank; larger pictures repeat it, mirrored.
    """
    generator = role.random()
    field = _bank(smoothing)[generator.randrange(_FIELDS)]
    field = np.roll(field, (generator.randrange(_SIDE), generator.randrange(_SIDE)), (0, 1))
    if generator.random() < 0.5:
        field = field[::-1]
    while rows > field.shape[0] or columns > field.shape[1]:
        wide = np.concatenate((field, field[:, ::-1]), 1)
        field = np.concatenate((wide, wide[::-1]), 0)
    part: Image = field[:rows, :columns]
    return part


@cache
def _lattice() -> Image:
    values = _uniform("lattice", _LATTICE**3).reshape((_LATTICE,) * 3).astype(np.int32) - 32768
    lattice: Image = (values / 32768.0).astype(np.float32)
    return lattice


def grain(x: Image, y: Image, z: float, size: float, shift: int) -> Image:
    """Smooth random hills and valleys in space, from -1 to 1, about `size` mm wide, at the raster x by y and height z.

    Value noise: random numbers on a lattice, blended by smooth steps. `shift` picks another part of the lattice.
    """

    def steps(values: Image, offset: int) -> tuple[NDArray[np.int64], Image]:
        scaled = values * np.float32(1 / size)
        whole = np.floor(scaled)
        part = scaled - whole
        weight = part * part * (np.float32(3.0) - part * np.float32(2.0))
        return (whole.astype(np.int64) + offset) % _LATTICE, weight

    (i,), (wz,) = steps(np.array([z], np.float32), shift // 1024)
    table = _lattice()
    plane = table[i] + (table[(i + 1) % _LATTICE] - table[i]) * wz
    j, wy = steps(y, shift)
    rows = plane[j] + (plane[(j + 1) % _LATTICE] - plane[j]) * wy[:, None]
    k, wx = steps(x, shift // 32)
    hills: Image = rows[:, k] + (rows[:, (k + 1) % _LATTICE] - rows[:, k]) * wx
    return hills
