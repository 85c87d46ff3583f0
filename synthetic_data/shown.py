"""A study's identifiers as people write them on screens and paper, by name: what templates and banners are filled with."""

from __future__ import annotations

from datetime import datetime

from synthetic_data.headers import INSTITUTION
from synthetic_data.ledger import Kind
from synthetic_data.locales import find_locale
from synthetic_data.model import Staff, Study
from synthetic_data.record import Identifier


def shown_identifiers(study: Study) -> dict[str, Identifier]:
    """The identifiers by the names that `phrases` uses, in the writing of the study's locale."""
    locale, patient = find_locale(study.locale), study.patient
    who = patient.patient_id
    relative = f"{who}/contact"
    name = patient.name
    return {
        "screen_name": Identifier(Kind.NAME, f"{name.family.upper()} {name.given}", who),
        "full_name": Identifier(Kind.NAME, f"{name.given} {name.family}", who),
        "name": Identifier(Kind.NAME, name.family, who),
        "given": Identifier(Kind.NAME, name.given, who),
        "birth_name": Identifier(Kind.NAME, patient.birth_name, who),
        "patient_id": Identifier(Kind.PATIENT_ID, who, who),
        "birth_date": Identifier(Kind.BIRTH_DATE, patient.birth_date.strftime(locale.date_format), who),
        "sex": Identifier(Kind.SEX, patient.sex, who),
        "age": Identifier(Kind.AGE, locale.age.format(study.age), who),
        "address": Identifier(Kind.ADDRESS, patient.address.line, who),
        "phone": Identifier(Kind.PHONE, patient.phone, who),
        "national_id": Identifier(Kind.NATIONAL_ID, patient.national_id, who),
        "contact": Identifier(Kind.NAME, f"{patient.contact.name.given} {patient.contact.name.family}", relative),
        "contact_phone": Identifier(Kind.PHONE, patient.contact.phone, relative),
        "accession": Identifier(Kind.ACCESSION_NUMBER, study.accession_number, who),
        "doctor": _spoken(study.referring),
        "radiologist": _spoken(study.performing),
        "operator": Identifier(
            Kind.NAME, f"{study.operator.name.given} {study.operator.name.family}", study.operator.staff_id
        ),
        "hospital": Identifier(Kind.INSTITUTION, study.institution.name, INSTITUTION),
        "station": Identifier(Kind.DEVICE, study.device.station_name, INSTITUTION),
        "date": shown_date(study, study.started),
    }


def shown_date(study: Study, moment: datetime) -> Identifier:
    """A day in the study's course as the locale writes it."""
    day = moment.strftime(find_locale(study.locale).date_format)
    return Identifier(Kind.DATE, day, study.patient.patient_id)


def shown_time(study: Study, moment: datetime) -> Identifier:
    return Identifier(Kind.TIME, f"{moment:%H:%M:%S}", study.patient.patient_id)


def _spoken(staff: Staff) -> Identifier:
    return Identifier(Kind.NAME, staff.name.spoken, staff.staff_id)
