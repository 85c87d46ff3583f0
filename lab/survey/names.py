"""The names that patients are given: Faker's lists by locale, without the library's machinery."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module


@dataclass(frozen=True)
class Names:
    """Family names and first names of one locale, each once, in a fixed order."""

    family: tuple[str, ...]
    first: tuple[str, ...]


@cache
def names(locale: str) -> Names:
    """The names of a locale. Raises ModuleNotFoundError for one that Faker does not have."""
    provider = import_module(f"faker.providers.person.{locale}").Provider
    return Names(_clean(provider.last_names), _clean(provider.first_names))


def _clean(words: Iterable[str]) -> tuple[str, ...]:
    """Only names of letters that a person name component can hold (PS3.5 6.2)."""
    return tuple(dict.fromkeys(word for word in words if word.isalpha()))
