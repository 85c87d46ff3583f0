"""A contact sheet: one picture of each kind of series, windowed as a viewer shows it, with a caption."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from synthetic_data.burned import Line
from synthetic_data.errors import SyntheticDataError
from synthetic_data.hospital import Hospital, generate
from synthetic_data.instance import Instance
from synthetic_data.lettering import width
from synthetic_data.sets import UNFINISHED

TILE, CAPTION, GAP, COLUMNS = 256, 24, 6, 6
_PAPER, _INK = 28, 220

SHOWN_PATIENTS = 15
"""As many as there are stories: every kind of examination is among theirs."""

ORDER = (
    "ct_scout", "ct_brain", "ct_skull", "ct_mediastinum", "ct_lung", "mr_scout", "mr_t1", "mr_t2", "mr_flair", "dx_chest_pa",
    "dx_chest_lateral", "cr_chest_ap", "dx_hand_pa", "dx_hand_oblique", "mg_views", "us_liver", "us_foetus",
    "uscine_liver", "uscine_foetus", "xa_run", "pt_axial", "nm_whole", "sc_dose", "sc_paper",
)  # fmt: skip
_SHARE = {
    "ct_brain": 0.62,
    "ct_skull": 0.12,
    "ct_mediastinum": 0.45,
    "ct_lung": 0.6,
    "mr_t1": 0.62,
    "mr_t2": 0.62,
    "mr_flair": 0.62,
    "pt_axial": 0.26,
}
"""How far up a stack the picture is taken, if not in the middle."""

Grey = NDArray[np.uint8]


def write_gallery(path: Path, seed: int, locale: str) -> int:
    """Write a contact sheet of a hospital that has every kind of picture; returns how many it shows.

    Raises SyntheticDataError for an unknown locale or seed, and for a file that cannot be written.
    """
    tiles = [_tile(instance) for instance in _chosen(generate(seed, SHOWN_PATIENTS, locale, "all"))]
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        unfinished.write_bytes(contact_sheet(tiles))
        os.replace(unfinished, path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise SyntheticDataError(f"cannot write {str(path)!r}: {error.strerror}.") from error
    return len(tiles)


def contact_sheet(tiles: Sequence[Grey]) -> bytes:
    """A PNG of the tiles, row by row."""
    rows = -(-len(tiles) // COLUMNS)
    tall, wide = TILE + CAPTION + GAP, TILE + GAP
    sheet = np.full((rows * tall + GAP, COLUMNS * wide + GAP, 3), _PAPER, np.uint8)
    for place, tile in enumerate(tiles):
        row, column = divmod(place, COLUMNS)
        top, left = GAP + row * tall, GAP + column * wide
        sheet[top : top + tile.shape[0], left : left + TILE] = tile
    return png(sheet)


def _chosen(hospital: Hospital) -> Iterator[Instance]:
    """A picture of each kind of series; of those with a finding the first, as it shows more."""
    best: dict[str, Instance] = {}
    for instance in hospital.instances():
        series = instance.series
        if series.key not in ORDER or instance.number != _number(instance):
            continue
        known = best.get(series.key)
        if known is None or (not known.study.findings and instance.study.findings):
            best[series.key] = instance
    for key in ORDER:
        if key in best:
            yield best[key]


def _number(instance: Instance) -> int:
    """The image of a series that is shown: the gallbladder, the foetus's head, the oblique mammogram, else one in a stack."""
    series = instance.series
    if series.key in ("us_foetus", "us_liver", "mg_views"):
        return {"us_foetus": 1, "us_liver": 2, "mg_views": 3}[series.key]
    return max(1, min(series.images, round(series.images * _SHARE.get(series.key, 0.51))))


def _tile(instance: Instance) -> Grey:
    """The picture fitted into a square, above its caption."""
    picture = shown(instance)
    tile = np.zeros((TILE + CAPTION, TILE, 3), np.uint8)
    fitted = _fitted(picture, TILE)
    top, left = (TILE - fitted.shape[0]) // 2, (TILE - fitted.shape[1]) // 2
    tile[top : top + fitted.shape[0], left : left + fitted.shape[1]] = fitted
    tile[TILE:] = _PAPER
    text = f"{instance.series.modality}  {instance.series.description}"
    while width(text, "small") > TILE - 4:
        text = text.removesuffix("…")[:-1] + "…"
    Line(2, TILE + 2, "small", (text,)).draw(tile, (_INK, _INK, _INK))
    return tile


def shown(instance: Instance) -> Grey:
    """The picture as a viewer shows it, shape (rows, columns, 3): rescaled, windowed, its middle frame, white bones."""
    pixels = instance.pixels
    if pixels is None:
        raise ValueError(f"{instance.path} has no pixels")
    dataset = instance.dataset
    if instance.series.key == "nm_whole":
        pixels = np.concatenate(list(pixels), 1)
    elif instance.series.frames > 1:
        pixels = pixels[instance.series.frames * 2 // 3]
    if pixels.ndim == 3:
        return pixels.astype(np.uint8)
    values = pixels.astype(np.float32)
    if dataset.BitsStored > 8:
        values = values * np.float32(dataset.get("RescaleSlope", 1)) + np.float32(dataset.get("RescaleIntercept", 0))
        low = float(dataset.WindowCenter) - float(dataset.WindowWidth) / 2
        values = (values - np.float32(low)) * np.float32(255 / float(dataset.WindowWidth))
    if dataset.PhotometricInterpretation == "MONOCHROME1" or dataset.Modality in ("PT", "NM"):
        values = 255 - values
    grey = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, 2)


def _fitted(picture: Grey, side: int) -> Grey:
    """The picture scaled so that its longer side is `side`: averaged when it shrinks, interpolated when it grows."""
    rows, columns = picture.shape[:2]
    scale = side / max(rows, columns)
    values = picture.astype(np.float32)
    for axis, count in ((0, rows), (1, columns)):
        target = max(1, round(count * scale))
        edges = np.arange(target + 1) * (count / target)
        total = np.concatenate((np.zeros_like(np.take(values, [0], axis)), np.cumsum(values, axis)), axis)
        first = np.minimum(edges.astype(int), count - 1)
        part = (edges - first).reshape(-1, *(1,) * (2 - axis))
        at = np.take(total, first, axis) + np.take(values, first, axis) * part
        values = np.diff(at, axis=axis) * (target / count)
    fitted: Grey = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return fitted


def png(picture: Grey) -> bytes:
    """A (rows, columns, 3) picture as a PNG file (ISO/IEC 15948)."""
    rows, columns = picture.shape[:2]
    lines = np.zeros((rows, 1 + columns * 3), np.uint8)
    lines[:, 1:] = picture.reshape(rows, -1)

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(lines.tobytes(), 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")
