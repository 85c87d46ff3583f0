"""The other patients of a set: a report on one may name another, given and family name side by side.

One of these names alone is an ordinary word in somebody else's text, and stays. A set may have many thousand patients, so
this is a look into a dictionary for each word, not a pattern with all the names in it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

_WORD = re.compile(r"[^\W_]+")
_SPACES = re.compile(r"[\s^=,・]+")
SCRIPTS = re.compile(r"[぀-ヿ㐀-鿿가-힯]")
"""Scripts that put no blanks between words."""


class People:
    """The names of everybody, in folded letters (`text.folded`)."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        self._joined: set[str] = set()
        for name in names:
            for family, given in _pairs(name):
                self._add(family, given)
        self._lengths = sorted({len(name) for name in self._joined}, reverse=True)

    def _add(self, family: str, given: str) -> None:
        if SCRIPTS.search(family + given):
            first, second = (_SPACES.sub("", part) for part in (family, given))
            self._joined |= {first + second, second + first}
            return
        one, other = (tuple(_WORD.findall(part)) for part in (family, given))
        if one and other:
            for words in (one + other, other + one, one + other[:1], other[:1] + one):
                self._by_first[words[0]].add(words)

    def spans(self, plain: str) -> list[tuple[int, int]]:
        """Where somebody's names stand in a folded text."""
        found = list(self._of_words(plain)) if self._by_first else []
        if self._joined and SCRIPTS.search(plain):
            found += self._without_blanks(plain)
        return found

    def _of_words(self, plain: str) -> Iterator[tuple[int, int]]:
        words = list(_WORD.finditer(plain))
        for index, first in enumerate(words):
            for name in self._by_first.get(first.group(), ()):
                here = words[index : index + len(name)]
                if tuple(word.group() for word in here) == name:
                    yield first.start(), here[-1].end()

    def _without_blanks(self, plain: str) -> Iterator[tuple[int, int]]:
        places = [at for at, char in enumerate(plain) if not _SPACES.match(char)]
        text = "".join(plain[at] for at in places)
        for start in range(len(text)):
            for length in self._lengths:
                if text[start : start + length] in self._joined and start + length <= len(text):
                    yield places[start], places[start + length - 1] + 1
                    break


def _pairs(name: str) -> Iterator[tuple[str, str]]:
    """Family and given name in each writing of a person's name (PS3.5 6.2.1)."""
    for group in name.split("="):
        family, given = ([part.strip() for part in group.split("^")] + ["", ""])[:2]
        if family and given:
            yield family, given
