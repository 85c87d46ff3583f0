"""What a convex ultrasound probe hears: echoes along its lines, with speckle, shadows and enhancement.

The picture is made where it arises, in polar coordinates (lines by samples), and turned into a sector at the end.
Places are in mm: x along the probe to the right of the picture, z into the depth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from synthetic_data.anatomy.shapes import Image, soften
from synthetic_data.anatomy.texture import grain, noise
from synthetic_data.seeding import Role

LINES, SAMPLES = 232, 420
RADIUS, DEPTH, HALF_ANGLE = 55.0, 155.0, 33.0
_STEP = DEPTH / SAMPLES


@dataclass(frozen=True)
class Blob:
    """An ellipse of tissue: `echo` is its brightness (1: liver), `wall` that of its edge, `loss` what it swallows per mm.

    A negative `loss` (fluid) makes brighter what lies behind.
    """

    x: float
    z: float
    wide: float
    deep: float
    echo: float
    turn: float = 0.0
    wall: float = 0.0
    thick: float = 1.2
    loss: float = 0.0


@dataclass(frozen=True)
class Vessel:
    """A fluid-filled tube between two places, with walls of their own brightness."""

    start: tuple[float, float]
    end: tuple[float, float]
    radius: float
    wall: float = 0.0


@dataclass(frozen=True)
class View:
    """A view: the tissue that fills it and what lies in it, painted in order."""

    echo: float
    parts: tuple[Blob | Vessel, ...]
    coarse: float = 0.25
    role: Role = field(default_factory=lambda: Role("view"))


@cache
def _angles() -> tuple[Image, Image, Image]:
    """Sine, cosine and tangent of each line's angle, rounded so that every C library gives the same."""
    angles = [math.radians(-HALF_ANGLE + 2 * HALF_ANGLE * i / (LINES - 1)) for i in range(LINES)]
    sine, cosine, tangent = (
        np.array([round(f(angle), 9) for angle in angles], np.float32) for f in (math.sin, math.cos, math.tan)
    )
    return sine, cosine, tangent


@cache
def _places() -> tuple[Image, Image]:
    """x and z of each sample, shape (samples, lines)."""
    sine, cosine, _ = _angles()
    distance = np.float32(RADIUS) + np.arange(SAMPLES).astype(np.float32)[:, None] * np.float32(_STEP)
    return distance * sine, distance * cosine - np.float32(RADIUS)


def echoes(view: View, shift: int = 0) -> Image:
    """The brightness along the lines, 0 to 1, shape (samples, lines). `shift` moves the depths by so many samples."""
    x, z = _places()
    z = z - np.float32(shift * _STEP)
    seed = view.role.number() % (1 << 20)
    # Grain in mm, drawn on lines by samples: broader with depth, as the lines part.
    u = np.arange(LINES).astype(np.float32) * np.float32(0.5)
    v = np.arange(SAMPLES).astype(np.float32) * np.float32(_STEP)
    texture = np.float32(1.0) + grain(u, v, 0.0, 6.0, seed) * np.float32(view.coarse)
    echo = np.float32(view.echo) * texture
    loss = np.full((SAMPLES, LINES), 0.0034, np.float32)
    for part in view.parts:
        if isinstance(part, Vessel):
            _add_vessel(part, x, z, echo)
        else:
            near = _reach(part, shift)
            _add_blob(part, x[near], z[near], texture[near], echo[near], loss[near])
    _add_skin(v, echo)
    speckle = [np.roll(noise(view.role.child(part), SAMPLES, LINES, 1), shift, 0) for part in ("real", "imaginary")]
    amplitude = np.sqrt(speckle[0] * speckle[0] + speckle[1] * speckle[1]) * np.float32(0.8)
    through = np.cumprod(np.float32(1.0) - loss * np.float32(_STEP), axis=0)
    heard = echo * amplitude * through * np.float32(0.42)
    brightness: Image = np.minimum(np.sqrt(heard) * np.float32(0.78), 1.0)
    return brightness


def _reach(part: Blob, shift: int) -> slice:
    """The samples that a blob can be among."""
    depth = math.sqrt(part.x * part.x + (part.z + RADIUS) * (part.z + RADIUS)) - RADIUS
    wide = max(part.wide, part.deep) + 2 * part.thick + 1
    first, last = ((depth + side * wide) / _STEP + shift for side in (-1, 1))
    return slice(max(0, math.floor(first)), max(0, math.ceil(last)))


def _add_skin(v: Image, echo: Image) -> None:
    """Skin, fat and muscle: bands that follow the probe."""
    for start, end, level in ((0.0, 2.0, 1.9), (2.0, 7.0, 0.55), (7.0, 8.2, 1.8), (8.2, 12.5, 0.42), (12.5, 13.6, 1.6)):
        band = soften((v - np.float32(start)) * np.float32(2.5)) * soften((np.float32(end) - v) * np.float32(2.5))
        echo += band[:, None] * (np.float32(level) - echo)


def _add_blob(part: Blob, x: Image, z: Image, texture: Image, echo: Image, loss: Image) -> None:
    cos, sin = (round(f(math.radians(part.turn)), 9) for f in (math.cos, math.sin))
    dx, dz = x - np.float32(part.x), z - np.float32(part.z)
    a = (dx * np.float32(cos) + dz * np.float32(sin)) * np.float32(1 / part.wide)
    b = (dz * np.float32(cos) - dx * np.float32(sin)) * np.float32(1 / part.deep)
    inside = (np.float32(1.0) - np.sqrt(a * a + b * b)) * np.float32(min(part.wide, part.deep))
    share = soften(inside * np.float32(1.6))
    echo += share * (texture * np.float32(part.echo) - echo)
    loss += share * np.float32(part.loss)
    if part.wall:
        # An edge across the beam reflects most.
        facing = np.minimum(np.abs(b) * np.float32(1.4) + np.float32(0.25), np.float32(1.0))
        ring = np.maximum(np.float32(1.0) - np.abs(inside) * np.float32(1 / part.thick), 0.0)
        echo += ring * facing * np.float32(part.wall)


def _add_vessel(part: Vessel, x: Image, z: Image, echo: Image) -> None:
    (x0, z0), (x1, z1) = part.start, part.end
    length = (x1 - x0) * (x1 - x0) + (z1 - z0) * (z1 - z0)
    dx, dz = x - np.float32(x0), z - np.float32(z0)
    share = np.clip(dx * np.float32((x1 - x0) / length) + dz * np.float32((z1 - z0) / length), 0.0, 1.0)
    dx, dz = dx - share * np.float32(x1 - x0), dz - share * np.float32(z1 - z0)
    inside = np.float32(part.radius) - np.sqrt(dx * dx + dz * dz)
    echo *= np.float32(1.0) - soften(inside * np.float32(1.4)) * np.float32(0.96)
    if part.wall:
        echo += np.maximum(np.float32(1.0) - np.abs(inside) * np.float32(0.9), 0.0) * np.float32(part.wall)


@cache
def _sector(rows: int, columns: int, top: int, scale: float) -> tuple[Image, Image, Image]:
    """Where each pixel of the picture lies among samples and lines, and whether it lies in the sector at all."""
    x = (np.arange(columns).astype(np.float32) - np.float32(columns / 2)) * np.float32(1 / scale)
    z = (np.arange(rows).astype(np.float32)[:, None] - np.float32(top)) * np.float32(1 / scale) + np.float32(RADIUS)
    z = np.maximum(z, np.float32(1.0))
    sample = (np.sqrt(x * x + z * z) - np.float32(RADIUS)) * np.float32(1 / _STEP)
    tangent = x / z
    _, _, table = _angles()
    after = np.clip(np.searchsorted(table, tangent), 1, LINES - 1)
    line = (after - 1).astype(np.float32) + (tangent - table[after - 1]) / (table[after] - table[after - 1])
    within = (sample >= 0) & (sample < SAMPLES - 1) & (np.abs(tangent) <= table[-1])
    return sample, line, within


def sector(polar: Image, rows: int, columns: int, top: int, scale: float) -> Image:
    """The sector picture of `echoes`, black around it, shape (rows, columns); `scale` is in pixels per mm."""
    sample, line, within = _sector(rows, columns, top, scale)
    s, t = sample[within], line[within]
    i, j = np.clip(s.astype(np.int64), 0, SAMPLES - 2), np.clip(t.astype(np.int64), 0, LINES - 2)
    ds, dt = s - i.astype(np.float32), t - j.astype(np.float32)
    upper = polar[i, j] * (np.float32(1.0) - dt) + polar[i, j + 1] * dt
    lower = polar[i + 1, j] * (np.float32(1.0) - dt) + polar[i + 1, j + 1] * dt
    picture = np.zeros((rows, columns), np.float32)
    picture[within] = upper * (np.float32(1.0) - ds) + lower * ds
    return picture
