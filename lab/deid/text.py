"""Free text: what is known of the patient and the house is taken out of it, and what looks like an identifier.

Letters are compared without case and accents, one for one, so that a span in the folded text is a span in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache

from lab.deid.identities import Known
from lab.deid.people import SCRIPTS, People

GONE = "***"
_PARTICLES = frozenset(
    ["de", "du", "des", "la", "le", "les", "von", "van", "der", "den", "zu", "di", "da", "and", "und", "et", "the"]
)
"""Parts of names and titles that are words of every text."""
_CUT = re.compile(r"[\s^=,.'’\-]+")
_REPEATED = re.compile(r"\*{3}(?:[ -]?\*{3})+")

_MONTHS = (
    r"janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|january|february|march|april|may|june|"
    r"july|august|september|october|november|december|januar|februar|marz|juni|juli|oktober|dezember"
)
_TITLES = r"[Dd]r|[Dd]octeur|[Dd]octor|[Pp]rof|[Pp]rofesseur|[Pp]rofessor|Pr|Mme|[Mm]adame|[Mm]onsieur|Mr|Mrs|Ms|Miss|Herrn?|Frau"
"""Not in capitals: MR and DR are what the picture was taken with."""
_WRITTEN_DATES = (
    r"\b\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})\b",
    r"\b\d{4}[./-]\d{1,2}[./-]\d{1,2}\b",
    r"\d{2,4}\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?",
    rf"\b\d{{1,2}}(?:er|st|nd|rd|th|\.)?\s+(?:{_MONTHS})\.?,?(?:\s+\d{{4}})?\b",
    rf"\b(?:{_MONTHS})\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}\b",
)
_DATES = re.compile("|".join(_WRITTEN_DATES), re.IGNORECASE)
_CONTACTS = (
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+",
    r"https?://\S+|www\.\S+",
    *_WRITTEN_DATES,
    r"\b(?:19|20)\d{6}(?:\d{4,6}(?:\.\d+)?)?\b",
    r"(?<![\w.])(?:\+|\()?\d[\d()./\- ]{7,}\d(?![\w])",
    r"\b[a-z]{0,5}[-_]?\d{5,}\w*\b",
)
_AGES = (
    r"\b\d{1,3}[\s-]*(?:ans?|mois|semaines|jours|years?(?:[\s-]+old)?|months?(?:[\s-]+old)?|yo|y/o|jahre?n?|monate?n?|tage|"
    r"лет|года?|месяц\w*|歳|才|か月|ヶ月)(?!\w*[a-z])",
    r"(?:בן|בת|גיל)\s*\d{1,3}",
)
_NOT_AGES = re.compile("|".join(_CONTACTS), re.IGNORECASE)
PATTERNS = re.compile("|".join((*_CONTACTS, *_AGES)), re.IGNORECASE)
"""E-mail, web addresses, dates, telephone numbers, long numbers, ages; on folded text."""
_TITLED = re.compile(
    rf"\b(?:{_TITLES})\b\.?\s+((?:[A-ZÀ-ÖØ-ÞА-ЯŒ][\w’'.-]*)(?:[ -](?:(?:de|du|von|van|la|le|der)\s)?[A-ZÀ-ÖØ-ÞА-ЯŒ][\w’'-]*)*)",
)
_HONORIFIC = re.compile(r"([぀-ヿ㐀-鿿々]{1,8})(?=\s*(?:様|さん|氏|先生|医師))")


def folded(text: str) -> str:
    """The text without case and accents, as many characters as before."""
    return text if text.isascii() and text.islower() else "".join(map(_fold, text))


@lru_cache(maxsize=8192)
def _fold(char: str) -> str:
    base = unicodedata.normalize("NFKD", char)[:1].casefold()[:1]
    return base or char


class Cleaner:
    """Cleans the texts of one patient's files."""

    def __init__(self, own: Known, shared: Known, everybody: People | None = None) -> None:
        words = set(_name_words(own.names, 2)) | set(_name_words(shared.names, 3))
        words |= set(_lines(own.lines)) | set(_lines(shared.lines))
        self._own = own
        self._known = _any_of(words, own.numbers)
        self._everybody = everybody
        self._cache: dict[str, str] = {}
        self._guard = _guard(own)

    def clean(self, text: str) -> str:
        """The text with what identifies replaced by asterisks."""
        found = self._cache.get(text)
        if found is None:
            found = self._cache[text] = self._cleaned(text)
            if len(self._cache) > 20_000:
                self._cache.clear()
        return found

    def without_patient(self, text: str) -> str:
        """The text without the patient's own names and numbers and without dates: an option keeps house and device."""
        plain = folded(text.replace("_", " "))
        spans = [match.span() for pattern in (self._of_patient, _DATES) for match in pattern.finditer(plain)]
        return _without(text, sorted(spans)) if spans else text

    def without_people(self, text: str) -> str:
        """The text without the patient, the others of the set and what looks like an identifier: a term's own words stay."""
        plain = folded(text)
        spans = [match.span() for pattern in (self._of_patient, _NOT_AGES) for match in pattern.finditer(plain)]
        spans += self._everybody.spans(plain) if self._everybody is not None else []
        return _without(text, sorted(spans)) if spans else text

    @cached_property
    def _of_patient(self) -> re.Pattern[str]:
        return _any_of({*_name_words(self._own.names, 2), *_lines(self._own.lines)}, self._own.numbers)

    def finds(self, text: str) -> bool:
        """Whether there is anything to clean in it."""
        return self.clean(text) != text

    def survivor(self, content: bytes) -> bool:
        """Whether the bytes of a cleaned header still hold a name or number of the patient."""
        return self._guard is not None and self._guard.search(content) is not None

    def _cleaned(self, text: str) -> str:
        plain = folded(text)
        spans = [match.span() for match in PATTERNS.finditer(plain)]
        spans += [match.span(1) for match in _TITLED.finditer(text)]
        spans += [match.span(1) for match in _HONORIFIC.finditer(text)]
        spans += [match.span() for match in self._known.finditer(plain)]
        if self._everybody is not None:
            spans += self._everybody.spans(plain)
        if not spans:
            return text
        return _without(text, sorted(spans))


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    out, at = [], 0
    for start, end in spans:
        if start >= at:
            out += [text[at:start], GONE]
        at = max(at, end)
    return _REPEATED.sub(GONE, "".join((*out, text[at:])))


def _name_words(names: Iterable[str], shortest: int) -> Iterator[str]:
    """The words of names in DICOM's writing (PS3.5 6.2.1), and each group of components as it is spoken."""
    for name in names:
        for group in name.split("="):
            components = [part for part in group.split("^")[:2] if part.strip()]
            yield from (part for part in components if len(part) >= shortest or SCRIPTS.search(part))
            if len(components) == 2:
                yield from ("".join(components), "".join(reversed(components)))
            for word in _CUT.split("^".join(group.split("^")[:3])):
                if len(word) >= max(shortest, 3) and folded(word) not in _PARTICLES:
                    yield word


def _lines(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line
        yield from (part for part in re.split(r"[,^\r\n]+|\s{2,}", line) if len(part.strip()) >= 6)


def _any_of(words: Iterable[str], numbers: Iterable[str]) -> re.Pattern[str]:
    """A pattern for all of these, the longest first; it matches nothing when there are none."""
    parts = [_phrase(word) for word in words] + [_number(number) for number in numbers if len(number) >= 3]
    return re.compile("|".join(sorted(parts, key=len, reverse=True)) or r"(?!)")


def _phrase(text: str) -> str:
    """A pattern for words one after the other, on folded text; whole words where a script has spaces."""
    words = [re.escape(word) for word in re.split(r"[\s^=]+", folded(text.strip())) if word]
    pattern = r"[\s^=,]*".join(words)
    if SCRIPTS.search(text):
        return pattern
    return rf"(?<!\w){pattern}(?!\w)" if words else r"(?!)"


def _number(text: str) -> str:
    """A pattern for a number, with or without the blanks and dashes that people put into it."""
    characters = [re.escape(char) for char in folded(text) if not char.isspace() and char not in "-./"]
    if not characters:
        return r"(?!)"
    return rf"(?<!\w){r'[-./ ]?'.join(characters)}(?!\w)"


def _guard(own: Known) -> re.Pattern[bytes] | None:
    """The last look: the patient's numbers and names of some length as bytes, in the encodings that are common."""
    texts = {word for word in _name_words(own.names, 4) if len(word) >= 5 or not word.isascii()}
    texts |= {number for number in own.numbers if len(number) >= 6}
    forms: set[bytes] = set()
    for text in texts:
        if len(text) < 2:
            continue
        for encoding in ("utf-8", "latin-1", "iso2022_jp", "gb18030", "iso8859_5", "iso8859_8"):
            try:
                forms.add(text.encode(encoding))
            except UnicodeEncodeError:
                continue
    long_enough = [form for form in forms if len(form) >= 4]
    if not long_enough:
        return None
    escaped: list[bytes] = [re.escape(form) for form in long_enough]
    escaped.sort(key=len, reverse=True)
    alternatives = b"|".join(escaped)
    return re.compile(rb"(?<![A-Za-z0-9])(?:" + alternatives + rb")(?![A-Za-z0-9])", re.IGNORECASE)
