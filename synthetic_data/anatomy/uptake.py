"""Where sugar goes: an axial slice through a chest as positron emission tomography with FDG sees it."""

from __future__ import annotations

import numpy as np

from synthetic_data.anatomy.shapes import Ellipsoid, Grid, Image, Tube
from synthetic_data.anatomy.thorax import Thorax
from synthetic_data.anatomy.tissue import Canvas, Contrast, Tissue
from synthetic_data.model import Finding

_T = Tissue

UPTAKE: Contrast = {
    _T.AIR: 0.0, _T.SKIN: 0.5, _T.FAT: 0.3, _T.MUSCLE: 0.75, _T.LUNG: 0.45, _T.BLOOD: 1.5, _T.HEART: 6.5, _T.LIVER: 2.4,
    _T.SPLEEN: 2.0, _T.MARROW: 1.9, _T.CSF: 0.4, _T.NODULE: 9.0,
}  # fmt: skip
"""Standardised uptake values (g/ml)."""


def uptake_slice(thorax: Thorax, grid: Grid, z: float, findings: tuple[Finding, ...]) -> Image:
    """The slice at height `z` as standardised uptake values, shape (rows, columns)."""
    canvas = Canvas(grid, z, [UPTAKE])
    for inset, tissue in ((0.0, _T.SKIN), (2.0, _T.FAT), (thorax.fat, _T.MUSCLE)):
        for shape in thorax.trunk(inset):
            canvas.paint(shape, tissue)
    for breast in thorax.breast_pair:
        canvas.paint(breast, _T.FAT)
    for lung in thorax.lungs:
        canvas.paint(lung, _T.LUNG)
    canvas.paint(thorax.mediastinum, _T.SKIN)
    for chamber in thorax.chambers:
        canvas.paint(chamber, _T.BLOOD)
    for vessel in thorax.vessels:
        canvas.paint(vessel, _T.BLOOD)
    _heart(canvas, thorax)
    for dome, tissue in zip(thorax.domes, (_T.LIVER, _T.SPLEEN), strict=True):
        canvas.paint(dome, tissue)
    for vertebra in thorax.vertebrae:
        canvas.paint(vertebra, _T.MARROW)
    canvas.paint(thorax.canal, _T.CSF)
    for finding in findings:
        if finding.kind == "nodule":
            canvas.paint(thorax.place(finding), _T.NODULE)
    return _blurred(canvas.planes[0])


def _heart(canvas: Canvas, thorax: Thorax) -> None:
    """The left ventricle: a cup of hot muscle around blood, open towards the valves; the right one is thin and cool."""
    x, y, z = thorax.heart.centre
    a, b, c = thorax.heart.axes
    canvas.paint(thorax.heart, _T.BLOOD)
    canvas.paint(Ellipsoid((x + 0.22 * a, y + 0.1 * b, z), (0.72 * a, 0.66 * b, 0.8 * c), 38, 20), _T.HEART)
    canvas.paint(Ellipsoid((x + 0.14 * a, y + 0.06 * b, z), (0.56 * a, 0.42 * b, 0.58 * c), 38, 20), _T.BLOOD)
    base = ((x - 0.5 * a, y - 0.2 * b, z), (x - 0.1 * a, y - 0.05 * b, z))
    canvas.paint(Tube(base, (0.5 * b, 0.35 * b)), _T.BLOOD)


def _blurred(picture: Image) -> Image:
    """The scanner's blur: a kernel of (1, 2, 1) twice along each axis."""
    for _ in range(2):
        for axis in (0, 1):
            before, after = np.roll(picture, 1, axis), np.roll(picture, -1, axis)
            picture = before * np.float32(0.25) + picture * np.float32(0.5) + after * np.float32(0.25)
    return picture
