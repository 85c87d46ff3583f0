"""Known people in what was read from pictures: letters are mistaken there, and spaces come and go."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lab.inventory.finding import Reason, Region
from lab.inventory.people import KnownPeople
from lab.inventory.text import Hit, Near, search_text
from lab.inventory.words import squeezed
from synthetic_data import Kind

_SHORTEST = 5
_SEX_BEHIND_DATE = re.compile(r"\d\s*(?P<sex>[FMW])\s*$")
_SEX_LABEL = re.compile(r"^\W*(?:sexe?|geschlecht|gender|пол|性別|מין)\W*$", re.IGNORECASE)
_SEX = re.compile(r"^\W*[FMW]\W*$", re.IGNORECASE)


def search_regions(regions: list[Region], known: KnownPeople, near: Near) -> Iterator[tuple[Region, Hit]]:
    """What the lines of a picture give away, each hit with its line. A hit's span is in the line's text."""
    for region in regions:
        hits = search_text(region.text, known, near, with_times=True)
        hits += _alike(region.text, hits, known, near)
        hits += _sex(region, hits, regions, near)
        for hit in hits:
            yield region, hit


def joined(regions: list[Region]) -> list[Region]:
    """The lines of a picture, words that stand beside each other put together: a reader may take each for a line of its own."""
    rows: list[Region] = []
    for region in sorted(regions, key=lambda one: one.box[0]):
        before = next((row for row in rows if _goes_on(row, region)), None)
        if before is None:
            rows.append(region)
            continue
        rows.remove(before)
        (left, top, _, bottom), (_, upper, right, lower) = before.box, region.box
        box = (left, min(top, upper), right, max(bottom, lower))
        rows.append(Region(box, f"{before.text} {region.text}", min(before.confidence, region.confidence)))
    return rows


def _goes_on(row: Region, region: Region) -> bool:
    """Whether a region begins where a row ends, about as high and no farther than a word's distance."""
    (_, top, right, bottom), (left, upper, _, lower) = row.box, region.box
    tall = min(bottom - top, lower - upper)
    return min(bottom, lower) - max(top, upper) > tall // 2 and -tall < left - right < tall


def _alike(text: str, hits: list[Hit], known: KnownPeople, near: Near) -> Iterator[Hit]:
    """What is written of near people and stands here with a letter wrong or without its spaces."""
    plain = squeezed(text)
    have = {(hit.kind, hit.person) for hit in hits if hit.sure >= 0.5}
    for person in near.people:
        for kind, writing in known.writings.get(person, ()):
            key = squeezed(writing)
            if len(key) < _SHORTEST or (kind, person) in have or kind is Kind.AGE:
                continue
            allowed = len(key) // 6
            if errors_in(key, plain, allowed) <= allowed:
                have.add((kind, person))
                yield Hit(kind, 0, len(text), person, 0.85, Reason.LIKE)


def errors_in(pattern: str, text: str, allowed: int) -> int:
    """The fewest insertions, deletions and changes that make the pattern occur in the text; more than `allowed` is `allowed` + 1.

    Sellers' algorithm: edit distance to the best substring.
    """
    if pattern in text:
        return 0
    if not allowed or len(text) < len(pattern) - allowed:
        return allowed + 1
    if len(set(pattern) & set(text)) < len(set(pattern)) - allowed:
        return allowed + 1
    above = [0] * (len(text) + 1)
    for row, letter in enumerate(pattern, 1):
        line = [row]
        for column, other in enumerate(text, 1):
            line.append(min(above[column - 1] + (letter != other), above[column] + 1, line[-1] + 1))
        if min(line) > allowed:
            return allowed + 1
        above = line
    return min(min(above), allowed + 1)


def _sex(region: Region, hits: list[Hit], regions: list[Region], near: Near) -> Iterator[Hit]:
    """A single letter for the sex: behind a date, or beside or below the word."""
    behind = _SEX_BEHIND_DATE.search(region.text)
    if behind and any(hit.kind in (Kind.BIRTH_DATE, Kind.DATE) for hit in hits):
        yield Hit(Kind.SEX, behind.start("sex"), behind.end("sex"), near.patient, 0.8, Reason.PATTERN)
    elif _SEX.match(region.text) and any(_labels(other, region) for other in regions):
        yield Hit(Kind.SEX, 0, len(region.text), near.patient, 0.7, Reason.LABELLED)


def _labels(label: Region, region: Region) -> bool:
    """Whether a line is the word for sex and stands left of another, or right above it."""
    if not _SEX_LABEL.match(label.text):
        return False
    (left, top, right, bottom), (x, y, _, _) = label.box, region.box
    tall = max(8, bottom - top)
    beside = abs(y - top) < tall and 0 < x - right < 20 * tall
    above = 0 < y - top < 3 * tall and abs(x - left) < 3 * tall
    return beside or above
