"""A compressed breast as a mammogram shows it: skin, fat, glandular tissue that converges on the nipple, and muscle."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from synthetic_data.anatomy.shapes import Image, soften
from synthetic_data.anatomy.texture import grain
from synthetic_data.model import Finding
from synthetic_data.seeding import Role

SPACING = 0.4


@dataclass(frozen=True)
class Breast:
    """One breast; lengths in mm. `dense` is the share of glandular tissue, from 0.25 to 0.8."""

    reach: float
    half: float
    dense: float
    shift: int

    @classmethod
    def of(cls, role: Role, side: str, age: int) -> Breast:
        generator = role.random()
        reach, half = generator.uniform(88, 122), generator.uniform(84, 100)
        dense = generator.uniform(0.45, 0.8) - 0.008 * max(0, age - 45)
        return cls(reach, half, max(0.2, dense), role.child(side).random().randrange(1 << 20))

    def film(self, rows: int, columns: int, oblique: bool, findings: tuple[Finding, ...]) -> Image:
        """The brightness, 0 to 1, shape (rows, columns): chest wall at the left edge, nipple to the right."""
        x = (np.arange(columns).astype(np.float32) + np.float32(0.5)) * np.float32(SPACING)
        middle = np.float32(rows * (0.56 if oblique else 0.5))
        y = (np.arange(rows).astype(np.float32) - middle) * np.float32(SPACING)
        inside = self._inside(x[None, :], y[:, None], oblique)
        share = soften(inside * np.float32(1.5))
        # Compressed flat in the middle, round at the edge.
        edge = np.clip(inside * np.float32(1 / 22), 0.0, 1.0)
        thick = edge * (np.float32(2.0) - edge)
        gland = self._gland(x, y, oblique) * np.clip(inside * np.float32(1 / 14) - np.float32(0.25), 0.0, 1.0)
        picture = share * (np.float32(0.13) + thick * (np.float32(0.09) + gland * np.float32(0.52)))
        skin = np.maximum(np.float32(1.0) - np.abs(inside - np.float32(0.9)) * np.float32(0.8), 0.0)
        picture += skin * np.float32(0.1) + self._nipple(x[None, :], y[:, None]) * np.float32(0.22)
        if oblique:
            picture = self._muscle(x[None, :], y[:, None], picture, share)
        for finding in findings:
            if finding.kind == "breast_mass":
                self._add_mass(x, y, finding, picture)
        shown: Image = picture * share
        return shown

    def _inside(self, x: Image, y: Image, oblique: bool) -> Image:
        """How deep under the skin each place lies, in mm (negative outside)."""
        above = 1.55 if oblique else 1.0
        v = np.where(y < 0, y * np.float32(1 / (self.half * above)), y * np.float32(1 / self.half))
        u = x * np.float32(1 / self.reach)
        square = u * u + v * v
        depth: Image = (np.float32(1.0) - np.sqrt(square)) * np.float32(min(self.reach, self.half))
        return depth

    def _gland(self, x: Image, y: Image, oblique: bool) -> Image:
        """Cloudy tissue in a cone behind the nipple, with fine strands that run towards it."""
        u = x[None, :] * np.float32(1 / self.reach)
        v = y[:, None] * np.float32(1 / self.half) + np.float32(0.18 if oblique else 0.0)
        narrow = np.abs(v) * np.float32(1.35) + np.maximum(u - np.float32(0.55), 0.0) * np.float32(1.2)
        cone = np.clip(np.float32(1.15) - narrow - np.abs(u - np.float32(0.5)) * np.float32(1.1), 0, 1)
        coarse = grain(x, y, 0.0, 22.0, self.shift) + grain(x, y, 3.0, 11.0, self.shift + 5) * np.float32(0.6)
        middle = grain(x, y * np.float32(1.3), 6.0, 5.5, self.shift + 7) * np.float32(0.4)
        fine = grain(x * np.float32(0.45), y * np.float32(1.5), 9.0, 2.6, self.shift + 11)
        strands = np.float32(1.0) - np.abs(fine) * np.float32(2.2)
        cloud = np.clip(
            cone * np.float32(1.5) + (coarse + middle) * np.float32(0.55) - np.float32(1.05 - self.dense), 0, 1
        )
        smooth = cloud * cloud * (np.float32(3.0) - cloud * np.float32(2.0))
        tissue: Image = smooth * (
            np.float32(0.62) + np.maximum(strands, 0.0) * np.float32(0.13) + middle * np.float32(0.3)
        )
        tissue += np.maximum(strands, 0.0) * np.float32(0.08) * np.minimum(cone * np.float32(2), np.float32(1.0))
        return tissue

    def _nipple(self, x: Image, y: Image) -> Image:
        dx, dy = x - np.float32(self.reach - 1), y
        return soften((np.float32(4.0) - np.sqrt(dx * dx + dy * dy)) * np.float32(0.5))

    def _muscle(self, x: Image, y: Image, picture: Image, share: Image) -> Image:
        """The pectoral muscle: a bright wedge along the upper chest wall."""
        wedge = (np.float32(-12.0) - y) * np.float32(0.42) - x
        cover = np.clip(wedge * np.float32(0.14) + np.float32(0.5), 0.0, 1.0) * share
        shown: Image = picture + cover * (np.float32(0.5) - picture * np.float32(0.5))
        return shown

    def _add_mass(self, x: Image, y: Image, finding: Finding, picture: Image) -> None:
        """A dense star-shaped mass with a few fine calcifications."""
        dx, dy = x[None, :] - np.float32(finding.centre[0]), y[:, None] - np.float32(finding.centre[2])
        far = np.sqrt(dx * dx + dy * dy)
        rough = grain(x, y, 40.0, 4.0, self.shift + 23)
        core = soften((np.float32(finding.axes[0]) + rough * np.float32(3.0) - far) * np.float32(0.5))
        # Spicules: narrow wedges in a dozen directions, given by whole numbers so that no tangent is needed.
        for a, b in ((3, 1), (1, 2), (-1, 3), (-3, 2), (-2, -1), (1, -3), (2, -1), (0, 1), (-1, -2), (1, 0)):
            norm = np.float32(math.sqrt(a * a + b * b))
            along, across = (dx * a + dy * b) / norm, np.abs(dx * b - dy * a) / norm
            ray = soften(np.float32(0.55) - across + rough * np.float32(0.3)) * (along > 0)
            core = np.maximum(core, ray * np.clip(np.float32(1.25) - along * np.float32(1 / 26), 0.0, 0.5))
        picture += core * (np.float32(0.85) - picture) * np.float32(0.8)
        for a, b in ((2, 3), (-4, 1), (5, -2), (-1, -5), (7, 4), (0, 6)):
            dot = soften(np.float32(0.45) - np.sqrt((dx - a) * (dx - a) + (dy - b) * (dy - b)))
            picture += dot * np.float32(0.35)
