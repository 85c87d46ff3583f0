"""How tall and heavy someone is at an age: children grow into the adults that they will be."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

Sex = Literal["F", "M"]

GROWN_UP = 18.0

_SHARE_OF_HEIGHT: dict[Sex, tuple[tuple[float, float], ...]] = {
    "F": ((0, 0.30), (1, 0.45), (2, 0.53), (4, 0.62), (6, 0.71), (8, 0.78), (10, 0.85), (12, 0.93), (14, 0.985), (18, 1.0)),
    "M": ((0, 0.29), (1, 0.43), (2, 0.49), (4, 0.58), (6, 0.66), (8, 0.73), (10, 0.79), (12, 0.85), (14, 0.93), (16, 0.985), (18, 1.0)),
}  # fmt: skip
"""Age in years, and which part of the adult height is reached (rounded from growth charts)."""

_SHARE_OF_HEAD = ((0, 0.63), (1, 0.83), (2, 0.87), (5, 0.92), (10, 0.95), (16, 0.99), (18, 1.0))
"""Age in years, and the circumference as a share of the adult's (rounded from growth charts)."""

_CHILD_INDEX = 16.0


def height_at(age: float, sex: Sex, adult: float) -> float:
    """The height in metres at an age in years of someone whose adult height is `adult`."""
    return round(adult * _between(_SHARE_OF_HEIGHT[sex], age), 2)


def weight_at(age: float, height: float, adult_index: float) -> float:
    """The weight in kilograms: the body mass index goes from a child's 16 to the adult's between 8 and 18."""
    index = _between(((0, _CHILD_INDEX), (8, _CHILD_INDEX), (GROWN_UP, adult_index)), age)
    return round(height * height * index, 1)


def body_share(age: float, sex: Sex) -> float:
    """How large a body of that age is, as a share of the adult's."""
    return _between(_SHARE_OF_HEIGHT[sex], age)


def head_share(age: float) -> float:
    """How large a head of that age is, as a share of the adult's: a child's is nearly grown up."""
    return _between(_SHARE_OF_HEAD, age)


def _between(points: tuple[tuple[float, float], ...], at: float) -> float:
    """Linear interpolation; beyond the ends their values."""
    if at <= points[0][0]:
        return points[0][1]
    for (x, y), (next_x, next_y) in pairwise(points):
        if at <= next_x:
            return y + (next_y - y) * (at - x) / (next_x - x)
    return points[-1][1]
