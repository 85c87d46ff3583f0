"""Names in Latin letters: for e-mail addresses, and for devices that can show no others."""

from __future__ import annotations

import unicodedata

_CYRILLIC = (
    "а:a б:b в:v г:g д:d е:e ё:e ж:zh з:z и:i й:y к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:kh ц:ts ч:ch ш:sh щ:shch "
    "ъ: ы:y ь: э:e ю:yu я:ya"
)
_HEBREW = (
    "א:a ב:b ג:g ד:d ה:h ו:o ז:z ח:h ט:t י:i כ:k ך:k ל:l מ:m ם:m נ:n ן:n ס:s ע:a פ:p ף:f צ:ts ץ:ts ק:k ר:r ש:sh ת:t"
)
_OTHERS = "ß:ss œ:oe æ:ae ø:o ł:l"
_LETTERS = dict(pair.split(":") for pair in f"{_CYRILLIC} {_HEBREW} {_OTHERS}".split())
_LETTERS |= {letter.upper(): latin.capitalize() for letter, latin in _LETTERS.items() if letter.upper() != letter}


def latin(text: str) -> str:
    """The text in ASCII: Cyrillic and Hebrew letters by sound, others without their accents; what has no likeness is left out."""
    plain = unicodedata.normalize("NFKD", "".join(_LETTERS.get(char, char) for char in text))
    return "".join(char for char in plain if char.isascii())


def ascii_letters(text: str) -> str:
    """The unaccented Latin letters of a name: `Lefèvre-Noël` gives `LefevreNoel`."""
    return "".join(char for char in latin(text) if char.isalpha())
