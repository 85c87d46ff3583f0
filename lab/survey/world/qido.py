"""QIDO-RS over a simulated archive (PS3.18 10.6): search for studies, series and instances, at most a page at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from lab.survey.archive import Archive
from lab.survey.query import MOST_WALKED, Level, answer, within
from lab.survey.system import System
from lab.survey.wire.elements import ATTRIBUTES, KEYWORDS

PAGE = 100
_RESOURCES: dict[tuple[str, ...], tuple[Level, tuple[str, ...]]] = {
    ("studies",): ("STUDY", ()),
    ("series",): ("SERIES", ()),
    ("instances",): ("IMAGE", ()),
    ("studies", "*", "series"): ("SERIES", ("StudyInstanceUID",)),
    ("studies", "*", "instances"): ("IMAGE", ("StudyInstanceUID",)),
    ("studies", "*", "series", "*", "instances"): ("IMAGE", ("StudyInstanceUID", "SeriesInstanceUID")),
}
_NUMBERS = ("IS",)


class BadQuery(Exception):
    """A resource or parameter that QIDO-RS does not know here: status 400."""


def search(system: System, path: Sequence[str], query: Sequence[tuple[str, str]]) -> bytes:
    """The matches as DICOM JSON (PS3.18 F). Raises BadQuery."""
    shape = tuple("*" if number % 2 else part for number, part in enumerate(path))
    if shape not in _RESOURCES:
        raise BadQuery(f"no resource /{'/'.join(path)[:80]}")
    level, names = _RESOURCES[shape]
    keys = dict(zip(names, path[1::2], strict=True))
    limit, offset = PAGE, 0
    for name, value in query:
        if name == "limit":
            limit = min(PAGE, _count(name, value))
        elif name == "offset":
            offset = _count(name, value)
        elif name not in ("includefield", "fuzzymatching"):
            keys[_keyword(name)] = value
    matches = islice(within(answer(Archive(system), level, keys), MOST_WALKED), offset, offset + limit)
    return json.dumps([to_json(match) for match in matches], ensure_ascii=False).encode()


def to_json(match: Mapping[str, str]) -> dict[str, Any]:
    """One match in DICOM JSON."""
    entry = {}
    for name, value in match.items():
        tag, vr = ATTRIBUTES[name]
        shown: Any = {"Alphabetic": value} if vr == "PN" else int(value) if vr in _NUMBERS else value
        entry[f"{tag:08X}"] = {"vr": vr, "Value": [shown]} if value else {"vr": vr}
    return dict(sorted(entry.items()))


def _count(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit()) or len(value) > 7:
        raise BadQuery(f"{name}={value[:20]!r} is not a count")
    return int(value)


def _keyword(name: str) -> str:
    if name in ATTRIBUTES:
        return name
    try:
        keyword = KEYWORDS.get(int(name, 16))
    except ValueError:
        keyword = None
    if keyword is None or len(name) != 8:
        raise BadQuery(f"no attribute {name[:40]!r}")
    return keyword
