"""Modality worklist entries (DICOM PS3.4 K.6.1): what the scheduling system tells a device about the next patient.

Orthanc's worklist plugin and dcmtk's wlmscpfs serve them as files with the ending `.wl`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

from pydicom import dcmwrite
from pydicom.dataset import Dataset

from synthetic_data.encoding import file_meta
from synthetic_data.headers import add_procedure_codes
from synthetic_data.ledger import Kind, LedgerEntry, Place, Plant
from synthetic_data.locales.locale import Locale
from synthetic_data.marks import add_marks
from synthetic_data.modalities.document import leave_out, staff_name
from synthetic_data.model import Study
from synthetic_data.record import Identifier, Record

MODALITY_WORKLIST_FIND = "1.2.840.10008.5.1.4.31"
FOLDER = "worklist"
_EXPLICIT = "1.2.840.10008.1.2.1"


@dataclass(frozen=True)
class WorklistEntry:
    """One scheduled examination, as it was before it took place."""

    study: Study
    words: Locale

    @property
    def path(self) -> str:
        """Where the file belongs below a set's folder; all entries lie in one folder, and their names name no one."""
        return f"{FOLDER}/patient-{self.study.patient.index + 1:04d}-study-{self.study.number}.wl"

    @cached_property
    def uid(self) -> str:
        """Stands for the SOP Instance UID, which an entry has not, in the file meta information and in the ledger."""
        return self.study.role.child("worklist").uid()

    @cached_property
    def _record(self) -> Record:
        study, patient = self.study, self.study.patient
        who = patient.patient_id
        terms = self.words.character_set
        record = Record(character_set=terms)
        record.put(SpecificCharacterSet=list(terms) if len(terms) > 1 else terms[0])
        for keyword, kind, value in (
            ("PatientName", Kind.NAME, patient.name.dicom),
            ("PatientID", Kind.PATIENT_ID, who),
            ("PatientBirthDate", Kind.BIRTH_DATE, f"{patient.birth_date:%Y%m%d}"),
            ("PatientSex", Kind.SEX, patient.sex),
            ("StudyInstanceUID", Kind.UID, study.uid),
            ("AccessionNumber", Kind.ACCESSION_NUMBER, study.accession_number),
            ("RequestedProcedureID", Kind.CASE_ID, f"R{study.study_id[1:]}"),
            ("AdmissionID", Kind.CASE_ID, study.admission_id),
        ):
            record.plant(keyword, Identifier(kind, value, who))
        record.plant("ReferringPhysicianName", staff_name(study.referring))
        record.plant("RequestingPhysician", staff_name(study.requesting))
        record.put(RequestedProcedureDescription=study.procedure)
        add_procedure_codes(record, "RequestedProcedureCodeSequence", study)
        add_marks(record)
        leave_out(record, "Manufacturer", "QualityControlImage")
        self._add_step(record)
        return record

    def _add_step(self, record: Record) -> None:
        study = self.study
        who = study.patient.patient_id
        step = record.item("ScheduledProcedureStepSequence")
        step.put(Modality=study.modality, ScheduledProcedureStepDescription=study.procedure)
        step.plant("ScheduledStationAETitle", Identifier(Kind.DEVICE, study.device.station_name, "institution"))
        step.plant("ScheduledProcedureStepStartDate", Identifier(Kind.DATE, f"{study.started:%Y%m%d}", who))
        step.plant("ScheduledProcedureStepStartTime", Identifier(Kind.TIME, f"{study.started:%H%M%S}", who))
        step.plant("ScheduledPerformingPhysicianName", staff_name(study.performing))
        step.plant("ScheduledProcedureStepID", Identifier(Kind.CASE_ID, f"S{study.study_id[1:]}", who))

    @property
    def dataset(self) -> Dataset:
        """The entry with file meta information."""
        dataset = self._record.dataset
        dataset.file_meta = file_meta(MODALITY_WORKLIST_FIND, self.uid, _EXPLICIT)
        return dataset

    @property
    def plants(self) -> tuple[Plant, ...]:
        """Every identifier planted in the entry."""
        meta = Plant(Place.FILE_META, "(0002,0003)", Kind.UID, self.uid, self.study.patient.patient_id)
        return (meta, *self._record.plants)

    @property
    def ledger(self) -> tuple[LedgerEntry, ...]:
        """The same as rows of the ledger."""
        return tuple(LedgerEntry.of(self.uid, plant) for plant in self.plants)

    def encode(self) -> bytes:
        """The complete file, explicit VR little endian."""
        buffer = BytesIO()
        dcmwrite(buffer, self.dataset, enforce_file_format=True)
        return buffer.getvalue()
