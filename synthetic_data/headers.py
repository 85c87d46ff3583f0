"""What every object says about patient, study, series and device, whatever its modality."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from synthetic_data import marks
from synthetic_data.codes import REGIONS, Code
from synthetic_data.columns import Columns
from synthetic_data.devices import device_of
from synthetic_data.ledger import Kind
from synthetic_data.locales.locale import Locale
from synthetic_data.model import Patient, Series, Staff, Study
from synthetic_data.procedures import procedure_codes
from synthetic_data.record import Identifier, Record

CONSOLE_GROUP = 0x0019
CONSOLE_CREATOR = "PACSLAB CONSOLE"
INSTITUTION = "institution"


def series_record(study: Study, series: Series, locale: Locale) -> Record:
    """The elements that all images of a series share, without those of its modality."""
    terms = locale.character_set
    record = Record(character_set=terms)
    record.put(SpecificCharacterSet=list(terms) if len(terms) > 1 else terms[0])
    _add_patient(record, study.patient, locale)
    _add_patient_study(record, study, locale)
    _add_study(record, study)
    _add_series(record, study, series)
    _add_request(record, study, locale)
    _add_equipment(record, study, series)
    marks.add_marks(record)
    _add_console_notes(record, study.patient)
    return record


def add_images(columns: Columns, study: Study, series: Series, uids: list[str]) -> None:
    """Instance identity and times (SOP Common and General Image Modules, DICOM PS3.3 C.12.1 and C.7.6.1)."""
    patient = study.patient.patient_id
    moments = [series.started + timedelta(seconds=2 * number) for number in columns.numbers]
    days, times = ([moment.strftime(form) for moment in moments] for form in ("%Y%m%d", "%H%M%S"))
    columns.plant("SOPInstanceUID", Kind.UID, uids, patient)
    columns.put(InstanceNumber=[str(number) for number in columns.numbers])
    for stage in ("InstanceCreation", "Acquisition", "Content"):
        columns.plant(f"{stage}Date", Kind.DATE, days, patient)
        columns.plant(f"{stage}Time", Kind.TIME, times, patient)


def _add_patient(record: Record, patient: Patient, locale: Locale) -> None:
    """Patient Module (DICOM PS3.3 C.7.1.1)."""
    who = patient.patient_id

    def plant(keyword: str, kind: Kind, *values: str) -> None:
        record.plant(keyword, *(Identifier(kind, value, who) for value in values))

    plant("PatientName", Kind.NAME, patient.name.dicom)
    plant("PatientID", Kind.PATIENT_ID, patient.patient_id)
    plant("PatientBirthDate", Kind.BIRTH_DATE, f"{patient.birth_date:%Y%m%d}")
    plant("PatientSex", Kind.SEX, patient.sex)
    plant("PatientAddress", Kind.ADDRESS, patient.address.line)
    plant("PatientTelephoneNumbers", Kind.PHONE, patient.phone, patient.mobile)
    plant("OtherPatientIDs", Kind.NATIONAL_ID, patient.national_id)
    if patient.birth_name != patient.name.family:
        plant("PatientBirthName", Kind.NAME, replace(patient.name, family=patient.birth_name).dicom)
    other = record.item("OtherPatientIDsSequence")
    other.plant("PatientID", Identifier(Kind.NATIONAL_ID, patient.national_id, who))
    other.put(IssuerOfPatientID=locale.national_id_issuer, TypeOfPatientID="TEXT")
    relative = f"{who}/contact"
    record.plant_text(
        "PatientComments",
        f"{marks.STATEMENT}. {locale.comments}",
        {
            "contact": Identifier(Kind.NAME, patient.contact.name.full, relative),
            "contact_phone": Identifier(Kind.PHONE, patient.contact.phone, relative),
            "email": Identifier(Kind.EMAIL, patient.email, who),
        },
    )


def _add_patient_study(record: Record, study: Study, locale: Locale) -> None:
    """Patient Study Module (DICOM PS3.3 C.7.2.2): what was known of the patient on the day."""
    patient, day = study.patient, study.started.date()
    who = patient.patient_id
    record.plant("PatientAge", Identifier(Kind.AGE, patient.age_string(day), who))
    record.plant("PatientSize", Identifier(Kind.BODY_MEASURE, f"{patient.height_on(day):.2f}", who))
    record.plant("PatientWeight", Identifier(Kind.BODY_MEASURE, f"{patient.weight_on(day):.1f}", who))
    record.plant("AdmissionID", Identifier(Kind.CASE_ID, study.admission_id, who))
    record.plant_text("AdditionalPatientHistory", study.history, _history_fields(study, locale))


def _history_fields(study: Study, locale: Locale) -> dict[str, Identifier | str]:
    patient = study.patient
    who = patient.patient_id
    return {
        "title": locale.title(patient, study.started.date()),
        "name": Identifier(Kind.NAME, patient.name.written_family, who),
        "age": Identifier(Kind.AGE, locale.age_text(patient, study.started.date()), who),
        "birth_date": Identifier(Kind.BIRTH_DATE, patient.birth_date.strftime(locale.date_format), who),
        "doctor": Identifier(Kind.NAME, study.referring.name.spoken, study.referring.staff_id),
        "side": locale.sides[study.side],
    }


def _add_study(record: Record, study: Study) -> None:
    """General Study Module (DICOM PS3.3 C.7.2.1)."""
    who = study.patient.patient_id
    record.plant("StudyInstanceUID", Identifier(Kind.UID, study.uid, who))
    _plant_moment(record, ("Study",), study.started, who)
    record.plant("StudyID", Identifier(Kind.CASE_ID, study.study_id, who))
    record.plant("AccessionNumber", Identifier(Kind.ACCESSION_NUMBER, study.accession_number, who))
    record.plant("ReferringPhysicianName", _name(study.referring))
    record.plant("NameOfPhysiciansReadingStudy", _name(study.reporting))
    record.plant("RequestingPhysician", _name(study.requesting))
    record.put(StudyDescription=study.description, RequestingService=study.service)
    add_procedure_codes(record, "ProcedureCodeSequence", study)


def add_procedure_codes(record: Record, keyword: str, study: Study) -> None:
    """A sequence with the codes of what is done (Code Sequence Macro, DICOM PS3.3 8.8); an order has one code only."""
    codes = procedure_codes(study.exam, study.description)
    for code in codes[:1] if keyword == "RequestedProcedureCodeSequence" else codes:
        add_code(record.item(keyword), code)


def add_code(item: Record, code: Code) -> None:
    item.put(CodeValue=code.value, CodingSchemeDesignator=code.scheme_designator, CodeMeaning=code.meaning)


def _add_series(record: Record, study: Study, series: Series) -> None:
    """General Series Module (DICOM PS3.3 C.7.3.1)."""
    who = study.patient.patient_id
    record.plant("SeriesInstanceUID", Identifier(Kind.UID, series.uid, who))
    _plant_moment(record, ("Series",), series.started, who)
    _plant_moment(record, ("PerformedProcedureStepStart",), study.started, who)
    record.plant("PerformedProcedureStepID", Identifier(Kind.CASE_ID, f"P{study.study_id[1:]}", who))
    record.plant("PerformingPhysicianName", _name(study.performing))
    record.plant("OperatorsName", _name(study.operator))
    record.put(
        Modality=series.modality,
        SeriesNumber=str(series.number),
        SeriesDescription=series.description,
        ProtocolName=series.description,
        BodyPartExamined=study.body_part,
        PerformedProcedureStepDescription=study.description,
    )
    if series.rows:  # General Anatomy Macro (DICOM PS3.3 10.5), which documents have not
        add_code(record.item("AnatomicRegionSequence"), REGIONS[study.body_part])


def _add_request(record: Record, study: Study, locale: Locale) -> None:
    """The order, as an item of Request Attributes Sequence (DICOM PS3.3 table 10-9)."""
    who = study.patient.patient_id
    order = record.item("RequestAttributesSequence")
    order.plant("RequestedProcedureID", Identifier(Kind.CASE_ID, f"R{study.study_id[1:]}", who))
    order.plant("AccessionNumber", Identifier(Kind.ACCESSION_NUMBER, study.accession_number, who))
    record.plant("PlacerOrderNumberImagingServiceRequest", Identifier(Kind.CASE_ID, study.order_number, who))
    order.put(RequestedProcedureDescription=study.procedure, ScheduledProcedureStepDescription=study.procedure)
    add_procedure_codes(order, "RequestedProcedureCodeSequence", study)
    order.plant("ScheduledProcedureStepID", Identifier(Kind.CASE_ID, f"S{study.study_id[1:]}", who))
    order.plant_text("ReasonForTheRequestedProcedure", f"{{name}} - {study.reason}", _history_fields(study, locale))


def _add_equipment(record: Record, study: Study, series: Series) -> None:
    """General Equipment Module (DICOM PS3.3 C.7.5.1); the maker is one of the synthetic marks.

    The device also signs the file with its AE title (DICOM PS3.10 7.1).
    """
    place, device = study.institution, device_of(study, series)
    record.plant_source(Identifier(Kind.DEVICE, device.station_name, INSTITUTION))
    record.plant("InstitutionName", Identifier(Kind.INSTITUTION, place.name, INSTITUTION))
    record.plant("InstitutionAddress", Identifier(Kind.ADDRESS, place.address, INSTITUTION))
    record.plant("InstitutionalDepartmentName", Identifier(Kind.INSTITUTION, place.department, INSTITUTION))
    record.plant("StationName", Identifier(Kind.DEVICE, device.station_name, INSTITUTION))
    record.plant("DeviceSerialNumber", Identifier(Kind.DEVICE, device.serial_number, INSTITUTION))
    record.put(ManufacturerModelName=device.model, SoftwareVersions="pacslab 1")


def _add_console_notes(record: Record, patient: Patient) -> None:
    """A private block like the ones that makers leave behind: the name again, and a telephone number."""
    who = patient.patient_id
    record.private(CONSOLE_GROUP, CONSOLE_CREATOR, 0x01, "LO", Identifier(Kind.NAME, patient.name.dicom, who))
    birth = Identifier(Kind.BIRTH_DATE, f"{patient.birth_date:%Y%m%d}", who)
    record.private(CONSOLE_GROUP, CONSOLE_CREATOR, 0x02, "DA", birth)
    record.private(CONSOLE_GROUP, CONSOLE_CREATOR, 0x03, "SH", Identifier(Kind.PHONE, patient.mobile, who))


def _plant_moment(record: Record, prefixes: tuple[str, ...], moment: datetime, person: str) -> None:
    day, time = f"{moment:%Y%m%d}", f"{moment:%H%M%S}"
    for prefix in prefixes:
        record.plant(f"{prefix}Date", Identifier(Kind.DATE, day, person))
        record.plant(f"{prefix}Time", Identifier(Kind.TIME, time, person))


def _name(staff: Staff) -> Identifier:
    return Identifier(Kind.NAME, staff.name.dicom, staff.staff_id)
