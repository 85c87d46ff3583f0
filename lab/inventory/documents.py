"""Personal data in encapsulated documents: a PDF's text, its pictures, its information dictionary; other formats as text."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pypdf import PdfReader

from lab.inventory.finding import Box, Finding, Place, Region
from lab.inventory.people import KnownPeople
from lab.inventory.text import Hit, Near, search_text

MOST_PAGES = 500
_MOST_PICTURES = 40
_MOST_PIXELS = 40_000_000
Reader = Callable[[NDArray[np.uint8]], list[Region]]
RegionSearch = Callable[[list[Region], KnownPeople, Near], Iterator[tuple[Region, Hit]]]
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def search_pdf(
    content: bytes,
    known: KnownPeople,
    near: Near,
    tag: str,
    troubles: list[str],
    read_picture: Reader | None = None,
    search_regions: RegionSearch | None = None,
) -> Iterator[Finding]:
    """The findings in a PDF. Boxes are points from the upper left corner of the page.

    Without `read_picture` pictures on its pages are not read. What cannot be read goes to `troubles`; nothing is raised.
    """
    where = tag or "PDF"
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            troubles.append(f"{where}: the PDF is encrypted")
            return
        yield from _in_texts(reader, known, near, tag)
        if attached := list(reader.attachments):
            troubles.append(f"{where}: {len(attached)} attached files are not read")
        for number, page in enumerate(reader.pages[:MOST_PAGES], 1):
            yield from _on_page(page, number, known, near, tag)
            if read_picture is not None and search_regions is not None:
                pictures = _pictures_of(page, f"{where} p. {number}", troubles)
                yield from _in_pictures(page, number, pictures, known, near, tag, read_picture, search_regions)
        if len(reader.pages) > MOST_PAGES:
            troubles.append(f"{where}: only {MOST_PAGES} of {len(reader.pages)} pages were read")
    except Exception as error:  # pypdf raises whatever its parser meets in a broken document
        troubles.append(f"{where}: {type(error).__name__}: {error}"[:200])


def _in_texts(reader: PdfReader, known: KnownPeople, near: Near, tag: str) -> Iterator[Finding]:
    """What stands in a PDF beside its pages: properties, the fields of a form, notes that were put on a page."""
    texts: list[tuple[str, int | None]] = [(str(value), None) for value in (reader.metadata or {}).values()]
    texts += [(str(field.get("/V", "")), None) for field in (reader.get_fields() or {}).values()]
    for number, page in enumerate(reader.pages[:MOST_PAGES], 1):
        notes = (note.get_object() for note in page.get("/Annots") or ())
        texts += [(str(note[key]), number) for note in notes for key in ("/Contents", "/T") if key in note]
    for text, where in texts:
        if not text.startswith("D:"):
            for hit in search_text(text, known, near):
                yield _finding(hit, text, tag, where)


def _finding(hit: Hit, text: str, tag: str, page: int | None = None, box: Box | None = None) -> Finding:
    pages = None if page is None else (page, page)
    return Finding(
        Place.PDF, hit.kind, text[hit.start : hit.end], hit.person, hit.sure, hit.reason, tag=tag, pages=pages, box=box
    )


def _on_page(page: Any, number: int, known: KnownPeople, near: Near, tag: str) -> Iterator[Finding]:
    """The text of a page, line by line, with the boxes of what is found; the width of letters is that of the font."""
    lines: list[tuple[str, float, float, float, float]] = []
    top = float(page.mediabox.top)

    def visit(text: str, cm: list[float], tm: list[float], font: dict[str, Any] | None, size: float) -> None:
        if text.strip():
            x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
            scale = abs(tm[0] * cm[0]) or 1.0
            lines.append((text.strip("\n"), x, top - y, size * scale, _advance(font) * size * scale))

    page.extract_text(visitor_text=visit)
    for text, x, base, size, advance in lines:
        for hit in search_text(text, known, near, with_times=True):
            left, right = x + hit.start * advance, x + hit.end * advance
            box = (int(left), int(base - size), int(right + 1), int(base + size * 0.3 + 1))
            yield _finding(hit, text, tag, page=number, box=box)


def _advance(font: dict[str, Any] | None) -> float:
    """The mean width of a letter as a share of its size: that of the font's table, or that of Courier."""
    try:
        widths = [float(width) for width in (font or {}).get("/Widths", ()) if float(width) > 0]
        return sum(widths) / len(widths) / 1000 if widths else 0.6
    except (TypeError, ValueError):
        return 0.6


def _pictures_of(page: Any, where: str, troubles: list[str]) -> Iterator[Any]:
    """The pictures on a page that are not too many and not too large, decoded one at a time; the others go to `troubles`."""
    names = page.images.keys()
    if len(names) > _MOST_PICTURES:
        troubles.append(f"{where}: only {_MOST_PICTURES} of {len(names)} pictures were read")
    for name in names[:_MOST_PICTURES]:
        if (pixels := _pixels_of(page, name)) > _MOST_PIXELS:
            troubles.append(f"{where}: a picture of {pixels} pixels is more than is read")
            continue
        image = page.images[name]
        if image.image is None or image.image.width * image.image.height > _MOST_PIXELS:
            troubles.append(f"{where}: the picture {image.name} could not be decoded")
        else:
            yield image


def _pixels_of(page: Any, name: Any) -> int:
    """How many pixels a picture says that it has, before it is decoded; 0 where it does not say."""
    at = page
    for step in [name] if isinstance(name, str) else name:
        drawn = at.get("/Resources", {}).get_object().get("/XObject")
        if drawn is None or step not in drawn.get_object():
            return 0
        at = drawn.get_object()[step].get_object()
    return int(at.get("/Width", 0)) * int(at.get("/Height", 0))


def _in_pictures(
    page: Any,
    number: int,
    pictures: Iterator[Any],
    known: KnownPeople,
    near: Near,
    tag: str,
    read_picture: Reader,
    search_regions: RegionSearch,
) -> Iterator[Finding]:
    """Words in the pictures of a page: a scan, a photocopied card. Their boxes are where the page places the picture."""
    places = _places(page)
    for image in pictures:
        pixels = np.asarray(image.image.convert("L"), np.uint8)
        where = places.get(image.name.rsplit(".", 1)[0])
        for region, hit in search_regions(read_picture(pixels), known, near):
            yield _finding(hit, region.text, tag, number, _placed(region.box, pixels.shape, where))


def _places(page: Any) -> dict[str, tuple[float, float, float, float]]:
    """Where the page draws its pictures: name to left, top, width and height in points."""
    top = float(page.mediabox.top)
    found: dict[str, tuple[float, float, float, float]] = {}

    def visit(operator: bytes, operands: list[Any], cm: list[float], tm: list[float]) -> None:
        if operator == b"Do" and operands:
            found.setdefault(str(operands[0]).lstrip("/"), (cm[4], top - cm[5] - cm[3], cm[0], cm[3]))

    page.extract_text(visitor_operand_before=visit)
    return found


def _placed(box: Box, shape: tuple[int, ...], where: tuple[float, float, float, float] | None) -> Box | None:
    if where is None:
        return None
    left, top, wide, tall = where
    across, down = wide / shape[1], tall / shape[0]
    return (
        int(left + box[0] * across),
        int(top + box[1] * down),
        int(left + box[2] * across + 1),
        int(top + box[3] * down + 1),
    )
