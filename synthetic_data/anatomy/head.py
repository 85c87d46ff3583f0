"""The head: scalp, skull, the brain within, and what can happen to it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from synthetic_data.anatomy.brain import Brain, Inside
from synthetic_data.anatomy.shapes import Ellipsoid, Grid, Image, Tube, soften
from synthetic_data.anatomy.texture import grain
from synthetic_data.anatomy.tissue import Canvas, Contrast, Tissue
from synthetic_data.model import Finding
from synthetic_data.seeding import Role

LOWEST, HIGHEST = -40.0, 68.0
"""The slices that make sense, in mm: from the skull base to just under the vertex."""


_LAYERS: dict[str, tuple[tuple[Tissue, float], ...]] = {
    "infarct": ((Tissue.INFARCT, 1.0),),
    "old_infarct": ((Tissue.OLD_INFARCT, 0.9),),
    "haematoma": ((Tissue.OEDEMA, 1.25), (Tissue.HAEMATOMA, 1.0)),
    "tumour": ((Tissue.OEDEMA, 1.6), (Tissue.TUMOUR, 1.0), (Tissue.CSF, 0.4)),
    "plaque": ((Tissue.PLAQUE, 1.0),),
}
_FRAY = {Tissue.TUMOUR: 0.25, Tissue.CSF: 0.2, Tissue.HAEMATOMA: 0.35, Tissue.PLAQUE: 0.3}


@dataclass(frozen=True)
class Head:
    """One person's head; sizes in mm, `atrophy` from 0 (young) to 1 (very old)."""

    width: float
    length: float
    height: float
    skull: float
    scalp: float
    atrophy: float
    shift: int
    brain: Brain

    @classmethod
    def of(cls, role: Role, age: int, sex: str, growth: float = 1.0) -> Head:
        """Someone's head, in the millimetres of the adult's; `growth` is how far it has grown (a child's skull is thin)."""
        generator = role.random()
        size = 1.0 if sex == "M" else 0.96
        width, length, height = (size * generator.uniform(*span) for span in ((71, 77), (90, 98), (84, 90)))
        skull = generator.uniform(5.5, 7.5) * (1.0 - 2.6 * (1.0 - growth))
        scalp = generator.uniform(4.0, 6.5)
        atrophy = min(1.0, max(0.0, (age - 45) / 40)) * generator.uniform(0.7, 1.0)
        shift = generator.randrange(1 << 20)
        brain = Brain.of(role.child("brain").random(), height, atrophy, growth)
        return cls(width, length, height, skull, scalp, atrophy, shift, brain)

    def slice(self, grid: Grid, z: float, contrasts: list[Contrast], findings: tuple[Finding, ...]) -> Image:
        """An axial slice at height `z`; returns the brightness, shape (contrasts, rows, columns)."""
        canvas = Canvas(grid, z, contrasts)
        rise = self._rise(grid.u[None, :], grid.v[:, None])
        up = z / (self.height if z > 0 else 150.0)
        up *= up
        radius = (self.width + self.length) / 2
        if z > 0:
            # the vertex is flatter than an ellipsoid's, and what covers it is thinner
            up, radius = up * (0.75 + 0.25 * up), radius * (1 + 0.45 * up)
        depth = (np.float32(1.0) - np.sqrt(rise + np.float32(up))) * np.float32(radius)
        self._scalp_and_skull(canvas, depth)
        brain = self._brain(canvas, rise, depth, up, radius)
        for finding in findings:
            self._paint_finding(canvas, finding, brain)
        if z < 5:
            self._base(canvas)
            canvas.cover(soften((np.float32(3.0) - depth) * np.float32(1 / grid.spacing)), Tissue.SKIN)
            canvas.cover(soften(-depth * np.float32(1 / grid.spacing)), Tissue.AIR)
        return canvas.planes

    def _rise(self, x: Image, y: Image) -> Image:
        """The square of how far each place is from the axis, 1 at the skin at the head's widest."""
        v = y * np.float32(1 / self.length)
        u = x * np.float32(1 / self.width) / (v * np.float32(0.13) + np.float32(0.98))
        rise: Image = u * u + v * v
        return rise

    def _scalp_and_skull(self, canvas: Canvas, depth: Image) -> None:
        per_pixel = np.float32(1 / canvas.grid.spacing)
        table = self.skull * 0.28
        at = 0.0
        for tissue, thickness in (
            (Tissue.SKIN, 1.8),
            (Tissue.FAT, self.scalp - 1.8),
            (Tissue.CORTICAL_BONE, table),
            (Tissue.MARROW, self.skull - 2 * table),
            (Tissue.CORTICAL_BONE, table),
            (Tissue.CSF, 0.0),
        ):
            canvas.cover(soften((depth - np.float32(at)) * per_pixel), tissue)
            at += thickness

    def _brain(self, canvas: Canvas, rise: Image, depth: Image, up: float, radius: float) -> Image:
        """Paint the brain into the skull, which at this height reaches from `up` to 1; returns its share of each pixel."""
        share = np.zeros(depth.shape, np.float32)
        hull = self.scalp + self.skull + 0.8 + 1.6 * self.atrophy
        inner = 1 - hull / radius
        reach = inner * inner - up
        if reach <= 0.0:
            return share
        wide, long = (math.sqrt(reach) * size * 1.12 for size in (self.width, self.length))
        box = canvas.grid.box(-wide, wide, -long, long)
        if box is not None:
            u, v = canvas.grid.u[box[1]], canvas.grid.v[box[0]]
            part = Inside(u, v, rise[box] * np.float32(1 / reach), depth[box] - np.float32(hull))
            share[box] = self.brain.paint(canvas, part, box)
        return share

    def _base(self, canvas: Canvas) -> None:
        """Below the brain's middle: petrous bones, eyes and sinuses."""
        for side in (-1, 1):
            petrous = ((side * 54, 21, -38), (side * 36, 8, -38), (side * 17, -6, -40))
            canvas.paint(Tube(petrous, (9, 6.5, 3)), Tissue.CORTICAL_BONE)
            canvas.paint(Ellipsoid((side * 52, 25, -40), (7, 8, 9)), Tissue.AIR)
            self._orbit(canvas, side)
            canvas.paint(Ellipsoid((side * 8, -self.length + 18, -22), (8, 3.5, 9)), Tissue.AIR)
        canvas.paint(Ellipsoid((0, -50, -42), (12, 26, 13)), Tissue.CORTICAL_BONE)
        canvas.paint(Ellipsoid((0, -50, -42), (10, 24, 12)), Tissue.AIR)
        for x in (-4.5, 0.0, 4.5):
            canvas.paint(Ellipsoid((x, -54, -42), (0.6, 20, 11)), Tissue.CORTICAL_BONE)

    def _orbit(self, canvas: Canvas, side: int) -> None:
        front = -self.length + 31
        yaw = side * 14
        canvas.paint(Ellipsoid((side * 27, front + 14, -42), (18, 31, 15), yaw), Tissue.CORTICAL_BONE)
        canvas.paint(Ellipsoid((side * 27, front + 11, -42), (16, 30, 13), yaw), Tissue.FAT)
        for x in (10, -10):
            muscle = ((side * (30 + x), front - 2, -42), (side * (19 + x * 0.2), front + 32, -42))
            canvas.paint(Tube(muscle, (1.6, 1.6)), Tissue.MUSCLE)
        canvas.paint(Tube(((side * 30, front + 8, -42), (side * 18, front + 34, -42)), (1.8, 1.8)), Tissue.WHITE)
        canvas.paint(Ellipsoid((side * 31, front, -42), (12.5, 12.5, 12.5)), Tissue.SKIN)
        canvas.paint(Ellipsoid((side * 31, front, -42), (11.5, 11.5, 11.5)), Tissue.EYE)
        canvas.paint(Ellipsoid((side * 31, front - 8.5, -42), (4.5, 2.2, 4.5)), Tissue.MUSCLE)

    def _paint_finding(self, canvas: Canvas, finding: Finding, brain: Image) -> None:
        """Paint a lesion within the brain, its edge frayed."""
        for tissue, scale in _LAYERS.get(finding.kind, ()):
            x, y, z = finding.axes
            shape = Ellipsoid(finding.centre, (x * scale, y * scale, z * scale), finding.yaw)
            if (cut := shape.inside(canvas.grid, canvas.z)) is None:
                continue
            (rows, columns), inside = cut
            rough = grain(canvas.grid.u[columns], canvas.grid.v[rows], canvas.z, 9.0, self.shift + 5)
            fray = np.abs(rough) * np.float32(min(x, y) * _FRAY.get(tissue, 0.7) / canvas.grid.spacing)
            canvas.cover(soften(inside - fray) * brain[rows, columns], tissue, (rows, columns))
