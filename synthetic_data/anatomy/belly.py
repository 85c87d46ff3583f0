"""What an abdominal and an obstetric ultrasound look at: liver, gallbladder and kidney, or a foetus in its fluid."""

from __future__ import annotations

from synthetic_data.anatomy.ultrasound import Blob, Vessel, View
from synthetic_data.model import Finding
from synthetic_data.seeding import Role

_FLUID = -0.006


def liver_view(role: Role, findings: tuple[Finding, ...], number: int) -> View:
    """Longitudinal through the right lobe: with the kidney behind (image 1), or with the gallbladder (image 2)."""
    generator = role.child("liver").random()
    d = generator.uniform(-5, 5)
    parts: list[Blob | Vessel] = [
        Blob(-8 + d, 51, 128, 80, 1.0, -10, 3.2, 2.2),
    ]
    if number == 1:
        parts += _kidney(24 + d, 92 + generator.uniform(-4, 4))
        parts += [
            Vessel((-62 + d, 62), (-8 + d, 44), 3.6, 0.7),
            Vessel((-70, 40), (-34 + d, 34), 2.2),
            Vessel((-48 + d, 88), (-30, 78), 2.8),
        ]
        return View(0.5, tuple(parts), 0.22, role.child("view", number))
    parts += [
        Vessel((-66 + d, 84), (-14 + d, 58), 4.8, 0.9),
        Vessel((-54, 50), (-20 + d, 38), 2.6, 0.5),
        Blob(32 + d, 62, 34, 14, 0.01, 24, 1.1, 1.3, _FLUID),
    ]
    if any(finding.kind == "gallstone" for finding in findings):
        size = 5.0 + generator.uniform(0, 3)
        parts.append(Blob(42 + d, 77 - size * 0.6, size, size * 0.6, 4.0, 20, 5.5, 1.6, 0.35))
    return View(0.5, tuple(parts), 0.22, role.child("view", number))


def _kidney(x: float, z: float) -> list[Blob | Vessel]:
    """Cortex darker than the liver, pyramids darker still, and the bright fat of the sinus."""
    parts: list[Blob | Vessel] = [Blob(x, z, 52, 24, 0.5, 6, 1.1, 1.3)]
    for dx, dz in ((-34, -6), (-18, -14), (0, -16), (18, -13), (34, -4), (-26, 10), (22, 13), (0, 15)):
        parts.append(Blob(x + dx, z + dz, 6.0, 5.0, 0.22))
    parts += [Blob(x, z, 30, 8.5, 2.3, 6), Blob(x - 10, z - 1, 9, 2.4, 0.6, 14), Blob(x + 12, z + 2, 8, 2.0, 0.6, -10)]
    return parts


def foetus_view(role: Role, weeks: float, number: int, beat: float = 0.0) -> View:
    """The foetus at so many weeks: its head in cross-section (image 1), or from the side (image 2); `beat` moves it."""
    size = biparietal(weeks) / 58
    child = _head(6.0, 82.0, size, beat) if number == 1 else _profile(size, beat)
    return View(0.95, (*_womb(), *child), 0.3, role.child("womb", number))


def biparietal(weeks: float) -> float:
    """The head's width in mm: about 21 at 12 weeks, 54 at 22, 78 at 30."""
    return 21 + (weeks - 12) * 3.25


def _womb() -> list[Blob | Vessel]:
    """Muscle, placenta in front, fluid."""
    return [Blob(0, 84, 92, 60, 0.012, 3, 0.8, 2.0, _FLUID * 0.6), Blob(-46, 34, 46, 15, 1.15, 14)]


def _head(x: float, z: float, size: float, beat: float) -> list[Blob | Vessel]:
    z += beat
    a, b = 38 * size, 30 * size
    parts: list[Blob | Vessel] = [
        Blob(x, z, a + 1.5, b + 1.5, 0.3, 8, 5.0, 1.7),
        Blob(x, z, a - 1.0, b - 1.0, 0.17, 8),
        Blob(x, z, a * 0.8, 0.55, 1.5, 8),
        Blob(x - a * 0.42, z - b * 0.06, a * 0.12, b * 0.13, 0.012, 8, 0.5, 0.8),
    ]
    for side in (-1, 1):
        parts += [
            Blob(x + a * 0.18, z + side * b * 0.45, a * 0.42, b * 0.16, 0.016, 8 + side * 9, 0.3, 0.8),
            Blob(x + a * 0.32, z + side * b * 0.46, a * 0.24, b * 0.11, 0.6, 8 + side * 9),
            Blob(x - a * 0.04, z + side * b * 0.16, a * 0.16, b * 0.10, 0.08, 8),
        ]
    return parts


def _profile(size: float, beat: float) -> list[Blob | Vessel]:
    """Head to the left with the face upwards, trunk with ribs and heart, an arm."""
    s = size
    x, z = -34 * s, 88.0 + beat
    parts: list[Blob | Vessel] = [
        Blob(x + 46 * s, z + 6, 38 * s, 23 * s, 0.7, 4, 0.8, 1.4),
        Blob(x + 34 * s, z + 4, 12 * s, 9 * s, 0.07, 20),
        Blob(x + 34 * s, z + 4, 0.8, 9 * s, 0.7, 20),
        Blob(x + 60 * s, z + 1, 8 * s, 5 * s, 0.05, 0),
        Blob(x, z, 27 * s, 22 * s, 0.6, -12, 4.2, 1.7),
        Blob(x, z, 24 * s, 19 * s, 0.2, -12),
        Blob(x + 10 * s, z - 20 * s, 4.5 * s, 3.2 * s, 1.0, 30, 1.5, 1.0),
        Blob(x + 18 * s, z - 15 * s, 6 * s, 3.4 * s, 0.7, 20, 0.8, 1.0),
        Blob(x + 52 * s, z - 24 * s, 16 * s, 3.2 * s, 0.8, -18, 1.4, 1.0),
    ]
    for rib in range(9):
        parts.append(Blob(x + (22 + rib * 7) * s, z + 23 * s - abs(rib - 4) * 0.9, 1.8, 1.4, 2.0, 0, 2.4, 1.0, 0.02))
    return parts
