"""Derive ``synthetic_data/anatomy/brain.bin``, the shape of a human brain, from the MNI templates that nilearn ships.

    python -m venv throwaway && throwaway/bin/pip install nilearn==0.12.1
    throwaway/bin/python tools/brain.py        # made with scipy 1.17.1

The source is the ICBM 152 non-linear symmetric template of 2009, version a (Fonov et al. 2009 and 2011; `NOTICE` has its
terms), the mean of 152 adults' brains: T1 contrast, grey and white matter at 1 mm. Nothing is downloaded but the package.
A mean is blurred; what is kept of it are surfaces, which are not: how white the tissue is, and how far each place
lies from the nearest sulcus, ventricle and skull base. One half is kept, as the other is its mirror image.
`synthetic_data/anatomy/atlas.py` says what is in the file.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

VERSION = "0.12.1"
NAMES = ("t1", "gm", "wm")
TARGET = Path(__file__).parents[1] / "synthetic_data" / "anatomy" / "brain.bin"
ORIGIN = (98, 134, 72)
"""The voxel of the anterior commissure: the templates' axes grow to the right, to the front and to the head."""
FRONT, BACK, LOWEST, HIGHEST, SIDE = 80, -114, -72, 86, 76
"""What is kept, in mm from the commissure: a half of the head."""
STEP = 1.25
CENTRE = -18
"""Where the middle of the hull lies in front of the commissure, in mm."""
ANGLES = 65
BASE = -12
"""Below this height, in mm, the brain is no longer as long as the skull."""

Volume = NDArray[np.float32]


class Templates(NamedTuple):
    """Intensities from 0 to 255 of whole heads, shape (right, front, up)."""

    t1: Volume
    grey: Volume
    white: Volume


def main() -> None:
    found = find_spec("nilearn")
    if found is None or found.origin is None:
        raise SystemExit(f"nilearn is not there: pip install nilearn=={VERSION}")
    templates = Templates(*(_read(Path(found.origin).parent, name) for name in NAMES))
    mask = ndimage.binary_fill_holes(ndimage.binary_closing(templates.t1 > 0, iterations=2))
    ventricles = _ventricles(templates.t1, mask)
    white = _half(_whiteness(templates))
    sulci = _depth_in(_half(_sulci(templates.t1, mask, ventricles)), 0.45)
    inside = _depth_in(_half(ndimage.gaussian_filter(ventricles.astype(np.float32), 0.7)), 0.45)
    outside = _half(ndimage.distance_transform_edt(~mask).astype(np.float32))
    planes = (
        np.rint(_coarse(white) * 16),
        np.clip(np.rint((_coarse(sulci) + 3) * 4), 0, 20),
        14 - np.clip(np.rint((_coarse(inside) + 4) * 2), 0, 14) + np.clip(np.rint(_coarse(outside)), 0, 8),
    )
    radii = _hull(mask)
    shape = planes[0].shape
    content = struct.pack("<4H", *shape, ANGLES) + radii.tobytes()
    content += b"".join(np.diff(plane.astype(np.uint8), axis=0, prepend=np.uint8(0)).tobytes() for plane in planes)
    TARGET.write_bytes(zlib.compress(content, 9))
    print(f"{TARGET.name}: {shape}, {TARGET.stat().st_size:,} bytes")


def _read(package: Path, name: str) -> Volume:
    """One of the templates, an uncompressed NIfTI-1 of bytes within gzip."""
    path = package / "datasets" / "data" / f"mni_icbm152_{name}_tal_nlin_sym_09a_converted.nii.gz"
    content = gzip.decompress(path.read_bytes())
    sizes, (kind,) = struct.unpack_from("<3h", content, 42), struct.unpack_from("<h", content, 70)
    if kind != 2 or sizes != (197, 233, 189):
        raise SystemExit(f"{path.name} is not what nilearn {VERSION} ships: {sizes}, type {kind}")
    (start,) = struct.unpack_from("<f", content, 108)
    voxels = np.frombuffer(content, np.uint8, offset=int(start)).reshape(sizes, order="F")
    return np.ascontiguousarray(voxels).astype(np.float32)


def _places() -> tuple[NDArray[np.int64], ...]:
    """Millimetres to the right, to the front and to the head of the commissure."""
    return tuple(np.meshgrid(*(np.arange(n) - o for n, o in zip((197, 233, 189), ORIGIN, strict=True)),
                             indexing="ij", sparse=True))  # fmt: skip


def _ventricles(t1: Volume, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The lateral ventricles: the dark within the brain, without the cisterns that touch them."""
    x, y, z = _places()
    dark = (t1 < 118) & mask & (abs(x) < 44) & (y > -62) & (y < 36) & (z > -18) & (z < 34)
    labels, _ = ndimage.label(dark)
    i, j, k = ORIGIN
    found = (labels == labels[i + 8, j - 10, k + 24]) | (labels == labels[i - 8, j - 10, k + 24])
    cistern = (abs(x) < 13) & (y < -27)
    midline = (abs(x) < 2) & ((y > 22) | (y < -20) | (z < 0))
    return found & ~cistern & ~midline


def _sulci(t1: Volume, mask: NDArray[np.bool_], ventricles: NDArray[np.bool_]) -> Volume:
    """How much speaks for fluid, from 0: dark places, and valleys in what is not dark, as a mean fills narrow sulci.

    Where the transverse sinuses run, blood is dark.
    """
    filled = np.where(mask, t1, 164).astype(np.float32)
    closed = ndimage.gaussian_filter(ndimage.grey_closing(filled, footprint=np.ones((7, 7, 7))), 1.0)
    valley = np.clip(np.minimum(closed, 164) - filled, 0, None)
    fluid = np.clip(164 - filled, 0, 110) / 105 * 0.6 + valley / 45 * 0.75
    x, y, z = _places()
    behind, beside = (abs(x) > 9) & (y < -60) & (z < -4), (abs(x) > 34) & (y < -28) & (z < -8)
    fluid *= 1 - ndimage.gaussian_filter(np.maximum(0.65 * behind, 0.42 * beside), 3)
    fluid = np.where(mask, np.clip(fluid, 0, 1.5), 1.2)
    return np.where(ndimage.binary_dilation(ventricles, iterations=2), 0, fluid).astype(np.float32)


def _whiteness(templates: Templates) -> Volume:
    """From 0 (grey) to 1 (white); sharp in the cortex, as it is in one brain, and gentle in the deep nuclei."""
    x, y, z = _places()
    deep = (abs(x) < 34) & (y > -40) & (y < 26) & (z > -30) & (z < 24)
    steep = 2.0 - 0.75 * ndimage.gaussian_filter(deep.astype(np.float32), 3)
    mixed = templates.white / 510 + np.clip((templates.t1 - 160) / 62, 0, 1) / 2
    return np.clip(0.5 + (mixed - 0.5) * steep, 0, 1).astype(np.float32)


def _half(volume: Volume) -> Volume:
    """The right half of what is kept."""
    i, j, k = ORIGIN
    return volume[i : i + SIDE, j + BACK : j + FRONT, k + LOWEST : k + HIGHEST]


def _depth_in(field: Volume, edge: float) -> Volume:
    """How deep, in mm, each place lies within what reaches `edge` (negative outside), to a quarter of a millimetre."""
    fine = ndimage.zoom(field, 2, order=1)
    within = fine > edge
    depth = np.where(
        within, ndimage.distance_transform_edt(within) - 0.5, 0.5 - ndimage.distance_transform_edt(~within)
    )
    smooth = ndimage.gaussian_filter(depth.astype(np.float32) / 2, 0.8)
    return ndimage.zoom(smooth, np.array(field.shape) / np.array(smooth.shape), order=1)


def _coarse(volume: Volume) -> Volume:
    """The volume at the file's step, shape (up, from front to back, from the middle to the side)."""
    counts = [int((n - 1) / STEP) + 1 for n in volume.shape]
    at = np.meshgrid(*(np.arange(n) * STEP for n in counts), indexing="ij")
    coarse = ndimage.map_coordinates(volume, at, order=1)
    return np.ascontiguousarray(coarse[:, ::-1].transpose(2, 1, 0))


def _hull(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The brain's convex outline, level by level: half millimetres from the middle in directions from front to back.

    Direction `a` of `ANGLES` is that in which (to the back) / (|to the side| + |to the back|) is -1 to 1. Below `BASE`
    the front is that of the skull, where eyes and nose take the brain's place.
    """
    levels = int((HIGHEST - LOWEST - 1) / STEP) + 1
    share = np.linspace(-1, 1, ANGLES)
    way = np.stack((1 - abs(share), share), 1) / np.hypot(1 - abs(share), share)[:, None]
    front = _outline(mask, BASE)
    front = front[front[:, 1] < -30]
    reach = np.zeros((levels, ANGLES))
    for level in range(levels):
        z = LOWEST + level * STEP
        points = _outline(mask, round(z))
        if z < BASE:
            points = np.concatenate((points, front))
        if len(points):
            reach[level] = _radii(points, way)
    reach = ndimage.gaussian_filter(reach, (1.5, 1.0), mode="nearest")
    return np.clip(np.rint(reach * 2), 2, 255).astype(np.uint8)


def _outline(mask: NDArray[np.bool_], z: int) -> NDArray[np.float64]:
    """The brain's places at a height: mm to the side, and to the back of the hull's middle."""
    i, j, k = ORIGIN
    x, y = np.nonzero(mask[i:, :, k + z])
    return np.stack((x, CENTRE + j - y), 1).astype(np.float64)


def _radii(points: NDArray[np.float64], way: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far the convex hull of points, and of their mirror images, reaches from the middle, by its supporting lines."""
    turns = np.linspace(0, np.pi, 181)
    normals = np.stack((np.sin(turns), -np.cos(turns)), 1)
    support = (points @ normals.T).max(0)
    towards = way @ normals.T
    with np.errstate(divide="ignore"):
        return np.where(towards > 1e-6, np.maximum(support, 1) / towards, np.inf).min(1)


if __name__ == "__main__":
    main()
