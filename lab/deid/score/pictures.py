"""Pictures before and after, with the planted places outlined: what a score means to the eye."""

from __future__ import annotations

import base64
import io
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from lab.deid.score.judging import Fate, Judged, judge
from lab.deid.score.objects import Seen, read_folder
from lab.deid.score.pairing import pair
from synthetic_data.ledger import LedgerEntry, Place
from synthetic_data.ledger_table import read_ledger
from synthetic_data.sets import LEDGER_NAME

_GONE, _THERE, _UNKNOWN = "#22aa44", "#dd2222", "#dd9900"
_MOST = 12


@dataclass(frozen=True)
class Shot:
    """One picture before and after, as data URLs of PNGs."""

    name: str
    before: str
    after: str


def before_and_after(source: Path, target: Path, most: int = _MOST) -> list[Shot]:
    """The first picture of each kind that has letters planted in it, those with leaks first. Read-only."""
    planted: dict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in read_ledger(source / LEDGER_NAME):
        if entry.place in (Place.PIXELS, Place.OVERLAY):
            planted[entry.sop_instance_uid].append(entry)
    sources = read_folder(source)
    found: list[tuple[bool, str, Seen, Seen, list[Judged]]] = []
    kinds: set[tuple[str, ...]] = set()
    for one, other in zip(sources, pair(sources, read_folder(target)), strict=True):
        entries = planted.get(one.text("SOPInstanceUID"))
        if not entries or other is None or one.frames is None or other.frames is None or one.shape in kinds:
            continue
        kinds.add(one.shape)
        judged = [judge(entry, one, other) for entry in entries]
        found.append((not any(j.fate is Fate.LEAKED for j in judged), one.name, one, other, judged))
    return [
        Shot(name, _png(one, judged, True), _png(other, judged, False))
        for _, name, one, other, judged in sorted(found, key=lambda row: row[:2])[:most]
    ]


def _png(seen: Seen, judged: list[Judged], before: bool) -> str:
    assert seen.frames is not None
    picture = Image.fromarray(_shown(seen.frames[0], seen.overlay)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for one in judged:
        if one.entry.box is None or (one.entry.page or 1) != 1:
            continue
        left, top, right, bottom = one.entry.box
        colour = {Fate.LEAKED: _THERE, Fate.GOOD: _GONE}.get(one.fate, _UNKNOWN)
        draw.rectangle((left - 2, top - 2, right + 1, bottom + 1), outline=_THERE if before else colour)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def _shown(picture: NDArray[Any], overlay: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    """A frame in 8 bits, with its overlay drawn in."""
    values = picture.astype(np.float32)
    if picture.dtype != np.uint8:
        low, high = np.percentile(values, (1, 99))
        values = np.clip((values - low) * (255 / max(float(high - low), 1.0)), 0, 255)
    grey = values.astype(np.uint8)
    if overlay is not None and overlay.shape == grey.shape[:2]:
        grey[overlay > 0] = 255
    return grey
