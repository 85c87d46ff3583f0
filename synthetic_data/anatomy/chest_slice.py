"""An axial CT slice through a chest."""

from __future__ import annotations

import numpy as np

from synthetic_data.anatomy.shapes import Ellipsoid, Grid, Image, soften
from synthetic_data.anatomy.texture import grain
from synthetic_data.anatomy.thorax import Thorax
from synthetic_data.anatomy.tissue import HOUNSFIELD, Canvas, Tissue
from synthetic_data.model import Finding


def chest_slice(thorax: Thorax, grid: Grid, z: float, findings: tuple[Finding, ...]) -> Image:
    """The slice at height `z` in Hounsfield units, shape (rows, columns)."""
    canvas = Canvas(grid, z, [HOUNSFIELD])
    _wall(canvas, thorax)
    lungs = _lungs(canvas, thorax)
    _middle(canvas, thorax)
    for finding in findings:
        _paint_finding(canvas, thorax, finding, lungs)
    _belly(canvas, thorax)
    _bones(canvas, thorax)
    _table(canvas, thorax)
    plane: Image = canvas.planes[0]
    return plane


def _wall(canvas: Canvas, thorax: Thorax) -> None:
    for inset, tissue in ((0.0, Tissue.SKIN), (2.0, Tissue.FAT), (thorax.fat, Tissue.MUSCLE)):
        for shape in thorax.trunk(inset):
            canvas.paint(shape, tissue)
        if inset < thorax.fat:
            for breast in thorax.breast_pair:
                x, y, z = breast.axes
                canvas.paint(Ellipsoid(breast.centre, (x - inset, y - inset, z - inset), breast.yaw), tissue)
    for breast in thorax.breast_pair:
        x, y, z = breast.axes
        canvas.paint(Ellipsoid(breast.centre, (x * 0.5, y * 0.55, z * 0.5), breast.yaw), Tissue.MUSCLE)
    # Fat planes between the muscles of the wall, and the fat that lines the rib cage.
    x, y, z = thorax.lungs[0].axes
    for lung in thorax.lungs:
        canvas.paint(Ellipsoid(lung.centre, (x + 4, y + 4, z + 4), lung.yaw, lung.roll), Tissue.FAT)
        canvas.paint(Ellipsoid(lung.centre, (x + 2.2, y + 2.2, z + 2), lung.yaw, lung.roll), Tissue.MUSCLE)


def _lungs(canvas: Canvas, thorax: Thorax) -> Image:
    """Paint both lungs with their vessels; returns the lungs' share of each pixel."""
    share = np.zeros((canvas.grid.rows, canvas.grid.columns), np.float32)
    for lung in thorax.lungs:
        canvas.paint(lung, Tissue.LUNG)
        if (cut := lung.cut(canvas.grid, canvas.z)) is not None:
            np.maximum(share[cut[0]], cut[1], out=share[cut[0]])
    mottle = grain(canvas.grid.u, canvas.grid.v, canvas.z, 8.0, thorax.shift) * np.float32(28)
    # Blood settles: the back of the lungs is denser.
    canvas.planes[0] += share * (mottle + canvas.grid.v[:, None] * np.float32(0.45))
    for branch in thorax.branches:
        if (cut := branch.cut(canvas.grid, canvas.z)) is not None:
            box, covered = cut
            canvas.cover(covered * share[box], Tissue.BLOOD, box)
    return share


def _middle(canvas: Canvas, thorax: Thorax) -> None:
    """Mediastinum, heart with its fat, great vessels, airways and oesophagus."""
    canvas.paint(thorax.mediastinum, Tissue.FAT)
    for shape in (*thorax.chambers, thorax.heart):
        x, y, z = shape.axes
        canvas.paint(Ellipsoid(shape.centre, (x + 4, y + 4, z + 4), shape.yaw, shape.roll), Tissue.FAT)
    for shape in (*thorax.chambers, thorax.heart):
        canvas.paint(shape, Tissue.HEART)
    for vessel in thorax.vessels:
        canvas.paint(vessel, Tissue.BLOOD)
    canvas.paint(Ellipsoid((6 * thorax.wide, 34 * thorax.deep, 0), (8, 5, 400)), Tissue.MUSCLE)
    for airway in thorax.airways:
        canvas.paint(airway, Tissue.AIR)


def _belly(canvas: Canvas, thorax: Thorax) -> None:
    """What the diaphragm's domes hold: liver and, on the left, spleen and the stomach with its bubble of air."""
    for dome, tissue in zip(thorax.domes, (Tissue.LIVER, Tissue.FAT), strict=True):
        canvas.paint(dome, Tissue.MUSCLE)
        x, y, z = dome.axes
        canvas.paint(Ellipsoid(dome.centre, (x - 3, y - 3, z - 3)), tissue)
    x, y, z = thorax.domes[1].centre
    top = z + thorax.domes[1].axes[2]
    canvas.paint(Ellipsoid((x + 12, y + 36, top - 52), (38, 36, 46)), Tissue.SPLEEN)
    canvas.paint(Ellipsoid((x - 10, y - 34, top - 42), (44, 40, 36)), Tissue.MUSCLE)
    canvas.paint(Ellipsoid((x - 10, y - 48, top - 40), (34, 22, 26)), Tissue.AIR)


def _bones(canvas: Canvas, thorax: Thorax) -> None:
    solid = (*thorax.scapulae, *thorax.clavicles)
    for tube in (*thorax.ribs, *thorax.arches, *solid):
        canvas.paint(tube, Tissue.CORTICAL_BONE)
    for tube in (*thorax.ribs, *solid):
        canvas.paint(type(tube)(tube.points, tuple(max(0.5, r - 2.0) for r in tube.radii)), Tissue.MARROW)
    for shape in (*thorax.vertebrae, *thorax.sternum):
        canvas.paint(shape, Tissue.CORTICAL_BONE)
        x, y, z = shape.axes
        canvas.paint(Ellipsoid(shape.centre, (x - 2.0, y - 2.0, z - 1.5), shape.yaw), Tissue.MARROW)
    canvas.paint(thorax.canal, Tissue.CSF)
    x, y, z = thorax.canal.points[0]
    canvas.paint(Ellipsoid((x, y, 0), (5, 4.5, 900)), Tissue.WHITE)


def _table(canvas: Canvas, thorax: Thorax) -> None:
    """The scanner's table: a thin curved shell under the patient."""
    back = thorax.trunk()[0].axes[1] + 6
    x, y = canvas.grid.u[None, :], canvas.grid.v[:, None]
    line = y - (np.float32(back) - x * x * np.float32(0.0009))
    within = np.maximum(np.abs(line) - np.float32(1.6), np.abs(x) - np.float32(190))
    per_pixel = np.float32(1 / canvas.grid.spacing)
    table = soften(-within * per_pixel)
    canvas.planes[0] = np.maximum(canvas.planes[0], table * np.float32(780) - np.float32(1000))


def _paint_finding(canvas: Canvas, thorax: Thorax, finding: Finding, lungs: Image) -> None:
    """A nodule, a patch of pneumonia or an effusion that lies at the back of the lung."""
    if finding.kind == "effusion":
        _paint_effusion(canvas, thorax, finding, lungs)
        return
    if finding.kind not in ("nodule", "consolidation"):
        return
    if (cut := thorax.place(finding).inside(canvas.grid, canvas.z)) is None:
        return
    (rows, columns), inside = cut
    x, y, _ = finding.axes
    rough = np.abs(grain(canvas.grid.u[columns], canvas.grid.v[rows], canvas.z, 7.0, thorax.shift + 3))
    patchy = finding.kind == "consolidation"
    fray = rough * np.float32(min(x, y) * (0.9 if patchy else 0.3) / canvas.grid.spacing)
    share = soften((inside - fray) * np.float32(0.22 if patchy else 1.0)) * lungs[rows, columns]
    canvas.cover(share, Tissue.CONSOLIDATION if patchy else Tissue.NODULE, (rows, columns))


def _paint_effusion(canvas: Canvas, thorax: Thorax, finding: Finding, lungs: Image) -> None:
    side = 0 if finding.centre[0] < 0 else 1
    lung = thorax.lungs[side]
    if (cut := lung.cut(canvas.grid, canvas.z)) is None:
        return
    box, share = cut
    height = finding.centre[2] + finding.axes[2] - canvas.z
    level = lung.centre[1] + lung.axes[1] * (1.0 - max(0.0, height) / 90.0)
    fluid = soften((canvas.grid.v[box[0], None] - np.float32(level)) * np.float32(1 / canvas.grid.spacing))
    canvas.cover(fluid * share * lungs[box], Tissue.WATER, box)
