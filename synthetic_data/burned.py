"""Text that is part of the picture: laid out first, so that the ledger knows each identifier's box without drawing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic_data.ledger import Box, Place
from synthetic_data.lettering import Style, drawable, line_height, mask, width
from synthetic_data.record import PIXEL_DATA, Identifier, Record


@dataclass(frozen=True)
class Line:
    """One line of text at a place in a picture; (x, y) is its upper left corner in pixels, columns first.

    `parts` are read one after the other: plain words, and identifiers.
    """

    x: int
    y: int
    style: Style
    parts: tuple[str | Identifier, ...]

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.value for part in self.parts)

    @property
    def width(self) -> int:
        return width(self.text, self.style)

    @property
    def box(self) -> Box:
        """The line's box: left, top, right, bottom in pixels, right and bottom excluded."""
        return self.x, self.y, self.x + self.width, self.y + line_height(self.style)

    def identifiers(self) -> Iterator[tuple[Identifier, Box]]:
        """Each identifier of the line as it is drawn, with its box."""
        at = self.x
        for part in self.parts:
            text = part if isinstance(part, str) else part.value
            wide = width(text, self.style)
            if isinstance(part, Identifier):
                box = (at, self.y, at + wide, self.y + line_height(self.style))
                yield Identifier(part.kind, drawable(part.value), part.person), box
            at += wide

    def draw(self, picture: NDArray[np.uint8], ink: int | tuple[int, int, int] = 255) -> None:
        """Draw the line into a (rows, columns) or (rows, columns, 3) picture, in place; what reaches over is cut."""
        shape = mask(self.text, self.style)
        part = picture[self.y : self.y + shape.shape[0], self.x : self.x + shape.shape[1]]
        share = shape[: part.shape[0], : part.shape[1]].astype(np.int32)
        if part.ndim == 3:
            share = share[:, :, None]
        colour = np.asarray(ink, np.int32)
        old = part.astype(np.int32)
        part[:] = (old + (colour - old) * share // 255).astype(np.uint8)


def right_aligned(right: int, y: int, style: Style, parts: tuple[str | Identifier, ...]) -> Line:
    """A line that ends at the column `right`."""
    line = Line(0, y, style, parts)
    return Line(right - line.width, y, style, parts)


def draw_lines(lines: Iterable[Line], picture: NDArray[np.uint8], ink: int | tuple[int, int, int] = 255) -> None:
    for line in lines:
        line.draw(picture, ink)


def plant_lines(record: Record, lines: Iterable[Line], frames: int = 1, tag: str = PIXEL_DATA) -> None:
    """Note every identifier of the lines with its box, in each frame of a picture that has several."""
    for line in lines:
        for found, box in line.identifiers():
            for frame in range(1, frames + 1):
                record.plant_box(Place.PIXELS, found, box, page=frame if frames > 1 else None, tag=tag)
