"""Attribute matching of C-FIND (PS3.4 C.2.2.2): single value, list of UIDs, universal, wildcard and range."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import lru_cache

Matcher = Callable[[str], bool]
_LONGEST = 1024


def is_universal(key: str) -> bool:
    """Whether a key matches everything: empty, or asterisks alone."""
    return not key.strip(" \0*") if "*" in key or not key.strip(" \0") else False


@lru_cache(maxsize=512)
def text_matcher(key: str, folded: bool = False) -> Matcher:
    """A single value, or wildcards ``*`` and ``?``. ``folded`` compares person names without case and accents."""
    key = _fold(key.strip(" \0")[:_LONGEST]) if folded else key.strip(" \0")[:_LONGEST]
    if "*" not in key and "?" not in key:
        return (lambda value: _fold(value) == key) if folded else (lambda value: value == key)
    pattern = _pattern(key)
    if folded:
        return lambda value: pattern.fullmatch(_fold(value)) is not None
    return lambda value: pattern.fullmatch(value) is not None


def _pattern(key: str) -> re.Pattern[str]:
    """A pattern that takes time in proportion to its length: what one asterisk took is never taken back (atomic groups)."""
    first, *rest = (re.escape(part).replace(r"\?", ".") for part in re.sub(r"\*+", "*", key).split("*"))
    if not rest:
        return re.compile(first, re.DOTALL)
    between = "".join(f"(?>.*?{part})" for part in rest[:-1])
    return re.compile(f"{first}{between}.*{rest[-1]}", re.DOTALL)


def uid_matcher(key: str) -> Matcher:
    """One UID, or a list of them separated by backslashes."""
    wanted = frozenset(part.strip(" \0") for part in key.split("\\"))
    return wanted.__contains__


def date_range(key: str) -> tuple[date, date] | None:
    """The days of ``20190701-20190930``, ``-20190930``, ``20190701-`` or a single day. None for anything else."""
    first, dash, last = key.strip(" \0").partition("-")
    try:
        begin = _day(first) if first else date.min
        end = _day(last) if last else (date.max if dash else begin)
    except ValueError:
        return None
    return (begin, end) if first or last else None


def _day(text: str) -> date:
    digits = text.replace(".", "")
    if len(digits) != 8 or not digits.isascii() or not digits.isdigit():
        raise ValueError(text)
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


@lru_cache(maxsize=8192)
def _fold(text: str) -> str:
    plain = (
        text
        if text.isascii()
        else "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    )
    return plain.casefold()
