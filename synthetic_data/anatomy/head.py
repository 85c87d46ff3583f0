"""The head: scalp, skull, a folded brain with its ventricles, and what can happen to it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

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
    tilt: float

    @classmethod
    def of(cls, role: Role, age: int, sex: str, growth: float = 1.0) -> Head:
        """Someone's head, in the millimetres of the adult's; `growth` is how far it has grown (a child's skull is thin)."""
        generator = role.random()
        size = 1.0 if sex == "M" else 0.96
        return cls(
            width=size * generator.uniform(71, 77),
            length=size * generator.uniform(90, 98),
            height=size * generator.uniform(84, 90),
            skull=generator.uniform(5.5, 7.5) * (1.0 - 2.6 * (1.0 - growth)),
            scalp=generator.uniform(4.0, 6.5),
            atrophy=min(1.0, max(0.0, (age - 45) / 40)) * generator.uniform(0.7, 1.0),
            shift=generator.randrange(1 << 20),
            tilt=generator.uniform(-3.0, 3.0),
        )

    def slice(self, grid: Grid, z: float, contrasts: list[Contrast], findings: tuple[Finding, ...]) -> Image:
        """An axial slice at height `z`; returns the brightness, shape (contrasts, rows, columns)."""
        canvas = Canvas(grid, z, contrasts)
        x, y = grid.u[None, :], grid.v[:, None]
        depth = self._depth(x, y, z)
        self._scalp_and_skull(canvas, depth)
        brain = self._brain(canvas, depth, x, y)
        self._deep(canvas)
        for finding in findings:
            self._paint_finding(canvas, finding, brain)
        if z < 5:
            self._base(canvas)
            canvas.cover(soften((np.float32(3.0) - depth) * np.float32(1 / grid.spacing)), Tissue.SKIN)
            canvas.cover(soften(-depth * np.float32(1 / grid.spacing)), Tissue.AIR)
        return canvas.planes

    def _depth(self, x: Image, y: Image, z: float) -> Image:
        """How deep under the skin each pixel lies, in mm (negative outside the head)."""
        up = z / (self.height if z > 0 else 150.0)
        size = math.sqrt(max(0.02, 1 - up * up))
        width, length = self.width * size, self.length * size
        v = y * np.float32(1 / length)
        u = x * np.float32(1 / width) / (v * np.float32(0.13) + np.float32(0.98))
        depth: Image = (np.float32(1.0) - np.sqrt(u * u + v * v)) * np.float32((width + length) / 2)
        return depth

    def _scalp_and_skull(self, canvas: Canvas, depth: Image) -> None:
        per_pixel = np.float32(1 / canvas.grid.spacing)
        oblique = 1.0 + max(0.0, canvas.z - 30) / 60
        table = self.skull * 0.28 * oblique
        at = 0.0
        for tissue, thickness in (
            (Tissue.SKIN, 1.8),
            (Tissue.FAT, self.scalp - 1.8),
            (Tissue.CORTICAL_BONE, table),
            (Tissue.MARROW, self.skull * oblique - 2 * table),
            (Tissue.CORTICAL_BONE, table),
            (Tissue.CSF, 0.0),
        ):
            canvas.cover(soften((depth - np.float32(at)) * per_pixel), tissue)
            at += thickness

    def _brain(self, canvas: Canvas, depth: Image, x: Image, y: Image) -> Image:
        """Folded cortex: grey ribbons around thin sulci that follow the zero lines of a random landscape.

        Returns the brain's share of each pixel.
        """
        oblique = 1.0 + max(0.0, canvas.z - 30) / 60
        below = depth - np.float32(self.scalp + self.skull * oblique + 1.2 + 2.2 * self.atrophy)
        per_pixel = np.float32(1 / canvas.grid.spacing)
        u, v = canvas.grid.u, canvas.grid.v
        hills = grain(u, v, canvas.z, 11.0, self.shift) + np.float32(0.4) * grain(u, v, canvas.z, 6.0, self.shift + 77)
        fold = np.abs(hills)
        outer = np.clip(np.float32(1.0) - below * np.float32(1 / 24), 0.0, 1.0)
        sulcus = outer * np.float32(0.10 + 0.09 * self.atrophy)
        inside = soften(below * per_pixel)
        canvas.cover(inside, Tissue.WHITE)
        ribbon = np.maximum(np.float32(3.2) - below, (sulcus + outer * np.float32(0.34) - fold) * np.float32(14))
        canvas.cover(inside * soften(ribbon * per_pixel), Tissue.GREY)
        gap = (sulcus - fold) * np.float32(16)
        midline = np.abs(x - np.float32(self.tilt * 0.2) - hills * np.float32(1.4))
        front_or_back = np.abs(y - np.float32(4)) - np.float32(34 if canvas.z < 34 else -99)
        fissure = np.minimum(np.float32(1.1 + 0.8 * self.atrophy) - midline, front_or_back)
        grey = np.minimum(np.float32(4.0) - midline, front_or_back)
        if canvas.z > -22:
            canvas.cover(inside * soften(grey * per_pixel), Tissue.GREY)
            canvas.cover(inside * soften(fissure * per_pixel), Tissue.CSF)
        canvas.cover(inside * soften(gap * per_pixel), Tissue.CSF)
        return inside

    def _deep(self, canvas: Canvas) -> None:
        """Basal ganglia, thalami, ventricles and Sylvian fissures; the ventricles widen with age."""
        wide = 1.0 + 0.9 * self.atrophy
        for side in (-1, 1):
            for tissue, centre, axes, yaw in (
                (Tissue.WHITE, (24, 2, 10), (17, 30, 20), 8),
                (Tissue.GREY, (38, 2, 6), (4.5, 20, 16), 6),
                (Tissue.GREY, (24, -4, 6), (7, 17, 11), 18),
                (Tissue.GREY, (12, -20, 12), (5, 9, 11), 10),
                (Tissue.GREY, (10, 11, 8), (8, 14, 10), -14),
                (Tissue.CSF, (42, 0, 7), (1.3 * wide, 17, 15), 4),
                (Tissue.CSF, (53, -10, 4), (11, 1.5 * wide, 12), 14),
                (Tissue.CSF, (8, -25, 14), (3.6 * wide, 14, 10), -22),
                (Tissue.CSF, (10, 2, 23), (4.2 * wide, 30, 7), 4),
                (Tissue.CSF, (21, 30, 11), (4.2 * wide, 14, 10), -28),
            ):
                canvas.paint(Ellipsoid((side * centre[0], centre[1], centre[2]), axes, side * yaw), tissue)
        canvas.paint(Ellipsoid((0, 2, 2), (1.8 * wide, 13, 9)), Tissue.CSF)
        canvas.paint(Ellipsoid((0, -12, 16), (0.9, 14, 9)), Tissue.WHITE)

    def _base(self, canvas: Canvas) -> None:
        """Below the brain's middle: cerebellum, brain stem, petrous bones, eyes and sinuses."""
        for points in (((0, -12, -27), (0, -4, -27)), ((-15, -16, -27), (0, -8, -27), (15, -16, -27))):
            canvas.paint(Tube(points, (4.0,) * len(points)), Tissue.CSF)
        canvas.paint(Ellipsoid((0, 31, -14), (17, 6, 9)), Tissue.CSF)
        canvas.paint(Ellipsoid((0, 13, -35), (18.5, 15.8, 27)), Tissue.CSF)
        self._cerebellum(canvas)
        canvas.paint(Ellipsoid((0, 12, -34), (16.5, 14, 27.5)), Tissue.WHITE)
        canvas.paint(Ellipsoid((0, 31, -34), (6, 4, 9)), Tissue.CSF)
        for side in (-1, 1):
            petrous = ((side * 54, 21, -38), (side * 36, 8, -38), (side * 17, -6, -40))
            canvas.paint(Tube(petrous, (10, 8, 4)), Tissue.CORTICAL_BONE)
            canvas.paint(Ellipsoid((side * 52, 25, -40), (7, 8, 9)), Tissue.AIR)
            canvas.paint(Tube(((side * 17, -20, -31), (side * 52, -34, -31)), (3, 3)), Tissue.CORTICAL_BONE)
            self._orbit(canvas, side)
            canvas.paint(Ellipsoid((side * 8, -self.length + 18, -22), (8, 3.5, 9)), Tissue.AIR)
        canvas.paint(Ellipsoid((0, -50, -42), (12, 26, 13)), Tissue.CORTICAL_BONE)
        canvas.paint(Ellipsoid((0, -50, -42), (10, 24, 12)), Tissue.AIR)
        for x in (-4.5, 0.0, 4.5):
            canvas.paint(Ellipsoid((x, -54, -42), (0.6, 20, 11)), Tissue.CORTICAL_BONE)

    def _cerebellum(self, canvas: Canvas) -> None:
        """Two hemispheres of thin leaves around a white core, and the vermis between them."""
        u, v = canvas.grid.u, canvas.grid.v
        leaves = np.abs(grain(u, v * np.float32(3.5), canvas.z, 9.0, self.shift + 9))
        for side in (-1, 1):
            hemisphere = Ellipsoid((side * 23, 46, -38), (27, 25, 21))
            canvas.paint(hemisphere, Tissue.GREY)
            if (cut := hemisphere.cut(canvas.grid, canvas.z)) is not None:
                box, share = cut
                gaps = soften((np.float32(0.08) - leaves[box]) * np.float32(9)) * np.float32(0.55)
                canvas.cover(share * gaps, Tissue.CSF, box)
            canvas.paint(Ellipsoid((side * 22, 44, -38), (15, 12, 12)), Tissue.WHITE)
        canvas.paint(Ellipsoid((0, 48, -34), (6, 20, 18)), Tissue.GREY)

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
