"""Radiographs: parallel rays through the same bodies, added up to water-equivalent millimetres."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from synthetic_data.anatomy.shapes import Box, Ellipsoid, Grid, Image, Tube

Interval = tuple[Image, Image]

_SPONGE = 0.72
"""How much lighter the spongy inside of a bone is than its wall, as a share of the wall's density."""


class Film:
    """The shadow that a body casts on a detector, for rays along one of the patient's axes (`depth`).

    `path` is in water-equivalent mm, shape (rows, columns).
    """

    def __init__(self, grid: Grid, depth: int) -> None:
        self.grid, self.depth = grid, depth
        self.path = self.empty()

    def empty(self) -> Image:
        return np.zeros((self.grid.rows, self.grid.columns), np.float32)

    def interval(self, shape: Ellipsoid) -> Interval:
        """Where the rays enter and leave a shape: near and far end in mm, equal where they miss it."""
        near, far = self.empty(), self.empty()
        pierced = shape.pierce(self.grid, self.depth)
        if pierced is not None:
            box, middle, half = pierced
            near[box], far[box] = middle - half, middle + half
        return near, far

    def thickness(self, shapes: Iterable[Ellipsoid]) -> Image:
        """The greatest thickness of several shapes, in mm: good for shapes that overlap or lie side by side."""
        most = self.empty()
        for shape in shapes:
            if (pierced := shape.pierce(self.grid, self.depth)) is not None:
                box, _, half = pierced
                np.maximum(most[box], half * np.float32(2), out=most[box])
        return most

    def add(self, thickness: Image, density: float) -> None:
        """Add a layer whose material weighs `density` times water more than what it replaces."""
        self.path += thickness * np.float32(density)

    def add_ellipsoid(self, shape: Ellipsoid, density: float) -> None:
        if (pierced := shape.pierce(self.grid, self.depth)) is not None:
            box, _, half = pierced
            self.path[box] += half * np.float32(2 * density)

    def add_tube(self, tube: Tube, density: float, hollow: float = 0.0, within: Image | None = None) -> None:
        """Add a tube; `hollow` is the thickness in mm of a bone's hard wall (0: solid), `within` a share per pixel."""
        shadows = tube.shadow(self.grid, self.depth, hollow)
        if not shadows:
            return
        rows = slice(min(b[0].start for b, _, _ in shadows), max(b[0].stop for b, _, _ in shadows))
        columns = slice(min(b[1].start for b, _, _ in shadows), max(b[1].stop for b, _, _ in shadows))
        corner, shape = (rows.start, columns.start), (rows.stop - rows.start, columns.stop - columns.start)
        most = _widest(((box, outer) for box, outer, _ in shadows), corner, shape)
        if hollow:
            inner = _widest(((box, core) for box, _, core in shadows if core is not None), corner, shape)
            most -= inner * np.float32(_SPONGE)
        if within is not None:
            most *= within[rows, columns]
        self.path[rows, columns] += most * np.float32(density)


def _widest(shadows: Iterable[tuple[Box, Image]], corner: tuple[int, int], shape: tuple[int, int]) -> Image:
    """The maximum of overlapping shadows, in a raster whose first pixel is at `corner` of the film."""
    most = np.zeros(shape, np.float32)
    for (r, c), thickness in shadows:
        part = most[r.start - corner[0] : r.stop - corner[0], c.start - corner[1] : c.stop - corner[1]]
        np.maximum(part, thickness, out=part)
    return most


def overlap(first: Interval, *others: Interval) -> Image:
    """The length in mm that all the intervals share."""
    near, far = first
    for low, high in others:
        near, far = np.maximum(near, low), np.minimum(far, high)
    length: Image = np.maximum(far - near, 0.0)
    return length
