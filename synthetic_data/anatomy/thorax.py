"""The chest: the parts that a CT slice cuts and a radiograph casts a shadow of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from synthetic_data.anatomy.shapes import Ellipsoid, Point, Tube
from synthetic_data.model import Finding
from synthetic_data.seeding import Role

LOWEST, HIGHEST = -105.0, 112.0
"""The slices that make sense, in mm from the carina: from the liver's dome to the lungs' apices."""


@dataclass(frozen=True)
class Thorax:
    """One person's chest; sizes are factors of a medium adult's, `fat` is the layer under the skin in mm."""

    wide: float
    deep: float
    tall: float
    fat: float
    heart_size: float
    breasts: float
    shift: int
    role: Role

    @classmethod
    def of(cls, role: Role, sex: str, heart_size: float = 1.0, growth: float = 1.0) -> Thorax:
        """Someone's chest, in the millimetres of the adult's; `growth` is how far it has grown.

        A child's is rounder, with a larger heart in it.
        """
        young = 1.0 - growth
        generator = role.random()
        size = 1.0 if sex == "M" else 0.93
        return cls(
            wide=size * generator.uniform(0.95, 1.07),
            deep=size * generator.uniform(0.93, 1.1) * (1.0 + 0.3 * young),
            tall=size * generator.uniform(0.95, 1.05) * (1.0 - 0.2 * young),
            fat=generator.uniform(8, 22) + (4 if sex == "F" else 0),
            heart_size=heart_size * generator.uniform(0.94, 1.06) * (1.0 + 0.35 * young),
            breasts=0.0 if sex == "M" else generator.uniform(0.7, 1.2) * max(0.0, 1.0 - 8 * young),
            shift=generator.randrange(1 << 20),
            role=role,
        )

    def _at(self, x: float, y: float, z: float) -> Point:
        return x * self.wide, y * self.deep, z * self.tall

    def _blob(self, centre: Point, axes: Point, yaw: float = 0.0, roll: float = 0.0) -> Ellipsoid:
        return Ellipsoid(self._at(*centre), self._at(*axes), yaw, roll)

    def _pipe(self, *points: tuple[float, float, float, float]) -> Tube:
        return Tube(tuple(self._at(x, y, z) for x, y, z, _ in points), tuple(r for *_, r in points))

    def place(self, finding: Finding) -> Ellipsoid:
        """The extent of a finding, moved and scaled from a medium adult to this person."""
        return Ellipsoid(self._at(*finding.centre), finding.axes, finding.yaw)

    def trunk(self, inset: float = 0.0) -> tuple[Ellipsoid, ...]:
        """The outline: trunk and shoulders, `inset` mm within the skin."""
        x, y, z = self._at(158, 102, 340)
        trunk = Ellipsoid(self._at(0, 0, -50), (x - inset + self.fat, y - inset + self.fat, z))
        x, y, z = self._at(92, 54, 46)
        shoulders = (
            Ellipsoid(
                self._at(side * 92, 16, 128), (x - inset + self.fat, y - inset + self.fat, z - inset), 0, side * 12
            )
            for side in (-1, 1)
        )
        return trunk, *shoulders

    @cached_property
    def silhouette(self) -> Ellipsoid:
        """The trunk as a radiograph from the front shows it: it slopes to the neck above the shoulders."""
        x, y, z = self._at(160, 104, 292)
        return Ellipsoid(self._at(0, 0, -95), (x + self.fat, y + self.fat, z))

    @cached_property
    def neck(self) -> Tube:
        return self._pipe((0, 20, 100, 76), (0, 18, 150, 54), (0, 14, 260, 50))

    @cached_property
    def breast_pair(self) -> tuple[Ellipsoid, ...]:
        if not self.breasts:
            return ()
        size = self.breasts
        front = -100 - self.fat / self.deep
        return tuple(
            self._blob((side * 78, front, -48), (60 * size, 30 * size, 54 * size), side * 14) for side in (-1, 1)
        )

    @cached_property
    def lungs(self) -> tuple[Ellipsoid, Ellipsoid]:
        """Right and left: wide at the base, where the diaphragm's domes cut into them."""
        return (
            self._blob((-73, 2, -72), (62, 88, 198), 4, 3),
            self._blob((73, 2, -72), (62, 88, 198), -4, -3),
        )

    @cached_property
    def domes(self) -> tuple[Ellipsoid, Ellipsoid]:
        """What the diaphragm covers: the liver on the right, higher; stomach and spleen on the left."""
        return self._blob((-70, 6, -205), (92, 104, 120)), self._blob((74, 8, -209), (90, 102, 118))

    @cached_property
    def heart(self) -> Ellipsoid:
        size = self.heart_size
        return self._blob((22, -26, -56), (66 * size, 44 * size, 48 * size), 38, 24)

    @cached_property
    def chambers(self) -> tuple[Ellipsoid, ...]:
        """Right atrium and the base of the great vessels, which round off the heart's right border."""
        size = self.heart_size
        return (
            self._blob((-18, -18, -38), (30 * size, 32 * size, 42 * size)),
            self._blob((4, -22, 2), (28, 24, 34)),
        )

    @cached_property
    def mediastinum(self) -> Ellipsoid:
        return self._blob((0, 4, 46), (33, 46, 130))

    @cached_property
    def vessels(self) -> tuple[Tube, ...]:
        """Aorta, superior vena cava and pulmonary arteries."""
        return (
            self._pipe(
                (-12, -24, -24, 15), (-16, -26, 26, 15), (-8, -16, 52, 14), (8, 6, 62, 13), (20, 30, 50, 13),
                (24, 40, 10, 12), (22, 42, -60, 11), (16, 40, -200, 10),
            ),
            self._pipe((-28, -12, -20, 9), (-28, -12, 80, 9), (-20, -14, 120, 7)),
            self._pipe((14, -30, 4, 13), (12, -18, 22, 13), (-18, -2, 16, 10), (-44, 4, 6, 8)),
            self._pipe((12, -18, 24, 12), (34, 4, 20, 9), (48, 10, 8, 8)),
        )  # fmt: skip

    @cached_property
    def airways(self) -> tuple[Tube, ...]:
        """Trachea and main bronchi."""
        return (
            self._pipe((0, 10, 260, 8), (0, 12, 60, 8.5), (0, 16, 22, 8)),
            self._pipe((0, 16, 22, 6.5), (-22, 16, 2, 6), (-44, 18, -14, 4.5), (-60, 20, -40, 3)),
            self._pipe((0, 16, 22, 6), (26, 17, 4, 5.5), (48, 20, -10, 4), (62, 22, -36, 3)),
        )

    @cached_property
    def branches(self) -> tuple[Tube, ...]:
        """The vessels within the lungs: from the hila outwards, thinner as they go."""
        generator = self.role.child("branches").random()
        tubes = []
        for side in (-1, 1):
            for _ in range(58):
                up = generator.uniform(-1.0, 1.0)
                out = math.sqrt(1 - up * up)
                sideways = generator.uniform(-0.15, 1.0)
                back = generator.uniform(-1.0, 1.0) * 0.9
                reach = generator.uniform(45, 88) * (1.25 if up < 0 else 0.95)
                start = (side * generator.uniform(36, 50), generator.uniform(-2, 22), generator.uniform(-24, 18))
                middle = (start[0] + side * reach * 0.42 * sideways * out, start[1] + back * reach * 0.4 * out)
                bend = (*middle, start[2] + up * reach * 0.5)
                end = (start[0] + side * reach * sideways * out, start[1] + back * reach * 0.85 * out)
                radius = generator.uniform(1.3, 3.4)
                tubes.append(self._pipe(
                    (*start, radius), (*bend, radius * 0.6), (*end, start[2] + up * reach * 1.15, 0.7)
                ))  # fmt: skip
        return tuple(tubes)

    @cached_property
    def ribs(self) -> tuple[Tube, ...]:
        """Twelve pairs, from the spine backwards, round the side and down to the front."""
        tubes = []
        for number in range(12):
            top = 126.0 - 23.5 * number
            for side in (-1, 1):
                points = []
                for step in range(13 if number < 10 else 8):
                    angle = math.radians(14 + step * 11.0)
                    z = top - 5 * step - 0.22 * step * step
                    height = (z + 50) / 228
                    narrow = math.sqrt(max(0.12, 1 - height * height))
                    x = side * 141 * narrow * round(math.sin(angle), 9)
                    y = 2 + 88 * math.sqrt(narrow) * round(math.cos(angle), 9)
                    points.append((x, y, z + 8, 4.6 if step else 5.5))
                tubes.append(self._pipe(*points))
        return tuple(tubes)

    @cached_property
    def clavicles(self) -> tuple[Tube, ...]:
        return tuple(
            self._pipe(
                (side * 16, -72, 104, 8), (side * 50, -80, 116, 6), (side * 92, -52, 130, 6), (side * 138, -18, 138, 7)
            )
            for side in (-1, 1)
        )

    @cached_property
    def scapulae(self) -> tuple[Tube, ...]:
        """Only the thick rims; the blade between them is too thin to show."""
        return tuple(
            self._pipe(
                (side * 138, 22, 126, 9), (side * 112, 70, 60, 4), (side * 102, 86, -10, 4), (side * 84, 92, 70, 3),
                (side * 92, 78, 118, 4), (side * 138, 40, 132, 7),
            )
            for side in (-1, 1)
        )  # fmt: skip

    @cached_property
    def sternum(self) -> tuple[Ellipsoid, ...]:
        return (
            self._blob((0, -82, 84), (26, 7, 24), 0, 0),
            self._blob((0, -92, 14), (17, 6, 60)),
        )

    @cached_property
    def vertebrae(self) -> tuple[Ellipsoid, ...]:
        """The vertebral bodies, 24 mm apart."""
        return tuple(self._blob((0, 56, 178 - 24 * i), (18.5, 15.5, 13.5)) for i in range(18))

    @cached_property
    def arches(self) -> tuple[Tube, ...]:
        """Pedicles, transverse and spinous processes of each vertebra."""
        tubes = []
        for i in range(18):
            z = 178 - 24 * i
            tubes.append(self._pipe((0, 84, z - 4, 4), (0, 104, z - 16, 3)))
            tubes.extend(
                self._pipe((side * 13, 64, z, 4.5), (side * 15, 80, z, 4), (side * 32, 84, z - 2, 3.5))
                for side in (-1, 1)
            )
            tubes.extend(self._pipe((side * 14, 78, z, 3), (0, 88, z - 4, 3)) for side in (-1, 1))
        return tuple(tubes)

    @cached_property
    def canal(self) -> Tube:
        return self._pipe((0, 76, 200, 8), (0, 76, -260, 8))
