"""Patients and staff: names and streets from Faker, everything else from `fictional`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from synthetic_data.fictional import Bearer, email_address, phone_number
from synthetic_data.locales.locale import Locale
from synthetic_data.marks import PATIENT_ID_PREFIX
from synthetic_data.model import Address, Contact, Patient, PersonName, Sex, Staff
from synthetic_data.seeding import Role, scattered
from synthetic_data.stories import Story, sex_of, story_of

if TYPE_CHECKING:
    from faker import Faker

REFERENCE_DATE = date(2019, 9, 17)
"""The hospital's present, the day the survey of 2019 was published: no examination is later, ages count to it."""

_CHILDREN = 0.4
"""How many of those are children to whom what befell them happens at that age, too."""

_INFANTS_DAYS = ((14, 28), (28, 91), (91, 700))
"""Ages that are said in days, in weeks and in months (DICOM PS3.5 table 6.2-1)."""

PATIENT_ID_DIGITS = 8
_LONGEST_ADDRESS = 64
_LONGEST_NAME = 56
"""In bytes of UTF-8, although the standard counts characters: not every reader does (DICOM PS3.5 table 6.2-1)."""


class Population:
    """Invents the people of one locale. The same role gives the same person, whoever was asked for before."""

    def __init__(self, locale: Locale, role: Role) -> None:
        from faker import Faker  # it looks through all its locales, for which those who invent nobody need not wait

        self.locale, self.role = locale, role
        self._faker = Faker(locale.name)

    def _fake(self, role: Role) -> Faker:
        self._faker.seed_instance(role.number())
        return self._faker

    def patient(self, index: int) -> Patient:
        """The patient number `index`, counted from 0; independent of how many there are."""
        role = self.role.child("patient", index)
        story = story_of(self.role.child("rota"), index, role)
        sex = sex_of(story, role.child("sex"))
        birth_date = (
            _infants_birth_date(story, role) if story.instead_of else _birth_date(story, role.child("birth date"))
        )
        name = self._name(role.child("name"), sex)
        bearer = Bearer(sex, birth_date, name.family)
        number = scattered(self.role.child("patient id"), index, 10**PATIENT_ID_DIGITS)
        return Patient(
            index=index,
            patient_id=f"{PATIENT_ID_PREFIX}{number:0{PATIENT_ID_DIGITS}d}",
            name=name,
            birth_name=self._birth_name(role.child("birth name"), name, sex, birth_date),
            birth_date=birth_date,
            sex=sex,
            address=self._address(role.child("address")),
            phone=phone_number(role.child("phone"), self.locale.home_phones),
            mobile=phone_number(role.child("mobile"), self.locale.mobile_phones),
            email=email_address(name, index),
            national_id=self.locale.national_id(self.role, index, bearer),
            height=_height(role.child("height"), sex),
            body_mass_index=round(role.child("weight").random().uniform(19, 33), 1),
            contact=self._contact(role.child("contact"), name),
            story=story.name,
            role=role,
        )

    def staff(self, group: str, number: int) -> tuple[Staff, ...]:
        """The `number` people of a group, such as the radiologists."""
        people = []
        for index in range(number):
            role = self.role.child("staff", group, index)
            sex: Sex = "F" if role.random().random() < 0.5 else "M"
            name = self._name(role, sex)
            if group == "clinician" and index == 0 and self.locale.from_abroad:
                name = self.locale.from_abroad
            prefix = "" if group == "operator" else self.locale.doctor
            people.append(Staff(f"{group}-{index + 1}", replace(name, prefix=prefix)))
        return tuple(people)

    def _name(self, role: Role, sex: Sex) -> PersonName:
        """A name that fits into a PN with a title; Faker's few longer ones are drawn again."""
        name = self.locale.invent_name(self._fake(role), sex)
        if max(len(group.encode()) for group in name.dicom.split("=")) <= _LONGEST_NAME:
            return name
        return self._name(role.child("again"), sex)

    def _birth_name(self, role: Role, name: PersonName, sex: Sex, birth_date: date) -> str:
        """The family name at birth: another one for about half of the older women."""
        older = REFERENCE_DATE.year - birth_date.year >= 40
        keeps = sex == "M" or not older or not self.locale.women_take_names or role.random().random() < 0.5
        return name.family if keeps else self._name(role, sex).family

    def _contact(self, role: Role, name: PersonName) -> Contact:
        """A relative of the same family name."""
        sex: Sex = "F" if role.random().random() < 0.5 else "M"
        return Contact(
            self.locale.relative(name, self._name(role, sex), sex),
            phone_number(role.child("phone"), self.locale.mobile_phones),
        )

    def _address(self, role: Role) -> Address:
        """An address that fits into a DICOM LO; Faker's few longer ones are drawn again."""
        attempt = 0
        while True:
            fake = self._fake(role.child(attempt))
            street = self.locale.invent_street(fake)
            postcode, city = str(fake.postcode()), str(fake.city())
            line = self.locale.address.format(street=street, postcode=postcode, city=city)
            if len(line.encode()) <= _LONGEST_ADDRESS:
                return Address(street, postcode, city, line)
            attempt += 1


def first_day(role: Role, story: Story) -> date:
    """When a patient comes first: a day within the year before the last visit could still take place by the reference date."""
    return REFERENCE_DATE - timedelta(days=story.visits[-1].day + role.child("first day").random().randrange(3, 360))


def _infants_birth_date(story: Story, role: Role) -> date:
    """Some weeks or months before the first visit."""
    generator = role.child("birth date").random()
    return first_day(role, story) - timedelta(days=generator.randrange(*_INFANTS_DAYS[generator.randrange(3)]))


def _birth_date(story: Story, role: Role) -> date:
    youngest, oldest = story.youngest, story.oldest
    if story.children is not None and role.child("paediatric").random().random() < _CHILDREN:
        youngest, oldest = story.children
    days = role.random().randrange(youngest * 365, (oldest + 1) * 365)
    return REFERENCE_DATE - timedelta(days=days + youngest // 4 + 1)


def _height(role: Role, sex: Sex) -> float:
    low, high = (1.52, 1.76) if sex == "F" else (1.64, 1.92)
    return round(role.random().triangular(low, high, (low + high) / 2), 2)
