"""A head as a scanner's localizer shows it: from the side, the rays run from left to right."""

from __future__ import annotations

import numpy as np

from synthetic_data.anatomy.head import Head
from synthetic_data.anatomy.radiograph import Film
from synthetic_data.anatomy.shapes import Ellipsoid, Grid, Image, Tube, X

_BONE = 1.15


def head_film(head: Head, grid: Grid) -> Image:
    """The projection in water-equivalent mm, shape (rows, columns); the face looks to the left."""
    film = Film(grid, X)
    _soft_parts(film, head)
    _skull(film, head)
    _face_and_neck(film, head)
    return np.maximum(film.path, 0.0)


def _soft_parts(film: Film, head: Head) -> None:
    """Scalp and brain, face, nose and neck."""
    front = -head.length
    thick = film.thickness(
        [
            Ellipsoid((0, 0, 0), (head.width, head.length, head.height)),
            Ellipsoid((0, front + 52, -58), (head.width * 0.82, 50, 72)),
            Ellipsoid((0, front + 4, -52), (13, 16, 18)),
        ]
    )
    neck = Tube(((0, 20, -50), (0, 26, -120), (0, 38, -230)), (58, 50, 56))
    for box, outer, _ in neck.shadow(film.grid, X):
        np.maximum(thick[box], outer, out=thick[box])
    film.add(thick, 1.05)


def _skull(film: Film, head: Head) -> None:
    """The vault's two edges, the skull's base, the sella's floor and the ear canals."""
    outer = (head.width - head.scalp, head.length - head.scalp, head.height - head.scalp)
    inner = (outer[0] - head.skull, outer[1] - head.skull, outer[2] - head.skull)
    vault = Film(film.grid, X)
    vault.add_ellipsoid(Ellipsoid((0, 0, 0), outer), _BONE)
    vault.add_ellipsoid(Ellipsoid((0, 0, 0), inner), -_BONE)
    above_the_base = np.clip((film.grid.v[:, None] + np.float32(58)) * np.float32(1 / 26), 0.0, 1.0)
    film.path += vault.path * above_the_base
    front = -head.length
    for points, radii in (
        (((0, front + 16, -26), (0, -34, -30), (0, -14, -40)), (5, 4, 5)),
        (((0, -14, -40), (0, 12, -50), (0, 34, -64)), (8, 12, 7)),
        (((0, 34, -64), (0, 62, -58), (0, head.length - 14, -28)), (6, 5, 6)),
    ):
        film.add_tube(Tube(points, radii), 1.2)
    for side in (-1, 1):
        film.add_ellipsoid(Ellipsoid((side * 44, 14, -42), (18, 13, 11)), 1.0)
        film.add_ellipsoid(Ellipsoid((side * 56, 26, -48), (12, 12, 16)), -0.35)
        film.add_tube(Tube(((side * 60, 4, -44), (side * 70, 4, -44)), (3.5, 3.5)), -1.0)


def _face_and_neck(film: Film, head: Head) -> None:
    """Sinuses, orbits, jaws with their teeth, the cervical spine and the airway."""
    front = -head.length
    film.add_ellipsoid(Ellipsoid((0, front + 13, -16), (18, 5, 12)), -0.9)
    film.add_ellipsoid(Ellipsoid((0, -22, -42), (12, 11, 9)), -0.9)
    film.add_ellipsoid(Ellipsoid((0, front + 44, -44), (13, 22, 12)), -0.8)
    for side in (-1, 1):
        film.add_ellipsoid(Ellipsoid((side * 26, front + 40, -66), (14, 16, 17)), -0.8)
        film.add_ellipsoid(Ellipsoid((side * 32, front + 18, -40), (17, 14, 16)), -0.25)
        film.add_tube(Tube(((side * 48, -8, -58), (side * 46, 4, -94), (side * 32, -42, -116), (side * 8, front + 22, -120)),
                           (7, 10, 10, 9)), 0.8)  # fmt: skip
        for tooth in range(6):
            y = front + 24 + 7.5 * tooth
            film.add_ellipsoid(Ellipsoid((side * (8 + 4 * tooth), y, -90), (4, 2.9, 9)), 1.3)
            film.add_ellipsoid(Ellipsoid((side * (8 + 4 * tooth), y + 1, -109), (4, 2.8, 8)), 1.2)
    film.add_tube(Tube(((0, front + 18, -78), (0, -30, -80)), (5, 5)), 0.6)
    for level in range(9):
        z, y = -74.0 - 18.5 * level, 24 + 1.1 * level
        film.add_ellipsoid(Ellipsoid((0, y, z), (17, 9.5, 7.6)), 1.0)
        film.add_ellipsoid(Ellipsoid((0, y, z), (15, 8, 6)), -0.45)
        film.add_tube(Tube(((0, y + 18, z - 2), (0, y + 38, z - 9)), (6, 4.5)), 0.9)
    film.add_tube(Tube(((0, -12, -58), (0, -4, -100), (0, 2, -150), (0, 12, -240)), (7, 7, 8, 8.5)), -0.9)
