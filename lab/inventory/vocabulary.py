"""What the standard says an element holds: which ones identify someone, by keyword and value representation.

After DICOM PS3.6 (data dictionary) and the attributes of PS3.15 table E.1-1 (Application Level Confidentiality Profile).
What the table leaves to its options (dates, UIDs, devices, characteristics) is found like the rest: whether it may stay
is a later decision.
"""

from __future__ import annotations

from functools import cache

from pydicom._uid_dict import UID_dictionary
from pydicom.datadict import dictionary_keyword, dictionary_VR

from synthetic_data import Kind

PATIENT, STAFF, INSTITUTION = "patient", "staff", "institution"
"""To whom an element's value belongs."""

_BY_KIND: dict[Kind, str] = {
    Kind.BIRTH_DATE: "PatientBirthDate PatientBirthTime PatientBirthDateInAlternativeCalendar"
    " PatientDeathDateInAlternativeCalendar",
    Kind.SEX: "PatientSex PatientSexNeutered",
    Kind.BODY_MEASURE: "PatientSize PatientWeight PatientBodyMassIndex MeasuredAPDimension MeasuredLateralDimension",
    Kind.PATIENT_ID: "PatientID OtherPatientIDs ClinicalTrialSubjectID ClinicalTrialSubjectReadingID",
    Kind.NATIONAL_ID: "MilitaryRank MedicalRecordLocator",
    Kind.ADDRESS: "PatientAddress InstitutionAddress PersonAddress CountryOfResidence RegionOfResidence"
    " OrderCallbackPhoneNumber ReferringPhysicianAddress ContactLocation",
    Kind.PHONE: "PatientTelephoneNumbers ReferringPhysicianTelephoneNumbers PersonTelephoneNumbers"
    " OrderCallbackPhoneNumber PatientTelecomInformation PersonTelecomInformation OrderCallbackTelecomInformation",
    Kind.ACCESSION_NUMBER: "AccessionNumber",
    Kind.CASE_ID: "StudyID AdmissionID ServiceEpisodeID PerformedProcedureStepID ScheduledProcedureStepID"
    " RequestedProcedureID PlacerOrderNumberImagingServiceRequest FillerOrderNumberImagingServiceRequest"
    " PlacerOrderNumberProcedure FillerOrderNumberProcedure InterpretationID ResultsID"
    " FilmSessionLabel ConfidentialityCode VisitComments StudyIDIssuer",
    Kind.INSTITUTION: "InstitutionName InstitutionalDepartmentName VerifyingOrganization ResponsibleOrganization"
    " CurrentPatientLocation PatientInstitutionResidence ScheduledPatientInstitutionResidence"
    " IssuerOfServiceEpisodeID CustodialOrganizationName ClinicalTrialSiteName ClinicalTrialCoordinatingCenterName"
    " SendingFacility RequestedProcedureLocation ServiceEpisodeDescription",
    Kind.DEVICE: "StationName DeviceSerialNumber PerformedStationName PerformedStationAETitle ScheduledStationName"
    " ScheduledStationAETitle RetrieveAETitle SourceApplicationEntityTitle SendingApplicationEntityTitle"
    " ReceivingApplicationEntityTitle DetectorID CassetteID GantryID GeneratorID PlateID GridID DeviceID"
    " UDISequence UniqueDeviceIdentifier DigitizerSerialNumber XRaySourceID TransducerIdentification"
    " SecondaryCaptureDeviceID HardcopyDeviceID PerformedLocation ScheduledProcedureStepLocation",
    Kind.NAME: "ResponsiblePerson InsurancePlanIdentification ReviewerName",
}
_KINDS = {word: kind for kind, words in _BY_KIND.items() for word in words.split()}
_BY_VR = {"PN": Kind.NAME, "DA": Kind.DATE, "DT": Kind.DATE, "TM": Kind.TIME, "AS": Kind.AGE, "UI": Kind.UID}
_OF_STANDARD = (
    "SOPClass",
    "TransferSyntaxUID",
    "CodingSchemeUID",
    "MappingResourceUID",
    "ContextUID",
    "ImplementationClassUID",
)
_OF_PATIENT = frozenset(
    {
        "PatientName",
        "OtherPatientNames",
        "PatientBirthName",
        "PatientMotherBirthName",
        "ResponsiblePerson",
        "NamesOfIntendedRecipientsOfResults",
    }
)
_OTHER_NUMBERS = frozenset({"OtherPatientIDs", "OtherPatientIDsSequence"})

TEXT_VRS = frozenset({"LO", "SH", "LT", "ST", "UT", "UC", "PN", "CS", "AE", "UR", "IS", "DS"})
"""Value representations whose values are searched as text (PS3.5 table 6.2-1)."""

BYTE_VRS = frozenset({"UN", "OB"})
"""Value representations whose bytes may be text all the same, in private elements first of all."""


@cache
def kind_of(tag: int, vr: str, parent: int = 0) -> Kind | None:
    """What an element identifies someone by; None when the standard does not expect it to.

    `parent` is the tag of the sequence that it stands in: a Patient ID among Other Patient IDs is mostly a national one.
    """
    keyword = "" if tag >> 16 & 1 else _keyword(tag)
    if keyword in _KINDS:
        kind = _KINDS[keyword]
        national = kind is Kind.PATIENT_ID and (keyword == "OtherPatientIDs" or parent == 0x00101002)
        return Kind.NATIONAL_ID if national else kind
    if vr == "UI" and any(part in keyword for part in _OF_STANDARD):
        return None
    return _BY_VR.get(vr)


@cache
def owner_of(tag: int, kind: Kind) -> str:
    """Whose value an element of that kind holds: the patient's, a member of staff's or the institution's."""
    keyword = _keyword(tag)
    if kind is Kind.NAME:
        return PATIENT if keyword in _OF_PATIENT or tag >> 16 & 1 else STAFF
    if kind in (Kind.INSTITUTION, Kind.DEVICE) or keyword == "InstitutionAddress":
        return INSTITUTION
    if keyword.startswith(("ReferringPhysician", "Person", "OrderCallback")):
        return STAFF
    return PATIENT


def is_of_standard(uid: str) -> bool:
    """Whether a UID is one that the standard defines, such as a SOP class, and says nothing about anybody (PS3.6 annex A)."""
    return uid in UID_dictionary or uid.startswith("1.2.840.10008.")


@cache
def _keyword(tag: int) -> str:
    try:
        return dictionary_keyword(tag)
    except KeyError:
        return ""


@cache
def expected_vr(tag: int) -> str:
    """The value representation that the dictionary gives an element; UN for one it does not know."""
    try:
        return dictionary_VR(tag).split(" or ")[0]
    except KeyError:
        return "UN"
