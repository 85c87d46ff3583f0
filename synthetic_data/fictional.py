"""Identifiers that no person can have, and that are nevertheless well formed.

Each function says which rule makes its values fictional. `index` is the patient's number; the functions spread it over
their range, so that no two patients of a hospital get the same number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from synthetic_data.errors import SyntheticDataError
from synthetic_data.model import PersonName, Sex
from synthetic_data.seeding import Role, scattered
from synthetic_data.transliteration import ascii_letters

IMPOSSIBLE_MONTHS = (13, 14, 15, 16, 17, 18, 43, 44, 45, 46, 47, 48)
"""The NIR month codes that stand for January to December here; see `french_nir`."""

_UNISSUED_US_AREA = 666
_NHS_TEST_RANGE = 999
_UNUSED_PENSION_AREA = "00"

EMAIL_DOMAIN = "example.org"


@dataclass(frozen=True)
class Bearer:
    """What a national number tells about the person who bears it."""

    sex: Sex
    birth_date: date
    family: str


def french_nir(role: Role, index: int, bearer: Bearer) -> str:
    """A French NIR (numéro de sécurité sociale): 13 digits and a right control key, spaced as on the card.

    Sex, year and month class fit the person, but the month code is one that no birth has. INSEE's codes are 01 to 12
    for a known month, 31 to 42 for a month on an incomplete civil record, and 20 to 30 or 50 to 99 for an unknown one;
    13 to 19 and 43 to 49 mean nothing, and validators refuse them. January to June become 13 to 18, July to December
    43 to 48.
    """
    place = scattered(role.child("nir"), index, 95 * 990 * 999)
    department, place = divmod(place, 990 * 999)
    commune, order = divmod(place, 999)
    month = IMPOSSIBLE_MONTHS[bearer.birth_date.month - 1]
    sex = "2" if bearer.sex == "F" else "1"
    body = f"{sex}{bearer.birth_date:%y}{month:02d}{department + 1:02d}{commune + 1:03d}{order + 1:03d}"
    groups = (body[0], body[1:3], body[3:5], body[5:7], body[7:10], body[10:13], nir_key(body))
    return " ".join(groups)


def nir_key(body: str) -> str:
    """The control key of a NIR's 13 digits: 97 less their remainder by 97."""
    return f"{97 - int(body) % 97:02d}"


def us_ssn(role: Role, index: int, bearer: Bearer) -> str:
    """A US social security number with area 666, which the Social Security Administration never assigns."""
    group, serial = divmod(scattered(role.child("ssn"), index, 99 * 9999), 9999)
    return f"{_UNISSUED_US_AREA}-{group + 1:02d}-{serial + 1:04d}"


def nhs_number(role: Role, index: int, bearer: Bearer) -> str:
    """An NHS number from 999 000 0000 to 999 999 9999, the range kept for test data, with a right check digit."""
    for attempt in range(8):
        body = f"{_NHS_TEST_RANGE}{scattered(role.child('nhs'), 8 * index + attempt, 1_000_000):06d}"
        check = nhs_check_digit(body)
        if check is not None:
            return f"{body[:3]} {body[3:6]} {body[6:]}{check}"
    raise SyntheticDataError(f"no NHS number is left for patient {index}; use another seed.")


def nhs_check_digit(body: str) -> int | None:
    """The tenth digit of an NHS number by modulus 11; None for a body that can have none."""
    check = 11 - sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1), strict=True)) % 11
    return None if check == 10 else check % 11


def german_pension_number(role: Role, index: int, bearer: Bearer) -> str:
    """A German Versicherungsnummer (RVNR) with area number 00, which no insurer has (VKVV section 2 and annex).

    Birth date, the name's initial, the serial's sex class (00 to 49 men, 50 to 99 women) and the check digit are right.
    """
    serial = scattered(role.child("rvnr"), index, 50) + (50 if bearer.sex == "F" else 0)
    initial = ascii_letters(bearer.family)[0].upper()
    body = f"{_UNUSED_PENSION_AREA}{bearer.birth_date:%d%m%y}{initial}{serial:02d}"
    return f"{body[:2]} {body[2:8]} {body[8]} {body[9:]}{pension_check_digit(body)}"


def pension_check_digit(body: str) -> int:
    """The check digit of a Versicherungsnummer's first eleven characters (VKVV section 2, paragraph 6)."""
    digits = "".join(f"{ord(char) - 64:02d}" if char.isalpha() else char for char in body)
    weights = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
    products = (int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return sum(product // 10 + product % 10 for product in products) % 10


def russian_snils(role: Role, index: int, bearer: Bearer) -> str:
    """A Russian SNILS below 001-001-998 with a right control number.

    Numbers up to that one have no control number, and no number has the same digit three times running: one that starts
    with 000 is thus nobody's (Pension Fund's rules for the number).
    """
    body = f"000{scattered(role.child('snils'), index, 10**6):06d}"
    return f"{body[:3]}-{body[3:6]}-{body[6:]} {snils_control(body)}"


def snils_control(body: str) -> str:
    """The control number of a SNILS's nine digits: their sum weighted 9 to 1, by modulus 101; 100 counts as 00."""
    return f"{sum(int(digit) * weight for digit, weight in zip(body, range(9, 0, -1), strict=True)) % 101 % 100:02d}"


def israeli_id(role: Role, index: int, bearer: Bearer) -> str:
    """An Israeli identity number with a wrong check digit: no one has it."""
    body = f"{scattered(role.child('teudat zehut'), index, 10**8):08d}"
    return body + str((israeli_check_digit(body) + 1 + int(body[-1]) % 9) % 10)


def israeli_check_digit(body: str) -> int:
    """The ninth digit of an Israeli identity number: the Luhn formula with weights 1, 2, 1, 2, …"""
    products = (int(digit) * (1 + place % 2) for place, digit in enumerate(body))
    return -sum(product // 10 + product % 10 for product in products) % 10


def japanese_insurance_number(role: Role, index: int, bearer: Bearer) -> str:
    """A Japanese health insurer's number with prefecture 00, and a member's number.

    The eight digits are two for the kind of insurer, two for the prefecture (01 to 47), three for the insurer and a
    right check digit; there is no prefecture 00.
    """
    insurer, member = divmod(scattered(role.child("insurance"), index, 1000 * 10**6), 10**6)
    body = f"0600{insurer:03d}"
    return f"{body}{insurer_check_digit(body)} {member:06d}"


def insurer_check_digit(body: str) -> int:
    """The eighth digit of an insurer's number: digits weighted 2, 1, 2, … from the right, their digit sums, modulus 10."""
    products = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body)))
    return -sum(product // 10 + product % 10 for product in products) % 10


def phone_number(role: Role, patterns: tuple[str, ...]) -> str:
    """A telephone number from one of the patterns, whose `#` stand for free digits.

    The locales list only ranges that the regulators keep free for fiction: ARCEP's six French prefixes, Ofcom's and the
    Bundesnetzagentur's drama numbers, and 555-0100 to 555-0199 in North America. Where no range is known to be kept
    free, the number is *modelled*, one that cannot be dialled: a Russian code 000 or a Japanese or Israeli subscriber's
    number that starts with 0, the digit that dials out of the area.
    """
    generator = role.random()
    pattern = patterns[generator.randrange(len(patterns))]
    return "".join(str(generator.randrange(10)) if char == "#" else char for char in pattern)


def email_address(name: PersonName, index: int) -> str:
    """An e-mail address at example.org, which RFC 2606 reserves; the number keeps namesakes apart."""
    given, family = (ascii_letters(part).lower() for part in (name.given, name.family))
    return f"{given}.{family}{index + 1}@{EMAIL_DOMAIN}"
