"""The shape of a human brain, as data: how white, and how far from fluid, each place of it is.

`brain.bin` is derived once (`tools/brain.py`) from the templates that nilearn 0.12.1 ships: the ICBM 152 non-linear
symmetric template of 2009, version a (V. Fonov et al., NeuroImage 47, supplement 1, 2009, page S102, and NeuroImage 54,
2011, pages 313 to 327). Copyright (C) 1993-2004 Louis Collins, McConnell Brain Imaging Centre, Montreal Neurological
Institute, McGill University; the terms are in `NOTICE`.

It holds one half, as the template is symmetric. Here coordinates are the template's own in millimetres, turned as the
patient's are: x to the side, y to the back and z to the head, from the anterior commissure. All is integers, up to the
last division: three fields of 5 bits share an integer of 16, and are interpolated at once in the lanes of one of 64.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from synthetic_data.anatomy.shapes import Image

STEP = 1.25
"""The distance of two places of the file, in mm."""
FRONT, LOWEST = -80.0, -72.0
"""Where the file's first row and its first level lie, in mm."""
CENTRE = 18.0
"""How far behind the commissure the middle of the hull lies, in mm."""

_BITS, _LANE = 5, 21
_PART = 16
"""Places between two of the file are found to a sixteenth of their distance: 5 bits and three times 4 fit in a lane."""

Lanes = NDArray[np.uint64]


@dataclass(frozen=True)
class Sample:
    """What the places of a raster are.

    `white` goes from 0 (grey) to 1 (white). The others are depths in mm: within a sulcus or what surrounds the brain (at
    least -3), within a lateral ventricle (at least -4), and outside the brain (from 0).
    """

    white: Image
    sulcus: Image
    ventricle: Image
    outside: Image


@dataclass(frozen=True)
class Atlas:
    """The brain: `cells` is flat, level by level; `radii` is the hull, shape (levels, directions), in mm.

    `lanes` has, for each value of a cell, its fields spread out. Cells of 64 bits would take 7 MB more in each process.
    """

    cells: NDArray[np.uint16]
    lanes: Lanes
    shape: tuple[int, int, int]
    radii: Image

    def hull(self, share: Image, z: Image) -> Image:
        """How far the brain's convex outline is from its middle, at heights `z` of the same shape.

        `share` is (to the back) / (|to the side| + |to the back|), from -1 (straight to the front) to 1.
        """
        levels, directions = self.radii.shape
        k, up = _parts((z - np.float32(LOWEST)) * np.float32(1 / STEP), levels)
        i, turn = _parts((share + np.float32(1)) * np.float32((directions - 1) / 2), directions)
        flat, first = self.radii.reshape(-1), k * directions + i
        near, far = (
            flat.take(first + row) + (flat.take(first + row + 1) - flat.take(first + row)) * turn
            for row in (0, directions)
        )
        radius: Image = near + (far - near) * up
        return radius

    def sample(self, x: Image, y: Image, z: Image) -> Sample:
        """What is at places of the same shape, in mm; beyond the file's edges what is at them."""
        levels, rows, columns = self.shape
        k, wz = _split(z, -LOWEST, levels)
        j, wy = _split(y, -FRONT, rows)
        i, wx = _split(np.abs(x), 0.0, columns)
        first = (k * rows + j) * columns + i
        planes = []
        for level in (0, rows * columns):
            lines = []
            for row in (0, columns):
                near, far = (self.cells.take(first + (level + row + step), mode="clip") for step in (0, 1))
                lines.append(_between(self.lanes.take(near), self.lanes.take(far), wx))
            planes.append(_between(lines[0], lines[1], wy))
        mixed = _between(planes[0], planes[1], wz)
        white, sulcus, third = (_lane(mixed, lane) for lane in range(3))
        beyond = third - np.float32(14)
        return Sample(
            white * np.float32(1 / 16),
            sulcus * np.float32(0.25) - np.float32(3),
            np.minimum(beyond, 0) * np.float32(-0.5) - np.float32(4),
            np.maximum(beyond, 0),
        )


def _parts(places: Image, count: int) -> tuple[NDArray[np.int64], Image]:
    """The entry of a table of `count` before each of `places`, and the part of the way to the next."""
    first = np.clip(places.astype(np.int64), 0, count - 2)
    return first, np.clip(places - first.astype(np.float32), 0.0, 1.0)


def _split(places: Image, offset: float, count: int) -> tuple[NDArray[np.int64], Lanes]:
    """The file's place before each of `places`, and how many sixteenths it is to it."""
    fine = np.rint((places + np.float32(offset)) * np.float32(_PART / STEP)).astype(np.int64)
    fine = np.clip(fine, 0, (count - 1) * _PART - 1)
    return fine >> 4, (fine & (_PART - 1)).astype(np.uint64)


def _between(near: Lanes, far: Lanes, part: Lanes) -> Lanes:
    """Sixteen times what lies between, in each lane."""
    mixed: Lanes = near * (np.uint64(_PART) - part) + far * part
    return mixed


def _lane(mixed: Lanes, lane: int) -> Image:
    value = (mixed >> np.uint64(_LANE * lane)) & np.uint64((1 << _LANE) - 1)
    share: Image = value.astype(np.float32) * np.float32(1 / _PART**3)
    return share


@cache
def atlas() -> Atlas:
    """The atlas, read once in a process."""
    content = zlib.decompress((files("synthetic_data") / "anatomy" / "brain.bin").read_bytes())
    levels, rows, columns, directions = struct.unpack_from("<4H", content)
    count = levels * rows * columns
    radii = np.frombuffer(content, np.uint8, levels * directions, 8).reshape(levels, directions)
    cells = np.zeros(count, np.uint16)
    every = np.arange(1 << 3 * _BITS, dtype=np.uint64)
    lanes = np.zeros_like(every)
    for lane in range(3):
        start = 8 + levels * directions + lane * count
        steps = np.frombuffer(content, np.uint8, count, start).reshape(levels, rows * columns)
        cells |= np.cumsum(steps, axis=0, dtype=np.uint8).reshape(-1).astype(np.uint16) << np.uint16(_BITS * lane)
        field = every >> np.uint64(_BITS * lane) & np.uint64((1 << _BITS) - 1)
        lanes |= field << np.uint64(_LANE * lane)
    return Atlas(cells, lanes, (levels, rows, columns), radii.astype(np.float32) * np.float32(0.5))
