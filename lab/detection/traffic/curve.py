"""How much goes on at which hour of a hospital's day. *Modelled*: busy from 8 to 12 and from 14 to 17, a few emergencies at night."""

from __future__ import annotations

from itertools import accumulate
from random import Random

# share of the day's work that falls into each hour, from midnight on, in thousandths
SHARES = (8, 6, 6, 6, 8, 12, 26, 56, 88, 96, 94, 84, 54, 64, 84, 84, 72, 52, 32, 22, 16, 12, 10, 8)
DAY_SECONDS = 86_400
_EDGES = (0, *accumulate(SHARES))


def expected(per_day: float, start: float, end: float) -> float:
    """How many of ``per_day`` events fall between two times of day (seconds after midnight). Pure."""
    return per_day * (_reached(end) - _reached(start)) / _EDGES[-1]


def moments(random: Random, per_day: float, start: float, end: float) -> list[float]:
    """Times of day between ``start`` and ``end`` as the curve spreads them, in order; their number is the expected one."""
    low, high = _reached(start), _reached(end)
    count = round(expected(per_day, start, end))
    return sorted(_moment(random.uniform(low, high)) for _ in range(count))


def _reached(moment: float) -> float:
    """How many thousandths of the day's work are done at a time of day."""
    hour, rest = divmod(min(max(moment, 0.0), float(DAY_SECONDS)) / 3600, 1)
    return float(_EDGES[-1]) if hour >= 24 else _EDGES[int(hour)] + SHARES[int(hour)] * rest


def _moment(reached: float) -> float:
    """The time of day at which so much of the day's work is done."""
    hour = next(hour for hour in range(24) if reached <= _EDGES[hour + 1])
    return 3600 * (hour + (reached - _EDGES[hour]) / SHARES[hour])
