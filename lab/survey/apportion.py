"""Dividing a published total among systems so that the parts add up to it exactly."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random


def weights(random: Random, count: int) -> list[float]:
    """Weights as uneven as archives are: a few large, many small. Only divisions, so every machine gets the same ones."""
    return [1.0 / (random.random() + 0.03) for _ in range(count)]


def apportion(
    total: int, shares: Sequence[float], floors: Sequence[int], caps: Sequence[int] | None = None
) -> list[int]:
    """Whole numbers that add up to ``total``, each at least its floor and at most its cap, else in proportion to its share.

    Raises ValueError when floors and caps leave no room for the total.
    """
    parts = list(floors)
    room = [cap - floor for cap, floor in zip(caps, floors, strict=True)] if caps is not None else None
    left = total - sum(parts)
    if left < 0 or (room is not None and (min(room, default=0) < 0 or sum(room) < left)):
        raise ValueError(f"{total} cannot be divided between {sum(floors)} and {sum(caps) if caps else 'any number'}")
    active = [number for number, share in enumerate(shares) if share > 0 and (room is None or room[number])]
    while left:
        if not active:
            active = [number for number in range(len(parts)) if room is None or room[number]]
        before = left
        whole = sum(shares[number] or 1.0 for number in active)
        for number in active:
            more = min(left, max(1, int(before * ((shares[number] or 1.0) / whole))))
            if room is not None:
                more = min(more, room[number])
                room[number] -= more
            parts[number] += more
            left -= more
        if room is not None:
            active = [number for number in active if room[number]]
    return parts
