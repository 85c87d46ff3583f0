"""One person's brain: the atlas's surfaces, bent, tilted and worn by age, within a skull of the person's own shape."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from synthetic_data.anatomy.atlas import CENTRE, Sample, atlas
from synthetic_data.anatomy.shapes import Box, Image, soften
from synthetic_data.anatomy.texture import grain
from synthetic_data.anatomy.tissue import Canvas, Tissue

_TOP = 88.0
"""The height in mm of a head within whose skull the template's brain fits as it is."""
_DOWN = 1.04
"""How much deeper the template is than the heads."""
_FLOOR = -11.0
"""The height in mm above which the brain lies on nothing but its neighbours."""
_MM = 0.9
"""A template's millimetre in the head's."""


class Inside(NamedTuple):
    """A part of a slice within the skull: its raster in mm, and how deep it lies.

    `rise` is the square of each pixel's distance from the middle, 1 at the brain's hull. `below` is the depth under the
    hull in mm.
    """

    u: Image
    v: Image
    rise: Image
    below: Image


@dataclass(frozen=True)
class Brain:
    """What distinguishes one brain from the template's.

    `wide`, `long` and `tall` are scales around the middle, `pitch`, `roll` and `twist` slopes, `lift` is in mm. By `sulci`
    and `ventricles`, in mm, the spaces for fluid are wider on each side. `shift` picks the random bends.
    """

    wide: float
    long: float
    tall: float
    lift: float
    pitch: float
    roll: float
    twist: float
    sulci: float
    ventricles: float
    shift: int

    @classmethod
    def of(cls, generator: random.Random, height: float, atrophy: float, growth: float) -> Brain:
        """Someone's brain, in a head of that `height`; a child's fills its skull and has narrow ventricles."""
        young = min(1.0, (1.0 - growth) * 12)
        return cls(
            wide=generator.uniform(1.04, 1.18),
            long=generator.uniform(1.02, 1.14),
            tall=_TOP / height,
            lift=generator.uniform(-2.0, 2.0),
            pitch=generator.uniform(-0.07, 0.07),
            roll=generator.uniform(-0.05, 0.05),
            twist=generator.uniform(-0.06, 0.06),
            sulci=generator.uniform(-0.35, 0.1) - 0.3 * young + 0.8 * atrophy,
            ventricles=generator.uniform(-0.7, 0.7) - 0.4 * young + 2.0 * atrophy,
            shift=generator.randrange(1 << 20),
        )

    def level(self, z: float) -> float:
        """The template's height for a head's."""
        return z * (self.tall if z > 0 else _DOWN) + self.lift

    def sample(self, part: Inside, z: float) -> Sample:
        """What the template has at the places of a slice; its hull comes to lie on the skull's."""
        x, y = part.u[None, :], part.v[:, None]
        height: Image = x * np.float32(self.roll) + y * np.float32(self.pitch) + np.float32(self.level(z))
        far = np.sqrt(x * x + y * y) + np.float32(0.01)
        share: Image = y * (np.float32(1) / (np.abs(x) + np.abs(y) + np.float32(0.01)))
        stretch = atlas().hull(share, height) * np.sqrt(part.rise) / far
        rise = np.minimum(part.rise, np.float32(1))
        bend = np.float32(1) - rise * rise * np.float32(0.7)
        dx, dy, dz = (self._bend(part, z, turn) * bend for turn in range(3))
        dy += x * bend * np.float32(self.twist)
        return atlas().sample(
            x * (np.float32(self.wide) + (stretch - np.float32(self.wide)) * rise) + dx,
            y * (np.float32(self.long) + (stretch - np.float32(self.long)) * rise) + dy + np.float32(CENTRE),
            height + dz,
        )

    def _bend(self, part: Inside, z: float, turn: int) -> Image:
        """How far, in mm, places move along one axis: wide bends, and narrow ones on them; the falx keeps the middle."""
        shift = self.shift + 7919 * turn
        bend: Image = grain(part.u, part.v, z, 27.0, shift) * np.float32(5.5)
        if turn < 2:
            bend += grain(part.u, part.v, z, 12.0, shift + 31) * np.float32(2.8)
        if turn == 0:
            bend *= np.minimum(np.abs(part.u) * np.float32(1 / 20) + np.float32(0.1), np.float32(1))
        return bend

    def paint(self, canvas: Canvas, part: Inside, box: Box) -> Image:
        """Paint the brain into a part of the slice; returns its share of each pixel there."""
        found = self.sample(part, canvas.z)
        per_pixel = np.float32(_MM / canvas.grid.spacing)
        brain = soften(part.below * np.float32(1 / canvas.grid.spacing))
        ragged = grain(part.u, part.v, canvas.z, 8.0, self.shift + 77) * np.float32(0.6)
        fluid = soften((found.sulcus + ragged + np.float32(self.sulci)) * per_pixel)
        canvas.cover(brain, Tissue.GREY, box)
        canvas.cover(brain * found.white, Tissue.WHITE, box)
        if canvas.z < -4:
            self._leaves(canvas, part, found.white, box)
        canvas.cover(brain * fluid, Tissue.CSF, box)
        septum = np.abs(part.u)[None, :] - np.float32(0.8)
        ventricle = np.minimum(found.ventricle + np.float32(self.ventricles), septum)
        canvas.cover(brain * soften(ventricle * per_pixel), Tissue.CSF, box)
        if canvas.z < _FLOOR:
            brain = brain * (np.float32(1) - self._floor(canvas, part, found.outside, box))
        return brain

    def _leaves(self, canvas: Canvas, part: Inside, white: Image, box: Box) -> None:
        """The thin leaves of the cerebellum, which a mean of many brains does not have: shells around the brain stem."""
        x, y, tall = part.u[None, :], part.v[:, None], canvas.z + 36
        u, v, w = x * np.float32(1 / 52), (y - np.float32(44)) * np.float32(1 / 30), tall / 26
        within: Image = np.float32(1 - w * w) - (u * u + v * v)
        u, v = x * np.float32(0.77), y - np.float32(12)
        shell = np.sqrt(u * u + v * v + np.float32(tall * tall))
        hills = grain(part.u, part.v, canvas.z, 13.0, self.shift + 9)
        turn: Image = shell * np.float32(1 / 5) + hills * np.float32(1.3)
        wave: Image = np.abs(turn - np.floor(turn) - np.float32(0.5))
        gaps = soften((wave - np.float32(0.45)) * np.float32(8))
        canvas.cover(
            gaps * soften(within * np.float32(8) - np.float32(0.5)) * (np.float32(1) - white) * np.float32(0.3),
            Tissue.CSF,
            box,
        )

    def _floor(self, canvas: Canvas, part: Inside, outside: Image, box: Box) -> Image:
        """What the brain lies on: bone, and behind it fat and muscle; returns its share of each pixel.

        It keeps away from the chiasm, which lies in fluid.
        """
        x, y = part.u[None, :] * np.float32(1 / 17), (part.v[:, None] + np.float32(14)) * np.float32(1 / 15)
        lake = np.maximum(np.float32(1) - x * x - y * y, 0) * np.float32(9 * min(1.0, max(0.0, (canvas.z + 32) / 6)))
        per_pixel = np.float32(_MM / canvas.grid.spacing)
        skull = soften((part.below + np.float32(1.5)) * np.float32(1 / canvas.grid.spacing))
        deep = outside - np.float32(1.8 + 9 * min(1.0, max(0.0, (canvas.z + 17) / 6))) - lake
        bone = skull * soften(deep * per_pixel)
        canvas.cover(bone, Tissue.CORTICAL_BONE, box)
        behind = np.clip((part.v[:, None] + np.float32(36)) * np.float32(1 / 8), 0.0, 1.0)
        canvas.cover(bone * behind * soften((deep - np.float32(1.6)) * per_pixel), Tissue.MARROW, box)
        canvas.cover(bone * behind * soften((deep - np.float32(3.4)) * per_pixel), Tissue.CORTICAL_BONE, box)
        flesh = skull * soften((deep - np.float32(2.2) - behind * np.float32(2.4)) * per_pixel)
        canvas.cover(flesh, Tissue.MUSCLE, box)
        hills = grain(part.u, part.v, canvas.z, 13.0, self.shift + 5)
        fat = soften((hills - np.float32(0.3)) * np.float32(6))
        eyes = (np.float32(1) - behind) * np.float32(min(1.0, max(0.0, (canvas.z + 60) / 8)))
        canvas.cover(flesh * np.maximum(fat * np.float32(0.6), eyes), Tissue.FAT, box)
        return bone
