"""A small picture of an image with what was found in it framed."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from pydicom import dcmread

from lab.inventory.finding import SURE_ENOUGH, Finding, Place
from lab.inventory.inflating import plain
from lab.inventory.pictures import ICON, PIXEL_DATA, frame_of, overlay_planes
from lab.inventory.reader import Picture, renderings

WIDEST = 640
_RED = (255, 60, 50)
_SHOWN = (Place.PIXELS, Place.OVERLAY)


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A PNG, at most 640 pixels wide, of the file of that name; `found` is the number of frames drawn in it."""

    file: str
    png: bytes
    found: int


def thumbnail(name: str, source: Path | bytes, findings: list[Finding]) -> list[Thumbnail]:
    """The picture of a file with findings in its pixels or its overlay, framed; none for a file without, or one that cannot be decoded."""
    framed = [
        one for one in findings if one.box and one.sure >= SURE_ENOUGH and one.place in _SHOWN and one.tag != ICON
    ]
    if not framed:
        return []
    first = framed[0]
    try:
        shown = _picture(plain(source), first)
    except Exception:  # it was decoded before; a picture of it is no more than a courtesy
        return []
    boxes = {one.box for one in framed if one.box and (one.place, one.tag) == (first.place, first.tag)}
    picture = Image.fromarray(np.repeat(shown[:, :, None], 3, 2) if shown.ndim == 2 else shown[:, :, :3])
    draw = ImageDraw.Draw(picture)
    for left, top, right, bottom in boxes:
        draw.rectangle((left - 1, top - 1, right, bottom), outline=_RED, width=2)
    if picture.width > WIDEST:
        picture = picture.resize((WIDEST, round(picture.height * WIDEST / picture.width)))
    out = BytesIO()
    picture.save(out, "PNG")
    return [Thumbnail(name, out.getvalue(), len(boxes))]


def _picture(source: Path | bytes, finding: Finding) -> Picture:
    """The frame, the overlay, or the page of a picture file in which something was found."""
    frame = finding.pages[0] if finding.pages else 1
    if finding.place is Place.OVERLAY:
        dataset = dcmread(BytesIO(source) if isinstance(source, bytes) else source, stop_before_pixels=True)
        return next(plane for number, plane in overlay_planes(dataset, int(finding.tag[1:5], 16)) if number == frame)
    if finding.tag == PIXEL_DATA:
        return renderings(frame_of(source, frame, 2 if finding.pages else 1))[0]
    with Image.open(BytesIO(source) if isinstance(source, bytes) else source) as picture:
        picture.seek(frame - 1)
        return np.asarray(picture.convert("RGB"))
