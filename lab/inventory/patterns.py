"""What personal data looks like when nobody is known: dates, telephone and national numbers, addresses of e-mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from lab.inventory.finding import Reason
from synthetic_data import Kind


class Match(NamedTuple):
    """A span of a text that looks like something, how sure that is, and why."""

    kind: Kind
    start: int
    end: int
    sure: float
    reason: Reason


_MONTHS = (
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "janv févr mars avr mai juin juil août sept oct nov déc",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "янв фев мар апр мая июн июл авг сен окт ноя дек",
    "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר",
)
_MONTH_NUMBER = {name[:4]: number for names in _MONTHS for number, name in enumerate(names.split(), 1)} | {
    name[:3]: number for names in (_MONTHS[0], _MONTHS[3]) for number, name in enumerate(names.split(), 1)
}

_NUMERIC = re.compile(
    r"(?<!\d)(?:(?P<y>(?:19|20)\d\d)\s?[-/.年·]\s?(?P<m>\d{1,2})\s?[-/.月·]\s?(?P<d>\d{1,2})日?·?"
    r"|(?P<a>\d{1,2})\s?[./-]\s?(?P<b>\d{1,2})\s?[./-]\s?(?P<c>(?:19|20)\d\d))"
)
_WRITTEN = re.compile(
    r"(?<!\d)(?:(?P<d1>\d{1,2})(?:er|st|nd|rd|th|\.)?\s(?:de\s|of\s|ב)?(?P<m1>[^\W\d_]{3,10})\.?,?\s(?P<y1>(?:19|20)\d\d)"
    r"|(?P<m2>[^\W\d_]{3,10})\.?\s(?P<d2>\d{1,2})(?:st|nd|rd|th)?,\s(?P<y2>(?:19|20)\d\d))(?!\d)"
)
_PACKED = re.compile(r"(?<!\d)(?P<y>19\d\d|20[0-4]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)")
_TIME = re.compile(
    r"(?<![\d:])(?:[01]?\d|2[0-3])[:：][0-5]\d(?:[:：][0-5]\d)(?!\d)|(?<=\d{4})(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w.,-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,5}\)[ .-]?|0\d{1,4}[ ./-])?\d{2,8}(?:[ .-]\d{2,8}){0,4}(?![\w-])"
)
_AGE = re.compile(
    r"(?<!\d)(?P<n>\d{1,3})(?:\s|-)?(?:ans?\b|mois\b|years?\b|yrs?\b|y/?o\b|months?\b|weeks?\b|Jahren?\b|jährig|Monaten?\b"
    r"|лет\b|год|мес|歳|才|か月|ヶ月|חודשים)|(?:בת|בן|בגיל|aged?|âgée?\sde|Alter)\s(?P<n2>\d{1,3})(?!\d)"
)
_US_SSN = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")
_NIR = re.compile(r"(?<!\d)[1278]\s?\d{2}\s?\d{2}\s?\d[\dAB]\s?\d{3}\s?\d{3}(?:\s?\d{2})?(?!\d)")
_NHS = re.compile(r"(?<!\d)\d{3} \d{3} \d{4}(?!\d)")
_SNILS = re.compile(r"(?<!\d)\d{3}-\d{3}-\d{3} \d{2}(?!\d)")
_RVNR = re.compile(r"(?<!\d)\d{2} ?\d{6} ?[A-Z] ?\d{3}(?!\d)")


class WrittenDate(NamedTuple):
    """A date in a text, and the days that it may mean (day and month first), as YYYYMMDD."""

    start: int
    end: int
    days: frozenset[str]


@lru_cache(maxsize=2048)
def dates_in(text: str) -> tuple[WrittenDate, ...]:
    """The dates in a text, in the usual spellings of Europe, North America and Japan."""
    if sum(char.isdigit() for char in text) < 5:
        return ()
    return tuple(_dates(text))


def _dates(text: str) -> Iterator[WrittenDate]:
    for match in _NUMERIC.finditer(text):
        if match["y"]:
            days = _days(match["y"], match["m"], match["d"])
        else:
            days = _days(match["c"], match["b"], match["a"]) | _days(match["c"], match["a"], match["b"])
        if days:
            yield WrittenDate(match.start(), match.end(), days)
    for match in _WRITTEN.finditer(text):
        name = (match["m1"] or match["m2"]).lower()
        month = _MONTH_NUMBER.get(name[:4]) or _MONTH_NUMBER.get(name[:3])
        days = _days(match["y1"] or match["y2"], str(month), match["d1"] or match["d2"]) if month else frozenset()
        if days:
            yield WrittenDate(match.start(), match.end(), days)
    for match in _PACKED.finditer(text):
        days = _days(match["y"], match["m"], match["d"])
        if days:
            yield WrittenDate(match.start(), match.end(), days)


def _days(year: str, month: str, day: str) -> frozenset[str]:
    try:
        return frozenset({f"{date(int(year), int(month), int(day)):%Y%m%d}"})
    except ValueError:
        return frozenset()


def times_in(text: str) -> Iterator[Match]:
    """Times of day to the second: what devices write beside a date."""
    for match in _TIME.finditer(text):
        yield Match(Kind.TIME, match.start(), match.end(), 0.7, Reason.PATTERN)


def ages_in(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and number of what may be somebody's age, or a span of time."""
    for match in _AGE.finditer(text):
        yield match.start(), match.end(), int(match["n"] or match["n2"])


def numbers_in(text: str) -> Iterator[Match]:
    """E-mail addresses, national numbers (those with a right check digit are surer) and telephone numbers."""
    if "@" in text:
        for match in _EMAIL.finditer(text):
            yield Match(Kind.EMAIL, match.start(), match.end(), 0.99, Reason.PATTERN)
    if sum(char.isdigit() for char in text) < _FEWEST_DIGITS:
        return
    for pattern, is_right in _NATIONAL:
        for match in pattern.finditer(text):
            right = is_right("".join(char for char in match.group() if char.isalnum()))
            reason = Reason.CHECKED if right else Reason.PATTERN
            yield Match(Kind.NATIONAL_ID, match.start(), match.end(), 0.95 if right else 0.6, reason)
    for match in _PHONE.finditer(text):
        digits = sum(char.isdigit() for char in match.group())
        is_long = 9 <= digits <= 15 and match.group()[0] in "+0("
        if is_long or re.fullmatch(r"\d{3}[-.]\d{3}[-.]\d{4}", match.group()):
            yield Match(Kind.PHONE, match.start(), match.end(), 0.7, Reason.PATTERN)


_FEWEST_DIGITS = 7


def _right_nir(text: str) -> bool:
    body = text[:13].replace("2A", "19").replace("2B", "18")
    return len(text) == 15 and body.isdigit() and text[13:].isdigit() and 97 - int(body) % 97 == int(text[13:])


def _right_nhs(text: str) -> bool:
    check = 11 - sum(int(digit) * weight for digit, weight in zip(text[:9], range(10, 1, -1), strict=True)) % 11
    return check % 11 == int(text[9])


def _right_snils(text: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(text[:9], range(9, 0, -1), strict=True))
    return total % 101 % 100 == int(text[9:])


def _always(text: str) -> bool:
    return True


_NATIONAL = (
    (_NIR, _right_nir),
    (_US_SSN, _always),
    (_NHS, _right_nhs),
    (_SNILS, _right_snils),
    (_RVNR, _always),
)
