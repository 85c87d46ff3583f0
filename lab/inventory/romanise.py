"""Cyrillic and Hebrew names in Latin letters, roughly: how they stand on devices that have no others.

Cyrillic after ICAO Doc 9303 (passports); Hebrew by the Academy's consonants, whose vowels are anybody's guess. What is
compared with the outcome is compared loosely.
"""

from __future__ import annotations

_PAIRS = (
    "а:a б:b в:v г:g д:d е:e ё:e ж:zh з:z и:i й:y к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:kh ц:ts ч:ch ш:sh щ:shch"
    " ъ: ы:y ь: э:e ю:yu я:ya"
    " א:a ב:b ג:g ד:d ה:h ו:o ז:z ח:h ט:t י:i כ:k ך:k ל:l מ:m ם:m נ:n ן:n ס:s ע:a פ:p ף:f צ:ts ץ:ts ק:k ר:r ש:sh ת:t"
)
_LETTERS = dict(pair.split(":") for pair in _PAIRS.split())


def romanised(text: str) -> str:
    """The text with its Cyrillic and Hebrew letters by sound, in small letters; other letters as they are."""
    return "".join(_LETTERS.get(char, char) for char in text.lower())


def needs_romanising(text: str) -> bool:
    """Whether the text has letters that `romanised` changes."""
    return any(char in _LETTERS for char in text.lower())
