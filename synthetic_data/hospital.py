"""The hospital: planned from a seed, rendered one instance at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path

from synthetic_data.broken import BrokenFile, has_source, source_of
from synthetic_data.charsets import Charset
from synthetic_data.devices import EVERY_DEVICE
from synthetic_data.errors import SyntheticDataError
from synthetic_data.faults import GROWTH
from synthetic_data.instance import Instance, instances_of
from synthetic_data.ledger import LedgerEntry, Plant
from synthetic_data.locales import DEFAULT, find_locale
from synthetic_data.locales.locale import Locale
from synthetic_data.model import Device, Institution, Patient, Staff, Study
from synthetic_data.options import DEFAULT_PATIENTS, DEFAULT_SEED, Options, chosen
from synthetic_data.people import Population
from synthetic_data.planning import Planner, Team
from synthetic_data.protocols import Contents
from synthetic_data.seeding import Role
from synthetic_data.sets import Progress, Written
from synthetic_data.shard import HEADER_BYTES, WORKLIST_BYTES
from synthetic_data.shard import Shard as Shard
from synthetic_data.syntaxes import Syntax
from synthetic_data.worklist import WorklistEntry


class Hospital:
    """A synthetic hospital's archive: patients and studies as plans, instances on demand. `generate` makes one.

    Memory does not grow with the number of patients as long as one uses `shards`, `instances`, `ledger` and `write`;
    `patients` and `studies` plan and keep everyone.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self.words: Locale = find_locale(options.locale).written_in(options.charset)
        role = Role(options.seed, self.words.name)
        self._population = Population(self.words, role)
        self._team = Team(
            referrers=self._population.staff("referrer", 7),
            radiologists=self._population.staff("radiologist", 4),
            operators=self._population.staff("operator", 5),
            clinicians=self._population.staff("clinician", 4),
        )
        self._planner = Planner(self.words, self._team, role, options.objects, options.syntax)

    def __repr__(self) -> str:
        return f"<Hospital {self.options}>"

    @property
    def seed(self) -> int:
        return self.options.seed

    @property
    def locale(self) -> str:
        return self.options.locale

    @property
    def institution(self) -> Institution:
        return self.words.institution

    @property
    def staff(self) -> tuple[Staff, ...]:
        return self._team.everyone

    @property
    def devices(self) -> tuple[Device, ...]:
        return EVERY_DEVICE

    def patient(self, index: int) -> Patient:
        """Patient `index` (from 0), without studies: far cheaper than a shard."""
        return self._population.patient(index)

    def shard(self, index: int) -> Shard:
        """Patient `index` (from 0) with the studies that the options keep; the same whoever was asked for before."""
        patient, keeps = self._population.patient(index), self.options.keeps
        studies = []
        for study in self._planner.studies(patient):
            series = tuple(series for series in study.series if keeps(series.modality, study.started.date()))
            if series:
                studies.append(study if series == study.series else replace(study, series=series))
        return Shard(patient, tuple(studies))

    def shards(self) -> Iterator[Shard]:
        """Every patient of the set, planned when asked for."""
        return (self.shard(index) for index in self.options.indices)

    @cached_property
    def _everyone(self) -> tuple[Shard, ...]:
        return tuple(self.shards())

    @property
    def patients(self) -> tuple[Patient, ...]:
        return tuple(shard.patient for shard in self._everyone)

    @property
    def studies(self) -> tuple[Study, ...]:
        return tuple(study for shard in self._everyone for study in shard.studies)

    @cached_property
    def _totals(self) -> tuple[int, int, int, int]:
        """Studies, instances, estimated bytes and broken files, each patient counted and forgotten."""
        studies = instances = size = broken = 0
        faults = self.options.faults
        for shard in self.shards():
            studies, instances = studies + len(shard.studies), instances + shard.instance_count
            size += self.estimate(shard)
            broken += len(faults) if has_source(shard.studies) else 0
        return studies, instances, size, broken

    def estimate(self, shard: Shard) -> int:
        """About how many bytes a patient's files take, broken ones and worklist entries included."""
        size = shard.byte_estimate
        if self.options.faults and (source := source_of(shard.studies, self.words)):
            each = source.series.weight + HEADER_BYTES
            size += sum(each + GROWTH.get(name, 0) for name in self.options.faults)
        return size + (len(shard.studies) * WORKLIST_BYTES if self.options.worklist else 0)

    @property
    def study_count(self) -> int:
        return self._totals[0]

    @property
    def instance_count(self) -> int:
        return self._totals[1]

    @property
    def byte_estimate(self) -> int:
        """About how many bytes the files take, without the ledger; good to a few per cent."""
        return self._totals[2]

    @property
    def file_count(self) -> int:
        """How many DICOM files a set holds: the instances, and the broken files that the options ask for."""
        return self._totals[1] + self._totals[3]

    def require_objects(self) -> None:
        """Raise SyntheticDataError when the options leave nothing to write, or no image of which to make broken files."""
        if not self.instance_count:
            raise SyntheticDataError(
                "no study fits; ask for other modalities or days, for more patients, or for all objects."
            )
        if self.options.faults and not self._totals[3]:
            raise SyntheticDataError("broken files are made from images, and none is asked for; leave --fault out.")

    def broken_files(self, shard: Shard) -> tuple[BrokenFile, ...]:
        """The broken files that the options ask for: copies of the patient's first plain image."""
        source = source_of(shard.studies, self.words) if self.options.faults else None
        return () if source is None else tuple(BrokenFile(name, source) for name in self.options.faults)

    def other_plants(self, shard: Shard) -> list[tuple[str, str, Sequence[Plant]]]:
        """Path, UID and identifiers of a patient's files that are no instances: broken ones, and worklist entries."""
        broken = [(one.path, one.source.sop_instance_uid, one.plants) for one in self.broken_files(shard)]
        return [*broken, *((one.path, one.uid, one.plants) for one in self.worklist(shard))]

    def instances(self) -> Iterator[Instance]:
        """Every instance, study by study; each is rendered only when its dataset, pixels or bytes are asked for."""
        for shard in self.shards():
            for study in shard.studies:
                yield from instances_of(study, self.words)

    def ledger(self) -> Iterator[LedgerEntry]:
        """The answer key: every planted identifier of every instance, in the instances' order. Renders no pixels."""
        for shard in self.shards():
            for study in shard.studies:
                for instance in instances_of(study, self.words):
                    yield from instance.ledger
            for _, uid, plants in self.other_plants(shard):
                yield from (LedgerEntry.of(uid, plant) for plant in plants)

    def worklist(self, shard: Shard) -> tuple[WorklistEntry, ...]:
        """The worklist's entries for a patient's studies, if the options ask for them."""
        return tuple(WorklistEntry(study, self.words) for study in shard.studies) if self.options.worklist else ()

    def write(
        self, folder: str | Path, progress: Progress | None = None, *, workers: int = 1, scheduler: str | None = None
    ) -> Written:
        """Write every instance below `folder`, and the ledger beside them as `ledger.parquet` (see `ledger_table`).

        `folder` is made if need be. It must be empty, or hold the unfinished beginning of the same set, which is then
        completed. A patient's folder appears under its name only when it is complete, the ledger last of all. The files
        are the same whatever the number of `workers` (processes), and on the machines of a dask.distributed cluster
        whose `scheduler` is at that address and who all see `folder`. `progress(done, total)` counts instances.
        Raises SyntheticDataError for a folder that cannot be used and for a disk that is full.
        """
        from synthetic_data.writing import write_set

        return write_set(self, Path(folder), progress, workers, scheduler)


def generate(
    seed: int = DEFAULT_SEED,
    patients: int = DEFAULT_PATIENTS,
    locale: str = DEFAULT,
    objects: Contents = "images",
    *,
    first: int = 1,
    modalities: Collection[str] = (),
    since: date | None = None,
    until: date | None = None,
    charset: Charset = "unicode",
    syntax: Syntax = "device",
    faults: Collection[str] = (),
    worklist: bool = False,
) -> Hospital:
    """Plan a synthetic hospital of `patients` people, from number `first` on.

    The same arguments give the same hospital, byte for byte, on every machine; patient k is the same whatever the
    number of patients. `locales.LOCALES` names the locales. `objects` is `images`, or `all` for reports, letters,
    references and waveforms, too. `modalities`, `since` and `until` keep only some series and studies (see `Options`).
    `charset` is `unicode` (ISO_IR 192), `national` (the locale's older repertoire) or `iso2022` (with code extensions).
    `syntax` is a transfer syntax for all that can have it (see `syntaxes`). `faults` are broken files that are wanted
    besides, as are, with `worklist`, the entries of the modality worklist (see `worklist`). Renders nothing; raises
    SyntheticDataError for arguments that cannot be.
    """
    return Hospital(
        Options(
            seed,
            patients,
            locale,
            objects,
            first,
            chosen(modalities),
            since,
            until,
            charset,
            syntax,
            chosen(faults),
            worklist,
        )
    )
