"""A study's identifiers as people write them on screens and paper, by name: what templates and banners are filled with."""

from __future__ import annotations

from datetime import datetime

from synthetic_data.headers import INSTITUTION
from synthetic_data.ledger import Kind
from synthetic_data.locales import find_locale
from synthetic_data.model import PersonName, Staff, Study
from synthetic_data.record import Identifier
from synthetic_data.transliteration import latin


def shown_identifiers(study: Study, latin_only: bool = True) -> dict[str, Identifier]:
    """The identifiers by the names that `phrases` uses, in the writing of the study's locale.

    Devices and typewriters have the letters of western Europe only (`latin_only`): others are transliterated.
    """
    locale, patient = find_locale(study.locale), study.patient
    who, name, kin = patient.patient_id, patient.name, patient.contact.name
    relative = f"{who}/contact"
    full, family, given = _writings(name, latin_only)
    found = {
        "screen_name": Identifier(Kind.NAME, name.latin if not_western(full) else f"{family.upper()} {given}", who),
        "full_name": Identifier(Kind.NAME, full, who),
        "name": Identifier(Kind.NAME, family, who),
        "given": Identifier(Kind.NAME, given, who),
        "patient_id": Identifier(Kind.PATIENT_ID, who, who),
        "birth_date": Identifier(Kind.BIRTH_DATE, patient.birth_date.strftime(locale.date_format), who),
        "sex": Identifier(Kind.SEX, patient.sex, who),
        "age": Identifier(Kind.AGE, locale.age_text(patient, study.started.date()), who),
        "address": Identifier(Kind.ADDRESS, patient.address.line, who),
        "phone": Identifier(Kind.PHONE, patient.phone, who),
        "national_id": Identifier(Kind.NATIONAL_ID, patient.national_id, who),
        "contact": Identifier(Kind.NAME, _writings(kin, latin_only)[0], relative),
        "contact_phone": Identifier(Kind.PHONE, patient.contact.phone, relative),
        "accession": Identifier(Kind.ACCESSION_NUMBER, study.accession_number, who),
        "doctor": _spoken(study.referring, latin_only),
        "radiologist": _spoken(study.reporting, latin_only),
        "operator": Identifier(Kind.NAME, _writings(study.operator.name, latin_only)[0], study.operator.staff_id),
        "hospital": Identifier(Kind.INSTITUTION, study.institution.name, INSTITUTION),
        "date": shown_date(study, study.started),
    }
    if not latin_only:
        return found
    return {key: Identifier(one.kind, western(one.value), one.person) for key, one in found.items()}


def not_western(text: str) -> bool:
    """Whether a text has letters that western European devices and typewriters lack."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return True
    return False


def western(text: str) -> str:
    """The text in the letters of western Europe, transliterated if need be; a dash if nothing is left."""
    return (" ".join(latin(text).split()) or "-") if not_western(text) else text


def _writings(name: PersonName, latin_only: bool) -> tuple[str, str, str]:
    """A name in full, its family part and its given part."""
    if latin_only:
        return f"{name.given} {name.family}", name.family, name.given
    given = name.ideographic[1] if name.ideographic else name.given
    return name.full, name.written_family, given


def shown_date(study: Study, moment: datetime) -> Identifier:
    """A day in the study's course as the locale writes it."""
    day = moment.strftime(find_locale(study.locale).date_format)
    return Identifier(Kind.DATE, day, study.patient.patient_id)


def shown_time(study: Study, moment: datetime) -> Identifier:
    return Identifier(Kind.TIME, f"{moment:%H:%M:%S}", study.patient.patient_id)


def _spoken(staff: Staff, latin_only: bool) -> Identifier:
    name = staff.name
    return Identifier(Kind.NAME, f"{name.prefix} {name.family}".strip() if latin_only else name.spoken, staff.staff_id)
