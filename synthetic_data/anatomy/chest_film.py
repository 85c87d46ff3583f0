"""A chest radiograph, from the front (the rays run from back to front) or from the side."""

from __future__ import annotations

import numpy as np

from synthetic_data.anatomy.radiograph import Film, Interval, overlap
from synthetic_data.anatomy.shapes import Box, Ellipsoid, Grid, Image, Tube, X, Y
from synthetic_data.anatomy.texture import grain
from synthetic_data.anatomy.thorax import Thorax
from synthetic_data.model import Finding

_LUNG = -0.78
_BONE = 1.35


def chest_film(thorax: Thorax, grid: Grid, lateral: bool, findings: tuple[Finding, ...]) -> Image:
    """The radiograph in water-equivalent mm, shape (rows, columns); bones and heart have large values."""
    film = Film(grid, X if lateral else Y)
    body = _outline(film, thorax, lateral)
    solid = [film.interval(shape) for shape in (*thorax.domes, thorax.heart, *thorax.chambers)]
    aerated = film.empty()
    mediastinum = film.interval(thorax.mediastinum)
    for lung in thorax.lungs:
        if (pierced := lung.pierce(grid, film.depth)) is not None:
            box, middle, half = pierced
            around = [(near[box], far[box]) for near, far in solid]
            aerated[box] += _air((middle - half, middle + half), around, (mediastinum[0][box], mediastinum[1][box]))
    film.add(aerated, _LUNG)
    _vessels(film, thorax, aerated)
    for finding in findings:
        _add_finding(film, thorax, finding, aerated)
    _bones(film, thorax, lateral)
    return np.where(body > 0, np.maximum(film.path, 2.0), np.float32(0.0))


def _outline(film: Film, thorax: Thorax, lateral: bool) -> Image:
    trunk, *shoulders = thorax.trunk()
    shapes = [trunk] if lateral else [thorax.silhouette, *shoulders]
    body = film.thickness(shapes)
    for box, thickness, _ in (*thorax.neck.shadow(film.grid, film.depth), *_arms(film, thorax, lateral)):
        np.maximum(body[box], thickness, out=body[box])
    film.add(body, 0.62 if lateral else 1.0)
    for breast in thorax.breast_pair:
        film.add_ellipsoid(breast, 0.30)
    return body


def _arms(film: Film, thorax: Thorax, lateral: bool) -> list[tuple[Box, Image, Image | None]]:
    """The upper arms, held away from the body; raised out of the picture for a view from the side."""
    if lateral:
        return []
    wide, tall = thorax.wide, thorax.tall
    arms = (Tube(((side * 140 * wide, 10, 118 * tall), (side * 250 * wide, 10, 0)), (46, 40)) for side in (-1, 1))
    return [shadow for arm in arms for shadow in arm.shadow(film.grid, film.depth)]


def _air(lung: Interval, solid: list[Interval], mediastinum: Interval) -> Image:
    """The aerated length of a lung: what domes, heart and mediastinum leave of it.

    Solids that lie on the same ray are counted once where two of them overlap.
    """
    free = overlap(lung)
    taken = [overlap(lung, part) for part in (*solid, mediastinum)]
    shared = [overlap(lung, a, b) for i, a in enumerate(solid) for b in solid[i + 1 :]]
    total = sum(taken, np.zeros_like(free)) - sum(shared, np.zeros_like(free))
    most: Image = taken[0]
    for part in taken[1:]:
        most = np.maximum(most, part)
    air: Image = np.maximum(free - np.maximum(total, most), 0.0)
    return air


def _vessels(film: Film, thorax: Thorax, aerated: Image) -> None:
    """Vessels show only where lung surrounds them; the aorta's edge shows through the heart."""
    lung = np.minimum(aerated * np.float32(1 / 40), 1.0)
    for branch in thorax.branches:
        film.add_tube(branch, 1.3, within=lung)
    for vessel in thorax.vessels:
        film.add_tube(vessel, 0.42)
    for airway in thorax.airways:
        film.add_tube(airway, -0.9)
    mottle = grain(film.grid.u, film.grid.v, 0.0, 9.0, thorax.shift)
    film.path += mottle * lung * np.float32(2.2)


def _bones(film: Film, thorax: Thorax, lateral: bool) -> None:
    for rib in thorax.ribs:
        film.add_tube(rib, _BONE, hollow=1.6)
    for vertebra in thorax.vertebrae:
        film.add_ellipsoid(vertebra, 0.9 if lateral else 0.62)
        x, y, z = vertebra.axes
        film.add_ellipsoid(Ellipsoid(vertebra.centre, (x - 2, y - 2, z - 2)), -0.3)
    for arch in thorax.arches:
        film.add_tube(arch, 0.8)
    for bone in (*thorax.clavicles, *thorax.scapulae):
        film.add_tube(bone, 0.4 if lateral else 1.2, hollow=2.0)
    for part in thorax.sternum:
        film.add_ellipsoid(part, 0.5)
    bubble = thorax.domes[1]
    x, y, z = bubble.centre
    film.add_ellipsoid(Ellipsoid((x - 10, y - 48, z + bubble.axes[2] - 32), (30, 22, 20)), -0.8)


def _add_finding(film: Film, thorax: Thorax, finding: Finding, aerated: Image) -> None:
    lung = np.minimum(aerated * np.float32(1 / 25), 1.0)
    if finding.kind == "effusion":
        # Fluid rises along the chest wall: the level is a meniscus, lowest in the middle of the lung.
        side = thorax.lungs[0 if finding.centre[0] < 0 else 1]
        top = finding.centre[2] + finding.axes[2]
        u_axis = X if film.depth == Y else Y
        off = (film.grid.u[None, :] - np.float32(side.centre[u_axis])) * np.float32(1 / side.axes[u_axis])
        depth = np.float32(top) + off * off * np.float32(26) - film.grid.v[:, None]
        fluid = np.clip(depth * np.float32(1 / 18), 0.0, 1.0)
        film.path += fluid * np.minimum(overlap(film.interval(side)), aerated) * np.float32(-0.9 * _LUNG)
        return
    if finding.kind not in ("nodule", "consolidation"):
        return
    if (pierced := thorax.place(finding).pierce(film.grid, film.depth)) is None:
        return
    (rows, columns), _, half = pierced
    density = 0.8
    if finding.kind == "consolidation":
        rough = grain(film.grid.u[columns], film.grid.v[rows], 0.0, 12.0, thorax.shift + 3)
        half = half * np.clip(rough * np.float32(0.5) + np.float32(0.55), 0.0, 1.0)
        density = 0.6
    film.path[rows, columns] += half * lung[rows, columns] * np.float32(2 * density)
