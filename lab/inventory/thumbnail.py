"""A small picture of an image with what was found in it framed."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from lab.inventory.finding import SURE_ENOUGH, Finding, Place
from lab.inventory.pictures import PIXEL_DATA, frame_of
from lab.inventory.reader import renderings

WIDEST = 640
_RED = (255, 60, 50)


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A PNG, at most 640 pixels wide, of the file of that name; `found` is the number of frames drawn in it."""

    file: str
    png: bytes
    found: int


def thumbnail(name: str, source: Path | bytes, findings: list[Finding]) -> list[Thumbnail]:
    """The picture of a file with findings in its pixels; none for a file without, or one that cannot be decoded."""
    found = [one for one in findings if one.place is Place.PIXELS and one.tag == PIXEL_DATA and one.sure >= SURE_ENOUGH]
    boxes = {one.box for one in found if one.box}
    if not boxes:
        return []
    first = found[0].pages
    try:
        shown = renderings(frame_of(source, first[0] if first else 1, 2 if first else 1))[0]
    except Exception:  # it was decoded before; a picture of it is no more than a courtesy
        return []
    picture = Image.fromarray(np.repeat(shown[:, :, None], 3, 2) if shown.ndim == 2 else shown[:, :, :3])
    draw = ImageDraw.Draw(picture)
    for left, top, right, bottom in boxes:
        draw.rectangle((left - 1, top - 1, right, bottom), outline=_RED, width=2)
    if picture.width > WIDEST:
        picture = picture.resize((WIDEST, round(picture.height * WIDEST / picture.width)))
    out = BytesIO()
    picture.save(out, "PNG")
    return [Thumbnail(name, out.getvalue(), len(boxes))]
