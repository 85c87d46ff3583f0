"""Text as it is compared: words without accents and case, each with its place in the text."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(r"[぀-ヿ㐀-鿿豈-﫿]")


class Word(NamedTuple):
    """A word as it is compared, and its characters in the text."""

    key: str
    start: int
    end: int


def folded(text: str) -> str:
    """The text without accents and case, compatible letters made one: `Élise` and `ELISE` give `elise`."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text. Where words are not parted by spaces (Han, kana) each character is one."""
    found = []
    for match in _WORD.finditer(text):
        run, start = match.group(), match.start()
        if run.isascii():
            found.append(Word(run.lower(), start, match.end()))
        elif _UNSPACED.search(run):
            found += _split(run, start)
        else:
            found.append(Word(folded(run), start, match.end()))
    return tuple(found)


def _split(run: str, start: int) -> list[Word]:
    """A run with Han or kana: those one by one, digits and Latin letters between them together."""
    return [
        Word(folded(part.group()), start + part.start(), start + part.end())
        for part in re.finditer(r"[0-9]+|[A-Za-z]+|.", run, re.DOTALL)
    ]


def keys_of(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared."""
    return tuple(word.key for word in words_of(text))


@lru_cache(maxsize=8192)
def squeezed(text: str) -> str:
    """Letters and digits only, folded: how a name stands in a file name or in what a reader of pictures ran together."""
    return "".join(char for char in folded(text) if char.isalnum())


@lru_cache(maxsize=8192)
def run_together(text: str) -> str:
    """Letters and digits only, each folded to one character, so that places can be counted back."""
    return "".join(folded(char)[:1] or char for char in text if char.isalnum())


def is_unspaced(text: str) -> bool:
    """Whether the text has Han or kana letters."""
    return _UNSPACED.search(text) is not None
