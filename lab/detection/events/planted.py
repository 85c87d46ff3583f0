"""Which lines of Orthanc's log a visitor planted there: found before the log is read, so that none of them has any effect.

Orthanc writes the path of a web request decoded, so that ``%0A`` in it ends the line. The request's audit line has the path as
JSON, which cannot be broken in two. What its path says behind a line end is looked for where the path stands: line by line,
right behind one that ends with the path's beginning. A line elsewhere that says the same is a true one. Orthanc 1.13 writes the
path once more when the request is done, behind the audit line, and how long it took at the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lab.detection.events.audit_lines import path_of

_MARK = "Lua says: AUDIT {"
_APART = 400
"""At most so many lines of others stand between a request's line and its audit line."""
_TOOK = re.compile(r"\(elapsed:\d+us\)", re.ASCII)
_NOT_COMPARED = re.compile(r"[^!-.0-~]+")
"""Orthanc drops slashes from a path, and what is no ASCII is written in one way in the log and in another in JSON."""


@dataclass(frozen=True)
class _Path:
    """A path with line ends in it, as one audit line has it."""

    number: int
    """Of the audit line."""
    length: int
    head: str
    rest: tuple[str, ...]
    """What stands on the lines behind the first."""

    @property
    def first(self) -> int:
        """From which line on it may stand: a request's own lines are microseconds apart."""
        return self.number - _APART - len(self.rest)

    def goes_on(self, text: str, place: int, number: int) -> bool:
        """Whether a line is what the path says behind this line end of it."""
        if place + 1 < len(self.rest):
            return text == self.rest[place]
        told = text.startswith(self.rest[-1])
        return told and (number < self.number or _TOOK.fullmatch(text, len(self.rest[-1])) is not None)


def planted_in(read: Callable[[], Iterable[str]]) -> frozenset[int]:
    """The numbers (from 1) of the planted lines of a log. ``read`` gives its lines anew each time it is called."""
    paths = [path for number, line in enumerate(read(), 1) if _MARK in line and (path := _path(number, line))]
    if not paths:
        return frozenset()
    found = _places(paths, read())
    planted: set[int] = set()
    # an audit line may itself be planted; the one that tells so quotes it, and is longer
    for path in sorted(paths, key=lambda path: -path.length):
        if path.number not in planted:
            planted |= found[path.number]
    return frozenset(planted)


def _path(number: int, line: str) -> _Path | None:
    head, *rest = (_bare(part) for part in path_of(line[line.index(_MARK) :]).split("\n"))
    return _Path(number, len(line), head, tuple(rest)) if any(rest) else None


def _places(paths: list[_Path], lines: Iterable[str]) -> dict[int, set[int]]:
    """Where the lines of each path stand: number of its audit line -> numbers of lines."""
    found: dict[int, set[int]] = {path.number: set() for path in paths}
    begun: list[tuple[_Path, tuple[int, ...]]] = []
    waiting = sorted(paths, key=lambda path: path.first, reverse=True)
    near: list[_Path] = []
    for number, line in enumerate(lines, 1):
        while waiting and waiting[-1].first <= number:
            near.append(waiting.pop())
        near = [path for path in near if number < path.number + _APART]
        if not near:
            continue
        text = _bare(line)
        going = []
        for path, before in begun:
            if not path.goes_on(text, len(before), number):
                continue
            last = len(before) + 1 == len(path.rest)
            going += [] if last else [(path, (*before, number))]
            found[path.number].update((*before, number) if last else ())
        begun = going + [(path, ()) for path in near if text.endswith(path.head)]
    return found


def _bare(text: str) -> str:
    return _NOT_COMPARED.sub("", text)
