"""Whose file is cleaned, and the count of what was done to it."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from lab.deid.text import Cleaner


@dataclass
class Subject:
    """Whose file it is: the cleaner of this patient's texts and what the key makes of the patient."""

    key: str
    cleaner: Cleaner
    pseudonym: str
    days: int


@dataclass
class Tally:
    """What was done, counted by action and kind of element: no values, so that a report can hold it."""

    done: Counter[str] = field(default_factory=Counter)
    _texts: hashlib.blake2b = field(default_factory=lambda: hashlib.blake2b(digest_size=8))

    def note_text(self, cleaned: str) -> None:
        """Take a cleaned text into the digest of all of them."""
        self._texts.update(cleaned.encode("utf-8", "surrogatepass") + b"\0")

    @property
    def texts(self) -> str:
        """The digest of the cleaned texts: it stays in the house."""
        return self._texts.hexdigest()

    def note(self, action: str) -> None:
        self.done[action] += 1
