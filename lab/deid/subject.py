"""Whose file is cleaned, and the count of what was done to it."""

from __future__ import annotations

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

    def note(self, action: str) -> None:
        self.done[action] += 1
