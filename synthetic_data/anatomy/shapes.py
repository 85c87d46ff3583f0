"""The two shapes that everything is made of, each cut by an axial plane or pierced by parallel rays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
Box = tuple[slice, slice]
Point = tuple[float, float, float]

X, Y, Z = 0, 1, 2


@dataclass(frozen=True)
class Grid:
    """A raster in two of the patient's axes: `u` along a row (columns), `v` down the rows, square pixels in mm.

    `centre` is the position of the raster's middle on the two axes. Rows run towards growing `v`; pass `v_sign=-1`
    for a radiograph, whose first row is the head.
    """

    rows: int
    columns: int
    spacing: float
    centre: tuple[float, float] = (0.0, 0.0)
    v_sign: int = 1

    @cached_property
    def u(self) -> Image:
        steps = np.arange(self.columns).astype(np.float32) - np.float32((self.columns - 1) / 2)
        return steps * np.float32(self.spacing) + np.float32(self.centre[0])

    @cached_property
    def v(self) -> Image:
        steps = np.arange(self.rows).astype(np.float32) - np.float32((self.rows - 1) / 2)
        return steps * np.float32(self.spacing * self.v_sign) + np.float32(self.centre[1])

    def box(self, u_low: float, u_high: float, v_low: float, v_high: float) -> Box | None:
        """The part of the raster that covers a rectangle with a pixel to spare, or None where they do not meet."""
        if self.v_sign < 0:
            v_low, v_high = -v_high, -v_low
        ranges = []
        for low, high, count, middle in (
            (v_low, v_high, self.rows, self.centre[1] * self.v_sign),
            (u_low, u_high, self.columns, self.centre[0]),
        ):
            first = max(0, math.floor((low - middle) / self.spacing + (count - 1) / 2) - 1)
            last = min(count, math.ceil((high - middle) / self.spacing + (count - 1) / 2) + 2)
            if first >= last:
                return None
            ranges.append(slice(first, last))
        return ranges[0], ranges[1]


def soften(inside: Image) -> Image:
    """Turn a distance into the shape, in pixels, into the covered share of each pixel, 0 to 1."""
    share: Image = np.clip(inside + np.float32(0.5), 0.0, 1.0)
    return share


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid: `axes` are half-lengths in mm; `yaw` turns it about z, then `roll` about y, in degrees."""

    centre: Point
    axes: Point
    yaw: float = 0.0
    roll: float = 0.0

    @cached_property
    def rotation(self) -> tuple[Point, Point, Point]:
        """The rows of the rotation matrix, rounded so that every C library's sine gives the same."""
        cy, sy = (round(f(math.radians(self.yaw)), 9) for f in (math.cos, math.sin))
        cr, sr = (round(f(math.radians(self.roll)), 9) for f in (math.cos, math.sin))
        return ((cy * cr, sy * cr, -sr), (-sy, cy, 0.0), (cy * sr, sy * sr, cr))

    @cached_property
    def unit(self) -> tuple[Point, Point, Point]:
        """The matrix that takes the ellipsoid to the unit ball."""
        rows = zip(self.rotation, self.axes, strict=True)
        return tuple(tuple(value / axis for value in row) for row, axis in rows)  # type: ignore[return-value]

    def extent(self, axis: int) -> float:
        """Half the length of the ellipsoid's shadow on one of the patient's axes, in mm."""
        a, b, c = (row[axis] * half for row, half in zip(self.rotation, self.axes, strict=True))
        return math.sqrt(a * a + b * b + c * c)

    def _box(self, grid: Grid, u_axis: int, v_axis: int) -> Box | None:
        u, v = self.centre[u_axis], self.centre[v_axis]
        du, dv = self.extent(u_axis), self.extent(v_axis)
        return grid.box(u - du, u + du, v - dv, v + dv)

    def cut(self, grid: Grid, z: float) -> tuple[Box, Image] | None:
        """The share of each pixel that the ellipsoid covers in the axial plane at `z`; None where it misses it."""
        inside = self.inside(grid, z)
        return None if inside is None else (inside[0], soften(inside[1]))

    def inside(self, grid: Grid, z: float) -> tuple[Box, Image] | None:
        """How far, in pixels, each pixel of the axial plane at `z` lies within the edge (negative outside)."""
        dz = z - self.centre[Z]
        if abs(dz) >= self.extent(Z) or (box := self._box(grid, X, Y)) is None:
            return None
        dx, dy = grid.u[box[1]] - self.centre[X], grid.v[box[0], None] - self.centre[Y]
        radius = np.zeros((1, 1), np.float32)
        for a, b, c in self.unit:
            component = dx * np.float32(a) + (dy * np.float32(b) + np.float32(c * dz))
            radius = radius + component * component
        pixels = min(self.axes[X], self.axes[Y]) / grid.spacing
        return box, (np.float32(1.0) - np.sqrt(radius)) * np.float32(pixels)

    def pierce(self, grid: Grid, depth: int) -> tuple[Box, Image, Image] | None:
        """Where parallel rays along axis `depth` enter and leave: their middle and half-length in mm (0 outside)."""
        u_axis, v_axis = (X, Z) if depth == Y else (Y, Z)
        if (box := self._box(grid, u_axis, v_axis)) is None:
            return None
        du, dv = grid.u[box[1]] - self.centre[u_axis], grid.v[box[0], None] - self.centre[v_axis]
        a, b, c = (row[depth] for row in self.unit)
        square = a * a + b * b + c * c
        mixed: Image = np.zeros((1, 1), np.float32)
        rest: Image = np.full((1, 1), -1.0, np.float32)
        for row in self.unit:
            component: Image = du * np.float32(row[u_axis]) + dv * np.float32(row[v_axis])
            mixed = mixed + component * np.float32(row[depth] / square)
            rest = rest + component * component
        half = np.sqrt(np.maximum(mixed * mixed - rest * np.float32(1 / square), 0.0))
        return box, np.float32(self.centre[depth]) - mixed, half


@dataclass(frozen=True)
class Tube:
    """A bent tube with round ends through `points`, with a radius in mm at each of them."""

    points: tuple[Point, ...]
    radii: tuple[float, ...]

    def _segments(self) -> zip[tuple[Point, Point, float, float]]:
        return zip(self.points, self.points[1:], self.radii, self.radii[1:])  # noqa: B905 (pairs on purpose)

    def cut(self, grid: Grid, z: float) -> tuple[Box, Image] | None:
        """The share of each pixel that the tube covers in the axial plane at `z`; None where it misses it."""
        near = [s for s in self._segments() if _reaches(s, z)]
        if not near:
            return None
        reach = [(min(a[i], b[i]) - max(r, q), max(a[i], b[i]) + max(r, q)) for a, b, r, q in near for i in (X, Y)]
        box = grid.box(
            min(low for low, _ in reach[::2]),
            max(high for _, high in reach[::2]),
            min(low for low, _ in reach[1::2]),
            max(high for _, high in reach[1::2]),
        )
        if box is None:
            return None
        x, y = grid.u[box[1]], grid.v[box[0], None]
        inside = np.full((1, 1), -1.0, np.float32)
        for start, end, r, q in near:
            square, radius = _to_segment((x, y, z), start, end, r, q)
            inside = np.maximum(inside, (radius - np.sqrt(square)) * np.float32(1 / grid.spacing))
        return box, soften(inside)

    def shadow(self, grid: Grid, depth: int, wall: float = 0.0) -> list[tuple[Box, Image, Image | None]]:
        """What parallel rays along `depth` meet in each segment: the thickness in mm, and that of the hollow within.

        The hollow is None unless there is a `wall` (mm). Neighbouring segments overlap: take the maximum, not the sum.
        """
        u_axis, v_axis = (X, Z) if depth == Y else (Y, Z)
        shadows = []
        for a, b, r, q in self._segments():
            wide = max(r, q)
            box = grid.box(
                min(a[u_axis], b[u_axis]) - wide,
                max(a[u_axis], b[u_axis]) + wide,
                min(a[v_axis], b[v_axis]) - wide,
                max(a[v_axis], b[v_axis]) + wide,
            )
            if box is None:
                continue
            square, radius = _to_segment(
                (grid.u[box[1]], grid.v[box[0], None], 0.0),
                (a[u_axis], a[v_axis], 0.0), (b[u_axis], b[v_axis], 0.0), r, q,
            )  # fmt: skip
            inner = None
            if wall:
                core = np.maximum(radius - np.float32(wall), 0.0)
                inner = np.sqrt(np.maximum(core * core - square, 0.0)) * np.float32(2)
            shadows.append((box, np.sqrt(np.maximum(radius * radius - square, 0.0)) * np.float32(2), inner))
        return shadows


def _reaches(segment: tuple[Point, Point, float, float], z: float) -> bool:
    start, end, r, q = segment
    wide = max(r, q)
    return min(start[Z], end[Z]) - wide < z < max(start[Z], end[Z]) + wide


def _to_segment(at: tuple[Image, Image, float], start: Point, end: Point, r: float, q: float) -> tuple[Image, Image]:
    """The squared distance of each position to a segment, and the tube's radius at the nearest point of it."""
    ax, ay, az = end[X] - start[X], end[Y] - start[Y], end[Z] - start[Z]
    length = ax * ax + ay * ay + az * az or 1.0
    dx, dy, dz = at[0] - np.float32(start[X]), at[1] - np.float32(start[Y]), at[2] - start[Z]
    share: Image = dx * np.float32(ax / length) + (dy * np.float32(ay / length) + np.float32(dz * az / length))
    share = np.minimum(np.maximum(share, np.float32(0)), np.float32(1))
    dx, dy = dx - share * np.float32(ax), dy - share * np.float32(ay)
    square: Image = dx * dx + dy * dy
    if az or dz:
        off = np.float32(dz) - share * np.float32(az)
        square = square + off * off
    radius: Image = share * np.float32(q - r) + np.float32(r)
    return square, radius
