"""The whole skeleton, as a bone scan's two detectors see it: from the front and from the back."""

from __future__ import annotations

from synthetic_data.anatomy.radiograph import Film
from synthetic_data.anatomy.shapes import Ellipsoid, Grid, Image, Point, Tube, Y
from synthetic_data.anatomy.thorax import Thorax
from synthetic_data.model import Finding
from synthetic_data.seeding import Role

SITES: tuple[Point, ...] = (
    (0, 60, -150),
    (-95, 30, -30),
    (62, 60, -390),
    (-60, 10, -450),
    (0, 60, -260),
    (108, 40, 40),
)
"""Where bone metastases like to sit, in mm from the carina."""


def bone_scan(thorax: Thorax, grid: Grid, behind: bool, findings: tuple[Finding, ...], role: Role) -> Image:
    """Counts in arbitrary units, shape (rows, columns); `behind` is the posterior view, whose left is the patient's left."""
    film = Film(grid, Y)
    near, far = (0.45, 1.0) if behind else (1.0, 0.5)
    _soft_tissue(film, thorax)
    for rib in thorax.ribs:
        film.add_tube(rib, 0.62)
    for part in thorax.sternum:
        film.add_ellipsoid(part, 1.5 * near)
    for bone in (*thorax.clavicles, *(thorax.scapulae if behind else ())):
        film.add_tube(bone, 0.5)
    _spine(film, far)
    _skull(film)
    _pelvis(film, near, far)
    for tube, density in _limbs():
        film.add_tube(tube, density)
    _organs(film, behind)
    if any(finding.kind == "metastasis" for finding in findings):
        generator = role.child("metastases").random()
        for x, y, z in generator.sample(SITES, 4):
            size = generator.uniform(9, 15)
            seen = far if y > 40 else 1.0
            film.add_ellipsoid(Ellipsoid((x, y, z), (size, size, size)), 3.2 * seen)
    picture: Image = film.path
    return picture[:, ::-1] if behind else picture


def _soft_tissue(film: Film, thorax: Thorax) -> None:
    shapes = [
        Ellipsoid((0, 0, -180), (165, 100, 340)), Ellipsoid((0, 0, 250), (78, 95, 115)), Ellipsoid((0, 0, -420), (172, 95, 150)),
    ]  # fmt: skip
    film.add(film.thickness(shapes), 0.035)
    for side in (-1, 1):
        for points, radii in (
            (((side * 165, 0, 110), (side * 215, 0, -170), (side * 225, 0, -430)), (52, 40, 30)),
            (((side * 88, 0, -480), (side * 86, 0, -880), (side * 84, 0, -1300)), (82, 62, 42)),
        ):
            film.add_tube(Tube(points, radii), 0.035)


def _spine(film: Film, far: float) -> None:
    for i in range(24):
        z = 178 - 24.5 * i
        wide = 15 + 0.45 * i
        film.add_ellipsoid(Ellipsoid((0, 56, z), (wide, 15, 11)), 1.15 * far)
        film.add_ellipsoid(Ellipsoid((0, 90, z - 8), (7, 14, 9)), 0.7 * far)


def _skull(film: Film) -> None:
    film.add_ellipsoid(Ellipsoid((0, 0, 290), (74, 92, 88)), 0.42)
    film.add_ellipsoid(Ellipsoid((0, 0, 290), (67, 85, 81)), -0.32)
    film.add_ellipsoid(Ellipsoid((0, -60, 222), (44, 40, 30)), 0.6)
    film.add_tube(
        Tube(((-48, -20, 236), (-38, -60, 196), (0, -80, 184), (38, -60, 196), (48, -20, 236)), (6,) * 5), 0.7
    )


def _pelvis(film: Film, near: float, far: float) -> None:
    film.add_ellipsoid(Ellipsoid((0, 80, -440), (42, 18, 48)), 1.3 * far)
    for side in (-1, 1):
        wing = (
            (side * 44, 70, -400), (side * 86, 20, -372), (side * 128, -30, -400), (side * 118, -20, -446), (side * 92, 0, -482),
        )  # fmt: skip
        film.add_tube(Tube(wing, (13, 10, 12, 11, 17)), 0.85)
        film.add_tube(
            Tube(((side * 88, 0, -490), (side * 40, -40, -498), (side * 6, -50, -505)), (12, 8, 9)), 0.8 * near
        )
        film.add_tube(Tube(((side * 80, 20, -505), (side * 58, 40, -552), (side * 24, -20, -530)), (11, 11, 7)), 0.7)
        film.add_ellipsoid(Ellipsoid((side * 58, 62, -425), (9, 10, 38), 0, -side * 14), 1.6 * far)


def _limbs() -> list[tuple[Tube, float]]:
    tubes = []
    for side in (-1, 1):
        for points, radii, density in (
            (((160, 0, 118), (172, 0, 96)), (24, 20), 1.0),
            (((172, 0, 96), (200, 0, -170)), (13, 11), 0.55),
            (((200, 0, -170), (206, 0, -188)), (20, 17), 0.8),
            (((200, 0, -188), (214, 0, -410)), (8, 8), 0.6),
            (((214, 0, -188), (230, 0, -410)), (8, 8), 0.6),
            (((222, 0, -425), (228, 0, -500), (222, 0, -560)), (20, 18, 9), 0.5),
            (((95, 0, -492), (140, 0, -520)), (24, 22), 0.85),
            (((140, 0, -520), (116, 0, -700), (92, 0, -880)), (17, 14, 17), 0.75),
            (((92, 0, -890), (92, 0, -915)), (36, 34), 0.75),
            (((92, 0, -935), (92, 0, -1100), (88, 0, -1275)), (19, 13, 14), 0.7),
            (((112, 0, -950), (112, 0, -1100), (106, 0, -1275)), (7, 6, 9), 0.5),
            (((96, 0, -1295), (100, -40, -1320), (112, -120, -1345)), (22, 22, 18), 0.6),
        ):
            mirrored = tuple((side * x, float(y), float(z)) for x, y, z in points)
            tubes.append((Tube(mirrored, tuple(float(r) for r in radii)), density))
    return tubes


def _organs(film: Film, behind: bool) -> None:
    """What leaves the body through the kidneys, and waits in the bladder."""
    for side in (-1, 1):
        film.add_ellipsoid(Ellipsoid((side * 62, 50, -235), (24, 20, 48), 0, side * 12), 0.75 if behind else 0.22)
    film.add_ellipsoid(Ellipsoid((0, -30, -492), (34, 30, 26)), 1.0 if behind else 2.4)
