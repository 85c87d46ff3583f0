"""Dates and times: shifted by whole days, the same number for all of a patient's (PS3.15 E.3.6)."""

from __future__ import annotations

import re
from datetime import date, timedelta

_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)")
OLDEST = 89


def shifted(text: str, days: int) -> str:
    """A DA or DT value (or several) some days earlier; empty where it is no date, for then nobody knows what it tells."""
    return "\\".join(_one(value.strip(), days) for value in text.split("\\"))


def _one(value: str, days: int) -> str:
    match = _DAY.match(value)
    if match is None or not re.fullmatch(r"[\d.+\-& ]*", value):
        return ""
    try:
        day = date(*map(int, match.groups())) - timedelta(days=days)
    except (ValueError, OverflowError):
        return ""
    return f"{day:%Y%m%d}".rjust(8, "0") + value[8:]


def capped_age(text: str) -> str:
    """An age (AS) as it is, or 090Y when it tells more than 89 years (45 CFR 164.514(b)(2)(i)(C)); empty for no age."""
    value = text.strip()
    if not re.fullmatch(r"\d{3}[DWMY]", value):
        return ""
    return f"{OLDEST + 1:03}Y" if value.endswith("Y") and int(value[:3]) > OLDEST else value
