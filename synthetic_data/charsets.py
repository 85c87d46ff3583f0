"""Character sets: which characters a hospital's files can hold, and what stands for the others.

Unicode is the default. Older devices write the repertoire of their country, or switch between several by escape
sequences (ISO 2022); the texts are fitted to it before they are written, so that the ledger holds what the file does.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Literal, get_args

Charset = Literal["unicode", "national", "iso2022"]
CHARSETS: tuple[Charset, ...] = get_args(Charset)
"""ISO_IR 192 (UTF-8), the locale's older repertoire, or the locale's repertoire with code extensions."""

UNICODE = ("ISO_IR 192",)

_CODECS = {
    "": "ascii",
    "ISO 2022 IR 6": "ascii",
    "ISO_IR 100": "latin_1",
    "ISO 2022 IR 100": "latin_1",
    "ISO 2022 IR 101": "iso8859_2",
    "ISO_IR 138": "iso8859_8",
    "ISO 2022 IR 138": "iso8859_8",
    "ISO_IR 144": "iso8859_5",
    "ISO 2022 IR 144": "iso8859_5",
    "ISO 2022 IR 13": "ascii",
    "ISO 2022 IR 87": "iso2022_jp",
    "ISO_IR 192": "utf_8",
}
"""Python's codecs for the defined terms of Specific Character Set (DICOM PS3.3 C.12.1.1.2). Of IR 13 only ASCII is used."""

_STAND_INS = {"œ": "oe", "Œ": "OE", "’": "'", "–": "-", "…": "...", "→": "->", "„": '"', "“": '"', "”": '"', "″": '"'}


@lru_cache(maxsize=4096)
def fitted(text: str, terms: tuple[str, ...]) -> str:
    """The text in the characters that Specific Character Set `terms` can express: œ becomes oe where there is none."""
    if text.isascii() or terms == UNICODE:
        return text
    return "".join(_fitted(char, terms) for char in text)


def _fitted(char: str, terms: tuple[str, ...]) -> str:
    if any(_has(char, _CODECS[term]) for term in terms):
        return char
    if char in _STAND_INS:
        return _STAND_INS[char]
    plain = unicodedata.normalize("NFKD", char)
    return "".join(part for part in plain if part.isascii()) or "?"


def _has(char: str, codec: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
