"""What the archive holds: which patient and study each of Orthanc's identifiers belongs to.

Orthanc's identifiers are the SHA-1 of the DICOM ones (Orthanc Book, "Orthanc identifiers"), so what is stored during the
day is known without asking.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha1
from random import Random

import httpx
from pydicom import Dataset


@dataclass(frozen=True)
class Held:
    """A study in the archive, with Orthanc's identifiers."""

    id: str
    uid: str
    patient: str
    """PatientID."""
    patient_oid: str
    modality: str
    date: str
    """StudyDate, as DICOM writes it."""
    series: tuple[tuple[str, tuple[str, ...]], ...]
    """(series, its instances)."""

    @property
    def instances(self) -> tuple[str, ...]:
        return tuple(instance for _, instances in self.series for instance in instances)


@dataclass(frozen=True)
class Resource:
    """What an identifier stands for. ``study`` is empty for a patient."""

    level: str
    patient: str
    study: str
    images: int


class NothingLeft(Exception):
    """The archive holds no study that fits."""


class Stock:
    """The studies that the hospital knows of. Safe to use from several threads."""

    def __init__(self, studies: Iterable[Held]) -> None:
        self._lock = threading.Lock()
        self._studies: dict[str, Held] = {}
        self._resources: dict[str, Resource] = {}
        self._patients: set[str] = set()
        self._kept: set[str] = set()
        for study in studies:
            self.add(study)

    @classmethod
    def read(cls, console: httpx.Client) -> Stock:
        """Ask the archive what it holds. Read-only."""
        series = {part["ID"]: part for part in console.get("/series?expand", timeout=30.0).raise_for_status().json()}
        studies = console.get("/studies?expand", timeout=30.0).raise_for_status().json()
        return cls(
            Held(
                study["ID"],
                study["MainDicomTags"]["StudyInstanceUID"],
                study["PatientMainDicomTags"].get("PatientID", ""),
                study["ParentPatient"],
                str(series[study["Series"][0]]["MainDicomTags"].get("Modality", "")),
                str(study["MainDicomTags"].get("StudyDate", "")),
                tuple((part, tuple(sorted(series[part]["Instances"]))) for part in sorted(study["Series"])),
            )
            for study in sorted(studies, key=lambda study: str(study["ID"]))
        )

    def add(self, study: Held) -> None:
        """A study that has come in, or has grown."""
        with self._lock:
            self._studies[study.id] = study
            self._patients.add(study.patient)
            images = sum(held.patient == study.patient for held in self._studies.values())
            self._resources[study.patient_oid] = Resource("patient", study.patient, "", images)
            self._resources[study.id] = Resource("study", study.patient, study.uid, len(study.instances))
            for series, instances in study.series:
                self._resources[series] = Resource("series", study.patient, study.uid, len(instances))
                for instance in instances:
                    self._resources[instance] = Resource("instance", study.patient, study.uid, 1)

    def meet(self, patient: str) -> None:
        """A person of whom images are about to come in: somebody may read the first before the last is there."""
        with self._lock:
            self._patients.add(patient)

    def forget(self, study: str) -> None:
        """A study that was deleted: nobody asks for it any more."""
        with self._lock:
            self._studies.pop(study, None)

    def find(self, identifier: str) -> Resource | None:
        """What an identifier of Orthanc's stands for, if it is known."""
        return self._resources.get(identifier)

    def study(self, uid: str) -> Resource | None:
        """The study of a Study Instance UID, if it is known."""
        with self._lock:
            return next((one for one in self._resources.values() if one.level == "study" and one.study == uid), None)

    def knows(self, patient: str) -> bool:
        """Whether a PatientID is that of a person; the anonymised copies of research bear others, which are nobody's."""
        return patient in self._patients

    @property
    def studies(self) -> tuple[Held, ...]:
        """Every study, in a fixed order."""
        with self._lock:
            return tuple(sorted(self._studies.values(), key=lambda study: study.id))

    def index(self) -> dict[str, str]:
        """Orthanc's identifiers and Study Instance UIDs -> PatientID, of all that the archive held on this day."""
        with self._lock:
            known = {identifier: resource.patient for identifier, resource in self._resources.items()}
            return known | {resource.study: resource.patient for resource in self._resources.values() if resource.study}

    def keep(self, study: str) -> None:
        """A study that somebody is about to write to: nobody deletes it meanwhile."""
        with self._lock:
            self._kept.add(study)

    def choose(self, random: Random, patients: Iterable[str] | None = None) -> Held:
        """Any study, or any of certain patients. Raises NothingLeft when there is none."""
        wanted = None if patients is None else set(patients)
        return _any(random, [study for study in self.studies if wanted is None or study.patient in wanted])

    def choose_of(self, random: Random, modalities: tuple[str, ...]) -> Held:
        """Any study of certain modalities. Raises NothingLeft when there is none."""
        return _any(random, [study for study in self.studies if study.modality in modalities])

    def choose_to_delete(self, random: Random) -> Held:
        """Any study that nobody is about to write to. Raises NothingLeft when there is none."""
        return _any(random, [study for study in self.studies if study.id not in self._kept])


def _any(random: Random, studies: list[Held]) -> Held:
    if not studies:
        raise NothingLeft
    return random.choice(studies)


def held_from(datasets: list[Dataset]) -> Held:
    """The study that these instances make in the archive."""
    first = datasets[0]
    patient, study = str(first.PatientID), str(first.StudyInstanceUID)
    series: dict[str, list[str]] = {}
    for dataset in datasets:
        parts = (patient, study, str(dataset.SeriesInstanceUID))
        series.setdefault(orthanc_id(*parts), []).append(orthanc_id(*parts, str(dataset.SOPInstanceUID)))
    return Held(
        orthanc_id(patient, study),
        study,
        patient,
        orthanc_id(patient),
        str(first.get("Modality", "")),
        str(first.get("StudyDate", "")),
        tuple((part, tuple(instances)) for part, instances in series.items()),
    )


def orthanc_id(*uids: str) -> str:
    """Orthanc's identifier of a patient (PatientID), a study, a series or an instance (and the UIDs below)."""
    digest = sha1("|".join(uids).encode()).hexdigest()
    return "-".join(digest[start : start + 8] for start in range(0, 40, 8))
