"""What people write on a command line, as values; argparse and click both ask here."""

from __future__ import annotations

import argparse
from datetime import date


def patient_range(text: str) -> tuple[int, int]:
    """`20` as the first twenty patients, `11-20` as ten from number 11 on: the first one's number, and how many."""
    first, dash, last = text.partition("-")
    try:
        start, count = (int(first), int(last) - int(first) + 1) if dash and first else (1, int(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number and no range such as 11-20") from None
    if dash and first and count < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no range: the smaller number comes first, as in 11-20")
    return start, count


def names(text: str) -> list[str]:
    """`CT`, or several at once as `CT,MR`."""
    return [name for name in text.replace(",", " ").split() if name]


def day(text: str) -> date:
    """A day such as 2019-09-17."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day such as 2019-09-17") from None
