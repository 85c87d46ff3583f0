"""Answering a C-FIND over an archive that stores nothing: find the narrowest key, walk only what it leaves (PS3.4 C.4.1).

``answer`` yields matches lazily, with None between them for every stretch in which nothing matched, so that a server can
pause; a query that matches nothing in an archive of half a million records never holds up the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from lab.survey.archive import MODALITIES, SOP_CLASSES, Archive
from lab.survey.matching import date_range, is_universal, text_matcher, uid_matcher
from synthetic_data.marks import ISSUER, STATEMENT

Level = Literal["PATIENT", "STUDY", "SERIES", "IMAGE"]
LEVELS: tuple[Level, ...] = ("PATIENT", "STUDY", "SERIES", "IMAGE")
Keys = Mapping[str, str]
STRETCH = 256
MOST_WALKED = 40 * STRETCH
"""Records that one request of the web side looks through: about 0.15 s, in which nobody else is served."""
TOTALS = "PACSLAB TOTALS"
"""Creator of the private element with an archive's totals. Only this lab has it: real surveys count day by day."""

_PATIENT = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex")
_STUDY = ("StudyDate", "AccessionNumber", "StudyInstanceUID", "StudyDescription", "ReferringPhysicianName", "StudyID")
_EXACT_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
_DATES = ("StudyDate", "PatientBirthDate")
_NAMES = ("PatientName", "ReferringPhysicianName")


def answer(archive: Archive, level: Level, keys: Keys) -> Iterator[dict[str, str] | None]:
    """The matches of ``keys`` (keyword to value) at ``level``, each as keyword to value; None now and then in between."""
    if not archive.records:
        return
    wanted = {name: value for name, value in keys.items() if name != "QueryRetrieveLevel" and not is_universal(value)}
    matchers = {name: matcher_of(name, value) for name, value in wanted.items()}
    for walked, found in enumerate(_walk(archive, level, wanted), 1):
        if walked % STRETCH == 0:
            yield None
        entry = _describe(archive, level, *found)
        if all(name not in entry or matches(entry[name]) for name, matches in matchers.items()):
            yield entry


def within(matches: Iterator[dict[str, str] | None], most: int) -> Iterator[dict[str, str]]:
    """The matches among the first ``most`` records that are looked through."""
    left = most // STRETCH
    for match in matches:
        if match is not None:
            yield match
            continue
        left -= 1
        if not left:
            return


def matcher_of(name: str, value: str) -> Callable[[str], bool]:
    """How a key of this name is matched (PS3.4 C.2.2.2). A date that cannot be read matches nothing."""
    if name in _EXACT_UIDS:
        return uid_matcher(value)
    if name in _DATES:
        days = date_range(value)
        if days is None:
            return lambda _: False
        begin, end = (day.strftime("%Y%m%d").rjust(8, "0") for day in days)
        return lambda day: begin <= day <= end
    if name == "ModalitiesInStudy":
        wanted = frozenset(value.split("\\"))
        return lambda values: any(text_matcher(each)(part) for each in wanted for part in values.split("\\"))
    return text_matcher(value, name in _NAMES)


Place = tuple[int, int | None, int | None, int | None]
"""Patient, and below it study, series and instance where the level has them."""


def _walk(archive: Archive, level: Level, keys: Keys) -> Iterator[Place]:
    if level == "PATIENT":
        for patient in _patients(archive, keys):
            yield patient, None, None, None
        return
    for study in _studies(archive, keys):
        patient = study % archive.records
        if level == "STUDY":
            yield patient, study, None, None
            continue
        for series in range(archive.series_in_study(study)):
            if level == "SERIES":
                yield patient, study, series, None
            else:
                for instance in range(archive.images_in_series(study, series)):
                    yield patient, study, series, instance


def _patients(archive: Archive, keys: Keys) -> Iterator[int]:
    """Candidates for a query about patients, by its narrowest key."""
    patient_id, name = keys.get("PatientID", ""), keys.get("PatientName", "")
    if patient_id and not _has_wildcard(patient_id):
        patient = archive.patient_of_id(patient_id.strip())
        return iter(() if patient is None else (patient,))
    if name:
        family = text_matcher(name.partition("^")[0] if "^" in name else name, True)
        if "^" in name or not _has_wildcard(name.rstrip("*")):
            numbers = frozenset(n for n, word in enumerate(archive.family_names) if family(word))
            return archive.patients_named(numbers)
    return iter(range(archive.records))


def _studies(archive: Archive, keys: Keys) -> Iterator[int]:
    """Candidates for a query about studies and below, by its narrowest key."""
    uid = next((keys[name] for name in reversed(_EXACT_UIDS) if name in keys), None)
    if uid is not None:
        places = [archive.of_uid(part.strip(" \0")) for part in uid.split("\\")[:STRETCH]]
        return iter(sorted({place[0] for place in places if place is not None}))
    accession = keys.get("AccessionNumber", "")
    if accession and not _has_wildcard(accession):
        study = archive.study_of_accession(accession.strip())
        return iter(() if study is None else (study,))
    if {"PatientID", "PatientName"} & keys.keys():
        patients = _patients(archive, keys)
        return (study for patient in patients for study in archive.studies_of(patient))
    days = date_range(keys["StudyDate"]) if "StudyDate" in keys else None
    return iter(range(archive.studies) if days is None else archive.studies_between(*days))


def _has_wildcard(value: str) -> bool:
    return "*" in value or "?" in value


def _describe(
    archive: Archive, level: Level, patient: int, study: int | None, series: int | None, image: int | None
) -> dict[str, str]:
    entry = _patient_entry(archive, patient)
    if study is None:
        return entry | {"NumberOfPatientRelatedInstances": str(archive.images_of_patient(patient))}
    entry |= _study_entry(archive, study, patient)
    if series is not None:
        entry |= {
            "Modality": archive.modality(study),
            "SeriesInstanceUID": archive.uid(study, series),
            "SeriesNumber": str(series + 1),
            "SeriesDescription": f"{archive.description(study)} {series + 1}",
            "NumberOfSeriesRelatedInstances": str(archive.images_in_series(study, series)),
        }
    if series is not None and image is not None:
        entry |= {
            "SOPClassUID": SOP_CLASSES[archive.modality(study)],
            "SOPInstanceUID": archive.uid(study, series, image),
            "InstanceNumber": str(image + 1),
        }
    return entry


def _patient_entry(archive: Archive, patient: int) -> dict[str, str]:
    return {
        "PatientName": archive.patient_name(patient),
        "PatientID": archive.patient_id(patient),
        "IssuerOfPatientID": ISSUER,
        "PatientBirthDate": archive.birth_date(patient).strftime("%Y%m%d"),
        "PatientSex": archive.sex(patient),
        "PatientComments": STATEMENT,
        "NumberOfPatientRelatedStudies": str(len(archive.studies_of(patient))),
    }


def _study_entry(archive: Archive, study: int, patient: int) -> dict[str, str]:
    return {
        "StudyDate": archive.study_date(study).strftime("%Y%m%d"),
        "StudyTime": archive.study_time(study),
        "AccessionNumber": archive.accession(study),
        "StudyID": str(study + 1),
        "StudyInstanceUID": archive.uid(study),
        "StudyDescription": archive.description(study),
        "ReferringPhysicianName": archive.physician(patient),
        "ModalitiesInStudy": archive.modality(study),
        "NumberOfStudyRelatedSeries": str(archive.series_in_study(study)),
        "NumberOfStudyRelatedInstances": str(archive.images_in_study(study)),
        "InstitutionName": archive.system.operator,
    }


assert set(MODALITIES) == set(SOP_CLASSES)
