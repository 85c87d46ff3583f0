"""Letters in pictures: what devices and printers burn into pixels.

The letters are rasterised beforehand (`tools/make_glyphs.py`, from the font DejaVu Sans): the same pixels on every
machine, and widths that are known without drawing anything, which is how the ledger gets its boxes.
"""

from __future__ import annotations

import json
import struct
import unicodedata
import zlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Style = Literal["small", "text", "bold", "script"]
Mask = NDArray[np.uint8]


@dataclass(frozen=True)
class Glyph:
    """A letter: how far the pen moves on, where its ink begins, and the ink (0 to 255); lengths in pixels."""

    advance: int
    left: int
    top: int
    ink: Mask


@dataclass(frozen=True)
class Face:
    """The letters of one style; `height` is a line's, in pixels."""

    height: int
    glyphs: dict[str, Glyph]


@cache
def _faces() -> dict[str, Face]:
    content = zlib.decompress((files("synthetic_data") / "glyphs.bin").read_bytes())
    (length,) = struct.unpack_from("<I", content)
    table = json.loads(content[4 : 4 + length])
    pixels = np.frombuffer(content, np.uint8, offset=4 + length)
    faces = {}
    for style, face in table.items():
        glyphs = {
            char: Glyph(advance, left, top, pixels[start : start + wide * tall].reshape(tall, wide))
            for char, (advance, left, top, wide, tall, start) in face["glyphs"].items()
        }
        faces[style] = Face(face["height"], glyphs)
    return faces


def drawable(text: str) -> str:
    """The text as these letters can show it: a letter that is missing loses its accents, or becomes a dot."""
    known = _faces()["text"].glyphs
    shown = []
    for char in text:
        plain = char if char in known else unicodedata.normalize("NFKD", char)[0]
        shown.append(plain if plain in known else "·")
    return "".join(shown)


def line_height(style: Style) -> int:
    """The height of a line of text in pixels."""
    return _faces()[style].height


def width(text: str, style: Style) -> int:
    """The width of a text in pixels, as `mask` draws it."""
    glyphs = _faces()[style].glyphs
    return sum(glyphs[char].advance for char in drawable(text))


def mask(text: str, style: Style) -> Mask:
    """The text as ink, 0 to 255, shape (line height, width)."""
    face = _faces()[style]
    shown = drawable(text)
    picture = np.zeros((face.height, width(text, style) + 4), np.uint8)
    at = 0
    for char in shown:
        glyph = face.glyphs[char]
        tall, wide = glyph.ink.shape
        left = max(0, at + glyph.left)
        part = picture[glyph.top : glyph.top + tall, left : left + wide]
        np.maximum(part, glyph.ink[: part.shape[0], : part.shape[1]], out=part)
        at += glyph.advance
    return picture[:, :-4]
