"""Rasterise the letters that synthetic pictures bear, once: `python tools/make_glyphs.py` writes synthetic_data/glyphs.bin.

The font is DejaVu Sans (its licence lets anyone embed and redistribute it). Rasterising it here, not at run time, keeps
the generator free of a font engine, whose versions do not give the same pixels. Needs Pillow and Debian's fonts-dejavu-core.
"""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path("/usr/share/fonts/truetype/dejavu")
STYLES = {
    "small": ("DejaVuSans.ttf", 17),
    "text": ("DejaVuSans.ttf", 25),
    "bold": ("DejaVuSans-Bold.ttf", 31),
    "script": ("DejaVuSerif-Italic.ttf", 27),
}
CHARACTERS = [chr(c) for first, last in ((0x20, 0x7E), (0xA0, 0x17F), (0x400, 0x45F)) for c in range(first, last + 1)]
CHARACTERS += list("–—‘’‚“”„•…€₂←→−×")
TARGET = Path(__file__).parents[1] / "synthetic_data" / "glyphs.bin"


def main() -> None:
    styles, pixels = {}, bytearray()
    for style, (file, size) in STYLES.items():
        font = ImageFont.truetype(FONTS / file, size, layout_engine=ImageFont.Layout.BASIC)
        ascent, descent = font.getmetrics()
        glyphs = {}
        for char in CHARACTERS:
            left, top, right, bottom = font.getbbox(char)
            wide, tall = max(0, right - left), max(0, bottom - top)
            picture = Image.new("L", (max(1, wide), max(1, tall)))
            ImageDraw.Draw(picture).text((-left, -top), char, fill=255, font=font)
            glyphs[char] = [round(font.getlength(char)), left, top, wide, tall, len(pixels)]
            if wide and tall:
                pixels += bytes(value // 16 * 17 for value in picture.tobytes())
        styles[style] = {"height": ascent + descent, "ascent": ascent, "glyphs": glyphs}
    table = json.dumps(styles, ensure_ascii=False, separators=(",", ":")).encode()
    TARGET.write_bytes(zlib.compress(struct.pack("<I", len(table)) + table + bytes(pixels), 9))


if __name__ == "__main__":
    main()
