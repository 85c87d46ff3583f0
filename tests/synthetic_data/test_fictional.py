"""Identifiers are well formed, fit their bearer, and can be nobody's."""

from __future__ import annotations

import re
from functools import cache

import pytest

from synthetic_data import LOCALES, Patient, generate
from synthetic_data.fictional import (
    IMPOSSIBLE_MONTHS,
    insurer_check_digit,
    israeli_check_digit,
    nhs_check_digit,
    nir_key,
    pension_check_digit,
    snils_control,
)
from synthetic_data.transliteration import ascii_letters

INSEE_MONTHS = {*range(1, 13), *range(20, 43), *range(50, 100)}
"""Known month, incomplete record (31 to 42) and unknown month (20 to 30, 50 to 99)."""

PHONES = {
    "fr_FR": r"(01 99 00|02 61 91|03 53 01|04 65 71|05 36 49|06 39 98) \d\d \d\d",
    "en_US": r"\(\d{3}\) 555-01\d\d",
    "en_GB": r"01632 960\d{3}|020 7946 0\d{3}|(0161|0121|0117) 496 0\d{3}|07700 900\d{3}",
    "ja_JP": r"(03|06)-0\d{3}-\d{4}|090-0\d{3}-\d{4}",
    "he_IL": r"06-0\d{6}|050-0\d{6}",
    "ru_RU": r"8 000 \d{3}-\d\d-\d\d|\+7 000 \d{3}-\d\d-\d\d",
    "de_DE": r"(030 23125|069 90009|040 66969|0221 4710|089 99998)\d{3}|(0171 39200|0176 040690)\d\d",
}
"""The ranges that ARCEP, NANPA, Ofcom and the Bundesnetzagentur keep for fiction; elsewhere, numbers that cannot be."""


@cache
def people(locale: str) -> tuple[Patient, ...]:
    return generate(seed=11, patients=200, locale=locale).patients


def test_a_nir_has_a_month_that_no_birth_has_and_a_right_key() -> None:
    for patient in people("fr_FR"):
        digits = patient.national_id.replace(" ", "")
        assert re.fullmatch(r"\d{15}", digits)
        assert int(digits[3:5]) not in INSEE_MONTHS
        assert digits[13:] == nir_key(digits[:13])
        assert digits[0] == {"M": "1", "F": "2"}[patient.sex]
        assert digits[1:3] == f"{patient.birth_date:%y}"
        assert int(digits[3:5]) == IMPOSSIBLE_MONTHS[patient.birth_date.month - 1]
        assert 1 <= int(digits[5:7]) <= 95


def test_a_social_security_number_is_from_an_area_that_is_never_assigned() -> None:
    for patient in people("en_US"):
        area, group, serial = patient.national_id.split("-")
        assert (area, len(group), len(serial)) == ("666", 2, 4)
        assert int(group) > 0
        assert int(serial) > 0


def test_an_nhs_number_is_from_the_test_range_and_has_a_right_check_digit() -> None:
    for patient in people("en_GB"):
        digits = patient.national_id.replace(" ", "")
        assert re.fullmatch(r"999\d{7}", digits)
        assert nhs_check_digit(digits[:9]) == int(digits[9])


def test_a_german_pension_number_has_an_area_that_no_insurer_has() -> None:
    for patient in people("de_DE"):
        number = patient.national_id.replace(" ", "")
        assert re.fullmatch(r"00\d{6}[A-Z]\d{3}", number)
        assert number[2:8] == f"{patient.birth_date:%d%m%y}"
        assert number[8] == ascii_letters(patient.name.family)[0].upper()
        assert (int(number[9:11]) >= 50) == (patient.sex == "F")
        assert int(number[11]) == pension_check_digit(number[:11])


def test_a_snils_is_one_that_no_one_has_and_has_a_right_control_number() -> None:
    for patient in people("ru_RU"):
        number, control = patient.national_id.split()
        digits = number.replace("-", "")
        assert digits.startswith("000")
        assert int(digits) <= 1_001_998
        assert control == snils_control(digits)


def test_an_israeli_identity_number_has_a_wrong_check_digit() -> None:
    for patient in people("he_IL"):
        assert re.fullmatch(r"\d{9}", patient.national_id)
        assert int(patient.national_id[8]) != israeli_check_digit(patient.national_id[:8])


def test_a_japanese_insurer_is_in_a_prefecture_that_there_is_not() -> None:
    for patient in people("ja_JP"):
        assert re.fullmatch(r"0600\d{4} \d{6}", patient.national_id)
        assert int(patient.national_id[7]) == insurer_check_digit(patient.national_id[:7])


@pytest.mark.parametrize("locale", LOCALES)
def test_no_two_patients_share_a_number(locale: str) -> None:
    for number in ("patient_id", "email"):
        assert len({getattr(patient, number) for patient in people(locale)}) == 200


def test_check_digits_are_those_of_published_examples() -> None:
    assert nir_key("2550814168025") == "38"
    assert nhs_check_digit("943476591") == 9
    assert nhs_check_digit("999000000") is None
    assert pension_check_digit("15070649C10") == 3
    assert snils_control("112233445") == "95"
    assert israeli_check_digit("12345678") == 2
    assert insurer_check_digit("0113001") == 2


@pytest.mark.parametrize("locale", LOCALES)
def test_telephone_numbers_are_from_ranges_kept_for_fiction(locale: str) -> None:
    numbers = {number for p in people(locale) for number in (p.phone, p.mobile, p.contact.phone)}
    assert [number for number in numbers if not re.fullmatch(PHONES[locale], number)] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_e_mail_addresses_are_ascii_at_a_reserved_domain(locale: str) -> None:
    for patient in people(locale):
        assert re.fullmatch(r"[a-z]+\.[a-z]+\d+@example\.org", patient.email)


@pytest.mark.parametrize("locale", LOCALES)
def test_uids_are_under_2_25(locale: str) -> None:
    for study in generate(patients=20, locale=locale).studies:
        for uid in (study.uid, study.frame_of_reference_uid, *(series.uid for series in study.series)):
            assert re.fullmatch(r"2\.25\.[1-9]\d{0,38}", uid)


def test_a_french_name_loses_its_accents_only_in_addresses() -> None:
    assert ascii_letters("Lefèvre-Noël de l'Île") == "LefevreNoeldelIle"
    assert ascii_letters("Weiß") == "Weiss"
    assert any(not patient.name.dicom.isascii() for patient in people("fr_FR"))
