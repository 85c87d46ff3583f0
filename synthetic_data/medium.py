"""One patient after the other on a medium: files under the short names that a DICOMDIR lists, and their records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from pydicom.dataset import Dataset

from synthetic_data.dicomdir import DIRECTORY, IMAGE, KINDS, DirectoryWriter, Node, leaf_of, record_of
from synthetic_data.headers import INSTITUTION
from synthetic_data.hospital import Hospital, Shard
from synthetic_data.instance import Instance, SeriesShare, shares_of
from synthetic_data.ledger import Place, Plant
from synthetic_data.ledger_part import LedgerPart, in_file_meta
from synthetic_data.seeding import Role
from synthetic_data.sets import SetFolder
from synthetic_data.writing import write_file


class Medium:
    """A medium under construction in a set's folder; `add` the patients, `finish` when there are no more.

    `parts` are the ledger's, objects and directory, in the order of the patients.
    """

    def __init__(self, hospital: Hospital, place: SetFolder, directory: BinaryIO) -> None:
        self._hospital, self._place = hospital, place
        self._uid = Role(hospital.seed, hospital.locale, "file set").uid()
        self._directory = DirectoryWriter(directory, self._uid)
        self._patients = self.files = self.bytes = 0
        self._objects: list[Path] = []
        self._listed: list[Path] = []

    @property
    def parts(self) -> list[Path]:
        return [*self._objects, *self._listed]

    def add(self, shard: Shard, progress: Callable[[int], None]) -> None:
        """Write a patient's files, directory records and share of the ledger; `progress` hears how many files there are."""
        shares = [share for study in shard.studies for share in shares_of(study, self._hospital.words)]
        for share in shares:
            share.record.plants[:] = [plant for plant in share.record.plants if plant.place is not Place.FILE_NAME]
        names = [
            [f"{folder}/{_name(share, n)}" for n in share.columns.numbers] for share, folder in self._folders(shares)
        ]
        patient: Node | None = None
        for share, files in zip(shares, names, strict=True):
            for number, name in zip(share.columns.numbers, files, strict=True):
                dataset, plants = self._write(Instance(share, number), name)
                patient = _grown(patient, share, dataset, plants, name)
                self.files += 1
                progress(self.files)
        if patient is not None:
            self._note(shard, shares, names, self._directory.add(patient))
            self._patients += 1

    def finish(self) -> None:
        self._directory.finish()

    def _folders(self, shares: list[SeriesShare]) -> Iterator[tuple[SeriesShare, str]]:
        """Each series with its folder: patients, a patient's studies and a study's series are counted from 0."""
        studies = list(dict.fromkeys(share.study.uid for share in shares))
        for share in shares:
            study = studies.index(share.study.uid)
            series = [other.series.uid for other in shares if other.study.uid == share.study.uid].index(
                share.series.uid
            )
            yield share, f"PT{self._patients:06d}/ST{study:06d}/SE{series:06d}"

    def _write(self, instance: Instance, name: str) -> tuple[Dataset, list[Plant]]:
        path = self._place.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.bytes += write_file(str(path), instance.pieces())
        return instance.header, instance.plants

    def _note(self, shard: Shard, shares: list[SeriesShare], names: list[list[str]], listed: list[Plant]) -> None:
        own = [] if self._patients else [in_file_meta(self._uid, INSTITUTION)]
        objects, directory = LedgerPart(), LedgerPart()
        for share, files in zip(shares, names, strict=True):
            objects.add_series(share, files)
        directory.add_file(DIRECTORY, self._uid, [*own, *listed])
        for part, noted, what in ((objects, self._objects, "objects"), (directory, self._listed, "directory")):
            noted.append(self._place.ledger_part(f"{shard.name}-{what}"))
            part.save(noted[-1])


def _name(share: SeriesShare, number: int) -> str:
    """A file's name within its series, eight letters and digits at most (DICOM PS3.10 8.2)."""
    return f"{KINDS.get(share.series.content, IMAGE)[1]}{number - 1:06d}"


def _grown(patient: Node | None, share: SeriesShare, dataset: Dataset, plants: list[Plant], name: str) -> Node:
    """The patient's records with one more file's, and with those of its study and series where it is their first."""
    kind = KINDS.get(share.series.content, IMAGE)[0]
    patient = patient or Node(record_of("PATIENT", dataset), plants)
    study = patient.children[-1] if patient.children else None
    if study is None or study.record.StudyInstanceUID != share.study.uid:
        study = Node(record_of("STUDY", dataset), plants)
        patient.children.append(study)
    series = study.children[-1] if study.children else None
    if series is None or series.record.SeriesInstanceUID != share.series.uid:
        series = Node(record_of("SERIES", dataset), plants)
        study.children.append(series)
    leaf = leaf_of(kind, dataset, name.split("/"), share.transfer_syntax_uid)
    series.children.append(Node(leaf, plants))
    return patient
