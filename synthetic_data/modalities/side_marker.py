"""The lead letter that a radiographer puts on the film to tell right from left. It names no one."""

from __future__ import annotations

import numpy as np

from synthetic_data.anatomy.shapes import Image

_LETTERS = {
    "R": ("####.", "#...#", "#...#", "####.", "#.#..", "#..#.", "#...#"),
    "L": ("#....", "#....", "#....", "#....", "#....", "#....", "#####"),
    "D": ("####.", "#...#", "#...#", "#...#", "#...#", "#...#", "####."),
    "G": (".###.", "#...#", "#....", "#.###", "#...#", "#...#", ".###."),
}
_DOT = 3
_MARGIN = 14
_WHITE = 3950.0


def add_side_marker(picture: Image, letter: str) -> None:
    """Draw the letter into the lower right corner of a (rows, columns) picture, in place."""
    rows = [[char == "#" for char in line] for line in _LETTERS[letter]]
    shape = np.kron(np.array(rows), np.ones((_DOT, _DOT), dtype=bool)).astype(bool)
    height, width = shape.shape
    top = picture.shape[0] - _MARGIN - height
    left = picture.shape[1] - _MARGIN - width
    corner = picture[top : top + height, left : left + width]
    corner[shape] = np.float32(_WHITE)
