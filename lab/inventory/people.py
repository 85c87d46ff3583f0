"""The people whom a set of files names: learnt from its headers, then looked for everywhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lab.inventory.romanise import needs_romanising, romanised
from lab.inventory.vocabulary import PATIENT
from lab.inventory.words import is_unspaced, keys_of
from synthetic_data import Kind

LEARNT = frozenset(
    {
        Kind.NAME,
        Kind.BIRTH_DATE,
        Kind.PATIENT_ID,
        Kind.NATIONAL_ID,
        Kind.ADDRESS,
        Kind.PHONE,
        Kind.EMAIL,
        Kind.ACCESSION_NUMBER,
        Kind.CASE_ID,
        Kind.INSTITUTION,
        Kind.AGE,
    }
)
_SHORTEST_NUMBER = 6
_PHONE_TAIL = 8
_DIGITS = re.compile(r"\D+")


@dataclass(frozen=True, slots=True)
class Fact:
    """What a header says about someone: `person` is a Patient ID, the name of a member of staff, or `institution`."""

    kind: Kind
    value: str
    person: str
    owner: str = PATIENT


@dataclass(frozen=True, slots=True)
class Term:
    """A known sequence of words. `near` terms (a family name alone) count only for people whom the file itself names."""

    keys: tuple[str, ...]
    kind: Kind
    person: str
    near: bool = False


@dataclass(slots=True)
class KnownPeople:
    """Everything learnt so far. `learn` adds facts; the searching functions read it. Pickles; grows with the people."""

    facts: dict[Fact, None] = field(default_factory=dict)
    terms: dict[str, list[Term]] = field(default_factory=dict)
    numbers: dict[str, tuple[Kind, str]] = field(default_factory=dict)
    birth_dates: dict[str, set[str]] = field(default_factory=dict)
    """Person to their dates of birth, as YYYYMMDD."""
    ages: dict[str, set[int]] = field(default_factory=dict)
    """Person to the numbers in their ages, whatever the unit."""
    writings: dict[str, list[tuple[Kind, str]]] = field(default_factory=dict)
    """Person to what may stand in a picture about them: names, numbers, addresses, as people write them."""

    def learn(self, facts: Iterable[Fact]) -> None:
        """Add facts; what is known already is left alone."""
        for fact in facts:
            if fact not in self.facts:
                self.facts[fact] = None
                self._index(fact)

    def _index(self, fact: Fact) -> None:
        kind, value, person = fact.kind, fact.value, fact.person
        if kind is Kind.NAME:
            for name, near in spellings(value):
                self._add(name, Kind.NAME, person, near)
        elif kind is Kind.BIRTH_DATE:
            self.birth_dates.setdefault(person, set()).add(value[:8])
        elif kind is Kind.AGE:
            self.ages.setdefault(person, set()).update(_ages(value))
        else:
            for writing in dict.fromkeys((value, _latin(value))):
                self._add(writing, kind, person, False)
            if is_unspaced(value):
                self._add(_ascii(value), kind, person, True)
            if kind is Kind.ADDRESS:
                for part in re.split(r"[,\n]", value):
                    if any(char.isdigit() for char in part):
                        self._add(part, kind, person, False)
            else:
                self._add_number(value, kind, person)

    def _add(self, text: str, kind: Kind, person: str, near: bool) -> None:
        keys = keys_of(text)
        if not keys or (len("".join(keys)) < 2 and not is_unspaced(text)):
            return
        if kind is Kind.ADDRESS and len(keys) < 2:
            return
        terms = self.terms.setdefault(keys[0], [])
        term = Term(keys, kind, person, near)
        if term not in terms:
            terms.append(term)
            terms.sort(key=lambda one: -len(one.keys))
            self.writings.setdefault(person, []).append((kind, " ".join(text.split())))

    def _add_number(self, value: str, kind: Kind, person: str) -> None:
        digits = _DIGITS.sub("", value)
        if len(digits) >= _SHORTEST_NUMBER:
            self.numbers.setdefault(digits, (kind, person))
            if kind is Kind.PHONE and len(digits) > _PHONE_TAIL:
                self.numbers.setdefault(digits[-_PHONE_TAIL:], (kind, person))

    def number(self, text: str) -> tuple[Kind, str] | None:
        """Whose number the digits of a text are, in whatever spelling: with a country's code, spaces, dots."""
        digits = _DIGITS.sub("", text)
        if len(digits) < _SHORTEST_NUMBER:
            return None
        found = self.numbers.get(digits)
        if found is None and len(digits) > _PHONE_TAIL:
            found = self.numbers.get(digits[-_PHONE_TAIL:])
            return found if found and found[0] is Kind.PHONE else None
        return found

    @property
    def people(self) -> tuple[str, ...]:
        """Everyone of whom something is known."""
        return tuple(dict.fromkeys(fact.person for fact in self.facts))


def spellings(name: str) -> Iterator[tuple[str, bool]]:
    """The ways of writing a person name (VR PN, PS3.5 6.2.1), each with whether it is a part that needs a near person.

    Family and given names in both orders, in each of the three writings and in Latin letters; either part alone is a
    near one.
    """
    for group in name.split("="):
        parts = [part.strip() for part in [*group.split("^"), "", ""][:3]]
        family, given, middle = parts
        if not family and not given:
            continue
        for one, other in {(family, given), (_latin(family), _latin(given))}:
            if one and other:
                yield f"{one} {other}", False
                yield f"{other} {one}", False
                if middle:
                    yield f"{other} {middle} {one}", False
                yield other, True
            whole = one or other
            yield whole, len(keys_of(whole)) < 2 or bool(one and other)


def _latin(text: str) -> str:
    return romanised(text) if needs_romanising(text) else text


def _ascii(text: str) -> str:
    """What a device leaves of a Japanese text that has no such letters."""
    return " ".join("".join(char for char in text if char.isascii()).split())


def _ages(value: str) -> set[int]:
    """The numbers by which one says an age: `018M` gives 18 and, in years, 1."""
    digits = value[:3]
    if not digits.isdigit():
        return set()
    age, unit = int(digits), value[3:4]
    more = {"M": {age // 12}, "W": {age // 4, int(age / 4.35)}, "D": {age // 7, int(age / 30.4)}}.get(unit, set())
    return {age, *more}
