"""The left coronary artery as an angiogram shows it: filled from a catheter, dark on the beating heart's shadow."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from synthetic_data.anatomy.radiograph import Film
from synthetic_data.anatomy.shapes import Ellipsoid, Grid, Image, Point, Tube, Y
from synthetic_data.anatomy.texture import grain
from synthetic_data.model import Finding
from synthetic_data.seeding import Role

_MAIN = ((-44.0, 34.0), (-34.0, 33.0), (-25.0, 30.0))
_DESCENDING = ((-25.0, 30.0), (-8.0, 27.0), (8.0, 16.0), (20.0, 0.0), (30.0, -18.0), (37.0, -36.0), (38.0, -52.0))
_CIRCUMFLEX = ((-25.0, 30.0), (-30.0, 16.0), (-29.0, 0.0), (-21.0, -16.0), (-9.0, -29.0), (4.0, -36.0))


@dataclass(frozen=True)
class Branch:
    """A vessel on the detector: places in mm, radii in mm, and how far from the ostium it begins."""

    points: tuple[tuple[float, float], ...]
    radii: tuple[float, ...]
    start: float


@dataclass(frozen=True)
class Coronary:
    """One person's left coronary artery; `narrow` is what is left of its middle third, 1 for all."""

    role: Role
    narrow: float

    @classmethod
    def of(cls, role: Role, findings: tuple[Finding, ...]) -> Coronary:
        tight = any(finding.kind == "stenosis" for finding in findings)
        return cls(role, 0.28 if tight else 1.0)

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        generator = self.role.child("coronary").random()
        trunk = [(_MAIN, 2.3, 2.1, 0.0), (_DESCENDING, 1.9, 0.7, 20.0), (_CIRCUMFLEX, 1.7, 0.6, 20.0)]
        found = []
        for path, first, last, start in trunk:
            points = _wavy(path, generator, 1.2)
            radii = [first + (last - first) * i / (len(points) - 1) for i in range(len(points))]
            if path is _DESCENDING and self.narrow < 1:
                middle = len(points) * 2 // 5
                radii[middle] *= self.narrow
                radii[middle + 1] *= min(1.0, self.narrow * 1.3)
            found.append(Branch(points, tuple(radii), start))
            if path is not _MAIN:
                found += _twigs(points, start, 1 if path is _DESCENDING else -1, generator)
        return tuple(found)

    def frame(self, grid: Grid, phase: float, filled: float) -> Image:
        """The brightness, 0 to 1. `phase` from 0 (wide) to 1 (systole); `filled` is how far contrast has come, in mm."""
        film = Film(grid, Y)
        self._background(film, phase)
        vessels = Film(grid, Y)
        for branch in self.branches:
            tube = _filled_part(branch, filled, phase)
            if tube is not None:
                vessels.add_tube(tube, 1.0)
        washout = min(1.0, max(0.0, 1.6 - filled / 260))
        dark = np.minimum(vessels.path * np.float32(0.16 * washout), 0.62)
        catheter = ((-44.0, 0.0, 34.0), (-52.0, 0.0, 44.0), (-50.0, 0.0, 66.0), (-40.0, 0.0, 110.0))
        film.add_tube(Tube(catheter, (1.1,) * 4), 6.0)
        picture: Image = np.float32(0.98) - film.path * np.float32(1 / 320)
        shown: Image = np.clip(picture * (np.float32(1.0) - dark), 0.0, 1.0)
        return shown

    def _background(self, film: Film, phase: float) -> None:
        """Lung, heart, spine, a few ribs and the diaphragm."""
        shift = self.role.number() % (1 << 20)
        film.path += np.float32(62) + grain(film.grid.u, film.grid.v, 0.0, 24.0, shift) * np.float32(8)
        size = 1.0 - 0.07 * phase
        film.add_ellipsoid(Ellipsoid((2, 0, -6), (58 * size, 40, 52 * size), 0, -24), 0.85)
        film.add_ellipsoid(Ellipsoid((30, 0, -120), (120, 70, 64)), 0.8)
        for i in range(7):
            film.add_ellipsoid(Ellipsoid((-66, 0, 78 - 26 * i), (17, 15, 12)), 1.2)
        for i in range(5):
            z = 60 - 27 * i
            rib = tuple((x, 0.0, z - 0.0026 * (x + 70) * (x + 70)) for x in (-70.0, -20.0, 30.0, 80.0))
            film.add_tube(Tube(rib, (4.5,) * 4), 1.6, hollow=1.4)


def _wavy(
    path: tuple[tuple[float, float], ...], generator: random.Random, sway: float
) -> tuple[tuple[float, float], ...]:
    """The path with places in between, swaying from side to side."""
    points = [path[0]]
    for (x, z), (x2, z2) in pairwise(path):
        for share in (0.5, 1.0):
            points.append((
                x + (x2 - x) * share + generator.uniform(-sway, sway), z + (z2 - z) * share + generator.uniform(-sway, sway)
            ))  # fmt: skip
    return tuple(points)


def _twigs(
    points: tuple[tuple[float, float], ...], start: float, side: int, generator: random.Random, depth: int = 0
) -> list[Branch]:
    """Branches that leave a vessel every few millimetres, and theirs."""
    twigs: list[Branch] = []
    for i in range(2, len(points) - 1, 2 if depth == 0 else 3):
        (x, z), (x2, z2) = points[i], points[i + 1]
        length = math.sqrt((x2 - x) * (x2 - x) + (z2 - z) * (z2 - z)) or 1.0
        dx, dz = (x2 - x) / length, (z2 - z) / length
        way = side if (i // 2) % 3 else -side
        reach = generator.uniform(17, 36) * (0.5 if depth else 1.0)
        lean = generator.uniform(0.5, 1.0)
        path = [(x, z)]
        for step in range(1, 6):
            far = reach * step / 5
            bend = 0.55 + 0.45 * step / 5
            path.append((
                x + far * (dx * bend - way * dz * lean) + generator.uniform(-0.8, 0.8),
                z + far * (dz * bend + way * dx * lean) + generator.uniform(-0.8, 0.8),
            ))  # fmt: skip
        first = (1.15 if depth == 0 else 0.65) * generator.uniform(0.8, 1.1)
        begin = start + 8.0 * i
        twigs.append(Branch(tuple(path), tuple(max(0.3, first * (1 - 0.15 * step)) for step in range(6)), begin))
        if depth == 0:
            twigs += _twigs(tuple(path), begin, -way, generator, 1)
    return twigs


def _filled_part(branch: Branch, filled: float, phase: float) -> Tube | None:
    """What contrast has reached of a branch, moved with the heart's beat."""
    pull = 1.0 - 0.06 * phase
    points: list[Point] = []
    at = branch.start
    for i, (x, z) in enumerate(branch.points):
        if i:
            dx, dz = x - branch.points[i - 1][0], z - branch.points[i - 1][1]
            at += math.sqrt(dx * dx + dz * dz)
        if at > filled and i > 1:
            break
        points.append(((x + 44) * pull - 44 + 3 * phase, 0.0, (z - 34) * pull + 34 + 2 * phase))
    return Tube(tuple(points), branch.radii[: len(points)]) if len(points) > 1 and branch.start < filled else None
