"""What a locale has to say. Adding one is a file with one `Locale` in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from synthetic_data.charsets import UNICODE, Charset
from synthetic_data.fictional import Bearer
from synthetic_data.model import Institution, Patient, PersonName, Sex, Side
from synthetic_data.seeding import Role

if TYPE_CHECKING:
    from faker import Faker

Service = Literal["emergency", "ward", "outpatients"]
"""Where a request comes from."""


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


GROWN_UP_AT = 15
"""The age in years from which letters speak of Mrs and Mr."""


_CZECH = PersonName("Vymyšlenský", "Řehoř")
"""An invented name: it means "of the invented"."""


def western_name(fake: Faker, sex: Sex) -> PersonName:
    """A given and a family name, the same family names for both sexes."""
    given = fake.first_name_female() if sex == "F" else fake.first_name_male()
    return PersonName(fake.last_name(), given)


def street_address(fake: Faker) -> str:
    """A street and a number."""
    return " ".join(str(fake.street_address()).split("\n"))


def same_family(name: PersonName, stranger: PersonName, sex: Sex) -> PersonName:
    """A relative who bears the person's family name and a stranger's given name."""
    return replace(stranger, family=name.family)


@dataclass(frozen=True)
class Locale:
    """A country's people and a hospital's language. In patterns of telephone numbers `#` is a free digit.

    `titles` go before the names of adults, `young` before those of children.

    `national` and `iso2022` are the defined terms of Specific Character Set for the country's older repertoire, alone
    and with code extensions; `character_set` are those in use. What a locale has no words for is said in English.
    `from_abroad` is a doctor whose name the national repertoire lacks: what code extensions are for.
    """

    name: str
    institution: Institution
    titles: Mapping[Sex, str]
    young: Mapping[Sex, str]
    doctor: str
    age: str
    age_months: str
    date_format: str
    address: str
    home_phones: tuple[str, ...]
    mobile_phones: tuple[str, ...]
    national_id: Callable[[Role, int, Bearer], str]
    national_id_issuer: str
    sides: Mapping[Side, str]
    side_letters: Mapping[Side, str]
    comments: str
    services: Mapping[Service, str]
    exams: Mapping[str, ExamText]
    series: Mapping[str, str]
    stories: Mapping[str, StoryText]
    invent_name: Callable[[Faker, Sex], PersonName] = western_name
    invent_street: Callable[[Faker], str] = street_address
    relative: Callable[[PersonName, PersonName, Sex], PersonName] = same_family
    women_take_names: bool = True
    national: tuple[str, ...] = ("ISO_IR 100",)
    # Not IR 6 and 100: pydicom leaves out the escape sequence between them.
    iso2022: tuple[str, ...] = ("ISO 2022 IR 100", "ISO 2022 IR 101")
    from_abroad: PersonName | None = _CZECH
    character_set: tuple[str, ...] = UNICODE

    def written_in(self, charset: Charset) -> Locale:
        """The same locale with its files in another character set."""
        return replace(
            self, character_set={"unicode": UNICODE, "national": self.national, "iso2022": self.iso2022}[charset]
        )

    def title(self, patient: Patient, day: date) -> str:
        """How a letter calls the patient: a child, or Mrs and Mr."""
        return (self.young if patient.age(day) < GROWN_UP_AT else self.titles)[patient.sex]

    def age_text(self, patient: Patient, day: date) -> str:
        """The patient's age on a day as one says it: in months below two years."""
        age = patient.age_string(day)
        if age.endswith("Y"):
            return self.age.format(patient.age(day))
        months = {"M": 1.0, "W": 4.35, "D": 30.4}[age[-1]]
        return self.age_months.format(max(1, round(int(age[:3]) / months)))

    def exam(self, key: str) -> ExamText:
        """How the hospital calls an examination."""
        return self.exams[key]

    def series_name(self, key: str) -> str:
        """How the device calls a series."""
        return self.series[key]

    def story(self, key: str) -> StoryText:
        """Why a patient with this story comes."""
        return self.stories[key]
