"""What a locale has to say. Adding one is a file with one `Locale` in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from synthetic_data.fictional import Bearer
from synthetic_data.model import Institution, Sex, Side
from synthetic_data.seeding import Role


@dataclass(frozen=True)
class ExamText:
    """An examination's name as the study description, and as it was requested. `{side}` is left or right."""

    description: str
    procedure: str


@dataclass(frozen=True)
class StoryText:
    """Why a patient comes: in at most 40 characters, and as a history.

    The history may name `{title}`, `{name}`, `{age}`, `{birth_date}`, `{doctor}` (the referrer) and `{side}`.
    """

    reason: str
    history: str


@dataclass(frozen=True)
class Locale:
    """A country's people and a hospital's language. In patterns of telephone numbers `#` is a free digit."""

    name: str
    institution: Institution
    titles: Mapping[Sex, str]
    doctor: str
    age: str
    date_format: str
    address: str
    home_phones: tuple[str, ...]
    mobile_phones: tuple[str, ...]
    national_id: Callable[[Role, int, Bearer], str]
    national_id_issuer: str
    sides: Mapping[Side, str]
    side_letters: Mapping[Side, str]
    comments: str
    exams: Mapping[str, ExamText]
    series: Mapping[str, str]
    stories: Mapping[str, StoryText]
