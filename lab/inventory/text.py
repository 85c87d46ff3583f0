"""Personal data in a text: known people first, then what looks like personal data whoever it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lab.inventory.finding import Reason
from lab.inventory.patterns import ages_in, dates_in, numbers_in, times_in
from lab.inventory.people import KnownPeople, Term
from lab.inventory.words import Word, is_unspaced, run_together, words_of
from synthetic_data import Kind

PIECE, OVERLAP = 100_000, 300
"""A longer text is searched in pieces of so many characters, which overlap: what stands across a border is not missed."""

_TITLES = re.compile(
    r"(?:(?<!\w)(?:dre?|doctor|docteur|prof|pr|professeur|professor|mr?|mrs|ms|miss|mme|mlle|monsieur|madame|herrn?|frau"
    r"|пациент(?:ка)?|врач|доктор|проф|д-р|d-r|מר|גב|ד[\"״]ר|d\"r|פרופ)[.'’׳]?\s{0,2})+$",
    re.IGNORECASE,
)
_LONGEST_TITLE = 30
_DOCTOR = re.compile(r"d-?r|doct|prof|ד|врач|доктор|проф|פרופ", re.IGNORECASE)
"""A doctor's title: where patient and doctor have one family name, it tells who is meant."""
_LABELS = re.compile(
    r"(?:prévenir|contact|confiance|next of kin|notify|kin|Angehörige\w*|Ansprechpartner\w*|лицо|родственник\w*|קשר)\s*:\s*"
    r"(?P<name>[^\W\d_][^,.;:\d\n]{2,60})"
)
_DIGITS = re.compile(r"\+?\d[\d ./()-]{4,}\d")
_BESIDE = re.compile(r"^[  ]{1,2}$")


@dataclass(frozen=True, slots=True)
class Hit:
    """A span of a text and what it gives away; the fields are those of a finding."""

    kind: Kind
    start: int
    end: int
    person: str
    sure: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Near:
    """The people whom the file itself names: `patient` is its Patient ID (or empty), `people` everyone, staff too."""

    patient: str = ""
    people: frozenset[str] = frozenset()


NOBODY = Near()


def search_text(text: str, known: KnownPeople, near: Near = NOBODY, *, with_times: bool = False) -> list[Hit]:
    """What a text gives away, in its order. Overlapping hits are left to the surest.

    `with_times` also gives times of day, which mean something on a picture and little in a sentence.
    """
    if len(text) > PIECE:
        return _in_pieces(text, known, near, with_times)
    hits = list(_named(text, known, near))
    hits += _labelled_names(text)
    hits += _numbered(text, known)
    hits += _dated(text, known, near)
    hits += _aged(text, known, near)
    for match in numbers_in(text):
        hits.append(Hit(match.kind, match.start, match.end, _whose(match.kind, near), match.sure, match.reason))
    if with_times:
        hits += [Hit(one.kind, one.start, one.end, near.patient, one.sure, one.reason) for one in times_in(text)]
    return _surest(hits)


def _in_pieces(text: str, known: KnownPeople, near: Near, with_times: bool) -> list[Hit]:
    hits: dict[tuple[int, int], Hit] = {}
    for start in range(0, len(text), PIECE - OVERLAP):
        for hit in search_text(text[start : start + PIECE], known, near, with_times=with_times):
            moved = replace(hit, start=hit.start + start, end=hit.end + start)
            hits[moved.start, moved.end] = moved
    return _surest(hits.values())


def _whose(kind: Kind, near: Near) -> str:
    return near.patient if kind in (Kind.EMAIL, Kind.NATIONAL_ID, Kind.PHONE) else ""


def _surest(hits: Iterable[Hit]) -> list[Hit]:
    """The hits without those that a longer or surer one covers."""
    chosen: list[Hit] = []
    for hit in sorted(hits, key=lambda one: (-(one.end - one.start) * (one.sure >= 0.5), -one.sure, one.start)):
        if all(hit.end <= other.start or other.end <= hit.start for other in chosen):
            chosen.append(hit)
    return sorted(chosen, key=lambda one: one.start)


def _named(text: str, known: KnownPeople, near: Near) -> Iterator[Hit]:
    words = words_of(text)
    at = 0
    while at < len(words):
        match = _longest(text, words, at, known, near)
        if match is None:
            at += 1
            continue
        term, sure = match
        end = at + len(term.keys)
        if term.kind is Kind.NAME:
            first, last = _with_neighbours(text, words, at, end, term)
            yield Hit(
                Kind.NAME, _title_before(text, words[first].start), words[last - 1].end, term.person, sure, Reason.KNOWN
            )
            at = last
        else:
            start = words[at].start - text[: words[at].start].endswith("〒")
            yield Hit(term.kind, start, words[end - 1].end, term.person, sure, Reason.KNOWN)
            at = end


def _longest(text: str, words: tuple[Word, ...], at: int, known: KnownPeople, near: Near) -> tuple[Term, float] | None:
    """The longest known term that starts at a word, somebody near before somebody else."""
    candidates = known.terms.get(words[at].key)
    if not candidates:
        return None
    best: tuple[Term, float] | None = None
    for term in candidates:
        length = len(term.keys)
        if best is not None and length < len(best[0].keys):
            break
        if length > 1 and tuple(word.key for word in words[at : at + length]) != term.keys:
            continue
        sure = _sureness(text, words, at, term, near)
        if sure and (best is None or sure > best[1]):
            best = term, sure
    return best


def _sureness(text: str, words: tuple[Word, ...], at: int, term: Term, near: Near) -> float:
    """How sure a known term at a word is somebody; 0 when it is more likely an ordinary word."""
    is_near = term.person in near.people
    if term.kind is not Kind.NAME:
        short = len("".join(term.keys)) < 4
        return 0.0 if short and not is_near else 0.99 if is_near else 0.9
    if not term.near:
        return 0.98 if is_near else 0.9
    last = at + len(term.keys) - 1
    written = text[words[at].start : words[last].end]
    titled = _title_before(text, words[at].start) < words[at].start
    if len(written) < 2 and not is_unspaced(written):
        return 0.0
    if is_near:
        is_doctor = titled and _DOCTOR.search(text, _title_before(text, words[at].start), words[at].start) is not None
        likely = 0.91 if (term.person == near.patient) is not is_doctor else 0.9
        return likely if titled or not written.islower() else 0.0
    return 0.8 if titled and not written.islower() else 0.0


def _title_before(text: str, start: int) -> int:
    """Where the titles before a name start, or the name itself."""
    match = _TITLES.search(text[max(0, start - _LONGEST_TITLE) : start])
    return start - len(match.group()) if match else start


def _with_neighbours(text: str, words: tuple[Word, ...], at: int, end: int, term: Term) -> tuple[int, int]:
    """The words of a name with the given name beside a family name that stands alone: a relative's, mostly."""
    if not term.near:
        return at, end
    if end < len(words) and _is_beside(text, words[end - 1], words[end]):
        stop = end + 1
        if is_unspaced(text[words[end].start : words[end].end]):
            while stop < len(words) and words[stop].start == words[stop - 1].end:
                stop += 1
        return at, stop
    titled = _title_before(text, words[at].start) < words[at].start
    if at > 0 and not titled and _is_beside(text, words[at - 1], words[at]):
        return at - 1, end
    return at, end


def _is_beside(text: str, one: Word, other: Word) -> bool:
    """Whether two words stand side by side and both look like names: capitals where the writing has them."""
    if not _BESIDE.match(text[one.end : other.start]):
        return False
    pair = (text[one.start : one.end], text[other.start : other.end])
    return all(not part[0].isdigit() and (part[0].isupper() or not part[0].islower()) for part in pair)


def _labelled_names(text: str) -> Iterator[Hit]:
    """Names behind words such as `contact:`."""
    if ":" not in text:
        return
    for match in _LABELS.finditer(text):
        name = match["name"].rstrip()
        if 1 < len(name.split()) <= 5:
            yield Hit(Kind.NAME, match.start("name"), match.start("name") + len(name), "", 0.7, Reason.LABELLED)


def _numbered(text: str, known: KnownPeople) -> Iterator[Hit]:
    """Known numbers in other spellings: with spaces, dots, a country's code."""
    for match in _DIGITS.finditer(text):
        found = known.number(match.group())
        if found:
            kind, person = found
            yield Hit(kind, match.start(), match.end(), person, 0.97, Reason.RESPELT)


def _dated(text: str, known: KnownPeople, near: Near) -> Iterator[Hit]:
    for written in dates_in(text):
        born = {person for person in near.people if written.days & known.birth_dates.get(person, set())}
        if born:
            person = near.patient if near.patient in born else min(born)
            yield Hit(Kind.BIRTH_DATE, written.start, written.end, person, 0.98, Reason.KNOWN)
        else:
            yield Hit(Kind.DATE, written.start, written.end, near.patient, 0.8, Reason.PATTERN)


def _aged(text: str, known: KnownPeople, near: Near) -> Iterator[Hit]:
    """Ages: a number that the patient's header gives as age is one, another is a span of time until shown otherwise."""
    own = known.ages.get(near.patient, set())
    for start, end, number in ages_in(text):
        sure, reason = (0.9, Reason.KNOWN) if number in own else (0.4, Reason.PATTERN)
        yield Hit(Kind.AGE, start, end, near.patient, sure, reason)


def search_run_together(text: str, known: KnownPeople, near: Near) -> list[Hit]:
    """Known names in a text without spaces, such as a file's name: `ArnaudMathilde_2019`. Near people only."""
    flat = run_together(text)
    if len(flat) < 4:
        return []
    places = [index for index, char in enumerate(text) if char.isalnum()]
    hits = []
    for person in near.people:
        for kind, writing in known.writings.get(person, ()):
            key = run_together(writing)
            at = flat.find(key) if len(key) >= 4 else -1
            if at >= 0:
                hits.append(Hit(kind, places[at], places[at + len(key) - 1] + 1, person, 0.85, Reason.KNOWN))
    return _surest(hits)
