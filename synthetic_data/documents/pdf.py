"""A small PDF writer (ISO 32000-1): A4 pages of typewritten lines and grey pictures, the same bytes on every machine.

The font is Courier, which every reader has and whose letters are all 0.6 of its size wide: a text's box is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from synthetic_data.codecs.baseline import encode_baseline
from synthetic_data.documents.text import Parts
from synthetic_data.ledger import Box
from synthetic_data.record import Identifier

WIDE, TALL = 595, 842
_ADVANCE = 0.6
_ENCODING = "cp1252"


def printable(text: str) -> str:
    """The text in the letters that the font's encoding has; the others become a question mark."""
    return text.encode(_ENCODING, "replace").decode(_ENCODING)


def text_width(text: str, size: float) -> float:
    """The width in points."""
    return len(text) * size * _ADVANCE


@dataclass
class Page:
    """A page under construction. Places are in points from the upper left corner, as one reads; PDF counts from below."""

    number: int
    commands: list[str] = field(default_factory=list)
    pictures: list[tuple[int, int, bytes]] = field(default_factory=list)
    found: list[tuple[Identifier, Box]] = field(default_factory=list)

    def write(self, x: float, y: float, size: float, parts: Parts) -> None:
        """Write a line whose upper left corner is at (x, y), and note its identifiers and their boxes."""
        text = "".join(part if isinstance(part, str) else part.value for part in parts)
        bold = "F2" if size > 13 else "F1"
        self.commands.append(f"BT /{bold} {size:g} Tf {x:g} {TALL - y - size:g} Td ({_escaped(text)}) Tj ET")
        at = x
        for part in parts:
            wide = text_width(part if isinstance(part, str) else part.value, size)
            if isinstance(part, Identifier):
                box = (round(at), round(y), round(at + wide + 0.5), round(y + size * 1.2 + 0.5))
                self.found.append((Identifier(part.kind, printable(part.value), part.person), box))
            at += wide

    def draw(self, picture: NDArray[np.uint8], x: float, y: float, wide: float, tall: float) -> None:
        """Place a grey picture, its upper left corner at (x, y)."""
        rows, columns = picture.shape
        self.pictures.append((rows, columns, encode_baseline(picture, 88)))
        name = f"I{len(self.pictures)}"
        self.commands.append(f"q {wide:g} 0 0 {tall:g} {x:g} {TALL - y - tall:g} cm /{name} Do Q")


def _escaped(text: str) -> str:
    for char in "\\()":
        text = text.replace(char, "\\" + char)
    return text


def build(pages: list[Page], title: str, author: str) -> bytes:
    """The file; title and author stand in its information dictionary. The length is even, as DICOM wants it."""
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        *(_font(name) for name in ("Courier", "Courier-Bold")),
    ]
    info = f"<< /Title {_unicode(title)} /Author {_unicode(author)} /Producer (PACSLAB SYNTHETIC) >>"
    objects.append(info.encode())
    kids = []
    for page in pages:
        kids.append(f"{len(objects) + 1} 0 R")
        objects += _page(page, len(objects) + 1)
    objects[1] = f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(kids)}] >>".encode()
    content = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % place for place in places)
    content += b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(content + b"\n" * (len(content) % 2))


def _font(name: str) -> bytes:
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()


def _page(page: Page, number: int) -> list[bytes]:
    """The page's objects: itself, its commands, its pictures; `number` is the first one's."""
    stream = "\n".join(page.commands).encode(_ENCODING, "replace")
    pictures = " ".join(f"/I{i + 1} {number + 2 + i} 0 R" for i in range(len(page.pictures)))
    resources = f"<< /Font << /F1 3 0 R /F2 4 0 R >> /XObject << {pictures} >> >>"
    head = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDE} {TALL}] /Resources {resources} /Contents {number + 1} 0 R >>"
    objects = [head.encode(), b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream)]
    for rows, columns, jpeg in page.pictures:
        about = (
            f"<< /Type /XObject /Subtype /Image /Width {columns} /Height {rows} /ColorSpace /DeviceGray "
            f"/BitsPerComponent 8 /Filter /DCTDecode /Length {len(jpeg)} >>"
        )
        objects.append(about.encode() + b"\nstream\n" + jpeg + b"\nendstream")
    return objects


def _unicode(text: str) -> str:
    """A text string in UTF-16 with its mark (ISO 32000-1 7.9.2.2)."""
    return f"<{('﻿' + text).encode('utf-16-be').hex().upper()}>"
