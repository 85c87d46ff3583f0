"""A hand on a detector, seen from its back: fingers up, rays along y."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from synthetic_data.anatomy.radiograph import Film
from synthetic_data.anatomy.shapes import Ellipsoid, Grid, Image, Tube, Y
from synthetic_data.model import Finding
from synthetic_data.seeding import Role

_CARPALS = (
    (-13, -8, 8.5, 6), (-1, -12, 7.5, 6.5), (10, -9, 6.5, 6), (14, -4, 4, 4.5), (-19, 4, 7.5, 6.5), (-9, 5, 5.5, 5.5),
    (1, 2, 6.5, 9.5), (10, 4, 6.5, 8),
)  # fmt: skip
"""The wrist's eight bones: x, z and half-lengths, in mm."""

_RAYS = (
    ((-25, 9), (-46, 45), (33, 24), 4.6),
    ((-10, 14), (-20, 73), (41, 24, 18), 4.3),
    ((1, 16), (-1, 77), (45, 29, 19), 4.4),
    ((9, 15), (15, 71), (42, 27, 19), 4.0),
    ((16, 12), (30, 63), (33, 19, 17), 3.7),
)
"""Thumb to little finger: the metacarpal's ends, the phalanges' lengths and the bone's radius, in mm."""


@dataclass(frozen=True)
class Hand:
    """One person's hand; `side` is "R" or "L", `spread` how far the fingers are apart."""

    size: float
    spread: float
    side: str
    bone: float
    growth: float

    @classmethod
    def of(cls, role: Role, sex: str, age: int, side: str, growth: float = 1.0) -> Hand:
        """Someone's hand, in the millimetres of the adult's; `growth` is how far it has grown."""
        generator = role.random()
        return cls(
            size=(1.0 if sex == "M" else 0.91) * generator.uniform(0.95, 1.06),
            spread=generator.uniform(0.8, 1.25),
            side=side,
            bone=1.0 - 0.25 * max(0.0, (age - 50) / 40),
            growth=growth,
        )

    def film(self, grid: Grid, oblique: bool, findings: tuple[Finding, ...]) -> Image:
        """The radiograph in water-equivalent mm, shape (rows, columns); `oblique` lifts the thumb's side."""
        film = Film(grid, Y)
        film.add(self._flesh(film, oblique), 0.55)
        for bone in self._bones(oblique):
            film.add_tube(bone, 1.9 * self.bone, hollow=1.25)
        for bone in self._forearm():
            film.add_tube(bone, 1.25 * self.bone, hollow=1.8)
        squeeze = 0.8 if oblique else 1.0
        self._wrist(film, squeeze)
        if self.growth < 1.0:
            self._growth_plates(film, oblique)
        for finding in findings:
            x, y, z = finding.centre
            axes = (finding.axes[0] * self.size, finding.axes[1], finding.axes[2] * self.size)
            tilt = finding.yaw if self.side == "R" else -finding.yaw
            shape = Ellipsoid((self._x(x * squeeze), y, z * self.size), axes, 0.0, tilt)
            film.add_ellipsoid(shape, {"fracture": -1.0, "erosion": -0.9, "callus": 0.6}[finding.kind])
        return np.maximum(film.path, 0.0)

    def _wrist(self, film: Film, squeeze: float) -> None:
        """The carpal bones; a child's turn from cartilage to bone one after the other, from their middle on."""
        turned = max(0.0, 1.0 - 1.6 * (1.0 - self.growth))
        for across, up, wide, tall in _CARPALS[8 - max(2, round(8 * turned)) :]:
            centre = (self._x(across * squeeze), 0.0, up * self.size)
            a, b = wide * self.size * turned, tall * self.size * turned
            film.add_ellipsoid(Ellipsoid(centre, (a, 6.5, b)), 1.0 * self.bone)
            film.add_ellipsoid(Ellipsoid(centre, (max(0.5, a - 1.4), 5.5, max(0.5, b - 1.4))), -0.35 * self.bone)

    def _growth_plates(self, film: Film, oblique: bool) -> None:
        """The gaps of cartilage near one end of each long bone."""
        for joints, radius in self._chains(oblique):
            for number, ((x, z), (x2, z2)) in enumerate(pairwise(joints)):
                at = 0.82 if number == 0 and len(joints) > 3 else 0.2
                centre = (self._x(x + (x2 - x) * at), 0.0, (z + (z2 - z) * at) * self.size)
                film.add_ellipsoid(Ellipsoid(centre, (radius * 1.5 * self.size, radius, 0.9)), -1.5 * self.bone)
        for x, wide in ((-9, 13), (15, 8)):
            film.add_ellipsoid(
                Ellipsoid((self._x(x), 0.0, -38 * self.size), (wide * self.size, 10, 1.1)), -0.9 * self.bone
            )

    def _x(self, x: float) -> float:
        return x * self.size if self.side == "R" else -x * self.size

    def _chains(self, oblique: bool) -> Iterator[tuple[list[tuple[float, float]], float]]:
        """Each ray as its joints' positions (x, z), from the wrist to the tip, with the bone's radius."""
        squeeze = 0.8 if oblique else 1.0
        for start, knuckle, phalanges, radius in _RAYS:
            joints = [(start[0] * squeeze, float(start[1])), (knuckle[0] * squeeze, float(knuckle[1]))]
            lean = math.atan2(joints[1][0] - joints[0][0], joints[1][1] - joints[0][1]) * 0.9 * self.spread
            dx, dz = round(math.sin(lean), 9), round(math.cos(lean), 9)
            for length in phalanges:
                x, z = joints[-1]
                joints.append((x + dx * length, z + dz * length))
            yield joints, radius

    def _bones(self, oblique: bool) -> Iterator[Tube]:
        """Hollow bones with broad ends and a gap at each joint."""
        for joints, radius in self._chains(oblique):
            for number, ((x, z), (x2, z2)) in enumerate(pairwise(joints)):
                thin = radius * (1.0 - 0.13 * number)
                length = math.sqrt((x2 - x) * (x2 - x) + (z2 - z) * (z2 - z))
                first, last = (thin * 1.3 + 0.4) / length, 1 - (thin * 1.2 + 0.4) / length
                shares = ((first, 1.3), (0.32, 0.95), (0.5, 0.82), (0.68, 0.92), (last, 1.25 - 0.1 * number))
                points = tuple((self._x(x + (x2 - x) * s), 0.0, (z + (z2 - z) * s) * self.size) for s, _ in shares)
                yield Tube(points, tuple(thin * wide * self.size for _, wide in shares))

    def _forearm(self) -> Iterator[Tube]:
        """The lower ends of radius and ulna."""
        for path, radii in (
            (((-10, -130), (-10, -45), (-9, -31)), (6, 8.5, 13)),
            (((14, -130), (15, -40), (15, -30)), (5, 5, 7.5)),
        ):
            points = tuple((self._x(x), 0.0, z * self.size) for x, z in path)
            yield Tube(points, tuple(r * self.size for r in radii))

    def _flesh(self, film: Film, oblique: bool) -> Image:
        palm = Ellipsoid((self._x(2), 0, 36 * self.size), ((34 if oblique else 39) * self.size, 14, 52 * self.size))
        thick = film.thickness([palm])
        tubes = []
        for joints, radius in self._chains(oblique):
            points = tuple((self._x(x), 0.0, z * self.size) for x, z in joints)
            tubes.append(Tube(points, tuple((radius * 2.35 - 0.5 * i) * self.size for i in range(len(points)))))
        points = tuple((self._x(2), 0.0, z * self.size) for z in (-140, -30, 5))
        tubes.append(Tube(points, (33 * self.size, 29 * self.size, 27 * self.size)))
        for tube in tubes:
            for box, thickness, _ in tube.shadow(film.grid, Y):
                np.maximum(thick[box], np.minimum(thickness, np.float32(30)), out=thick[box])
        return thick
