"""The hospital: planned from a seed, rendered one instance at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from synthetic_data.errors import SyntheticDataError
from synthetic_data.instance import Instance, instances_of
from synthetic_data.ledger import LedgerEntry
from synthetic_data.locales import DEFAULT, find_locale
from synthetic_data.locales.locale import Locale
from synthetic_data.model import Device, Institution, Patient, Staff, Study
from synthetic_data.people import Population
from synthetic_data.planning import DEVICES, Planner, Team
from synthetic_data.protocols import Contents
from synthetic_data.seeding import Role
from synthetic_data.writing import Written, write_instances

DEFAULT_SEED = 2019
DEFAULT_PATIENTS = 30
MOST_PATIENTS = 100_000

_HEADER_BYTES = 2900
"""A typical size of everything but the pixels, for estimates."""


@dataclass(frozen=True)
class Hospital:
    """A synthetic hospital's archive: patients and studies as plans, instances on demand. `generate` makes one."""

    seed: int
    locale: str
    institution: Institution
    staff: tuple[Staff, ...]
    devices: tuple[Device, ...]
    patients: tuple[Patient, ...]
    studies: tuple[Study, ...]
    _words: Locale = field(repr=False)

    @property
    def instance_count(self) -> int:
        return sum(series.images for study in self.studies for series in study.series)

    @property
    def byte_estimate(self) -> int:
        """About how many bytes the files take, without the ledger; good to a few per cent."""
        return sum(series.images * (series.weight + _HEADER_BYTES) for study in self.studies for series in study.series)

    def instances(self) -> Iterator[Instance]:
        """Every instance, study by study; each is rendered only when its dataset, pixels or bytes are asked for."""
        for study in self.studies:
            yield from instances_of(study, self._words)

    def ledger(self) -> Iterator[LedgerEntry]:
        """The answer key: every planted identifier of every instance, in the instances' order. Renders no pixels."""
        for instance in self.instances():
            yield from instance.ledger

    def write(self, folder: str | Path, progress: Callable[[int, int], None] | None = None) -> Written:
        """Write every instance below `folder`, and the ledger beside them as `ledger.jsonl` (UTF-8, a line an entry).

        `folder` is made if need be and must be empty. Each file appears under its name only when it is complete, the
        ledger last of all. `progress(done, total)` is called after each instance. Raises SyntheticDataError for a
        folder that cannot be used and for a disk that is full.
        """
        return write_instances(Path(folder), self.instances(), self.instance_count, progress)


def generate(
    seed: int = DEFAULT_SEED, patients: int = DEFAULT_PATIENTS, locale: str = DEFAULT, objects: Contents = "images"
) -> Hospital:
    """Plan a synthetic hospital of `patients` people with 2 to 4 studies each.

    The same arguments give the same hospital, byte for byte, on every machine; patient k is the same whatever the
    number of patients. `locale` is fr_FR, en_US, en_GB or de_DE. `objects` is `images`, or `all` for reports, letters,
    references and waveforms, too. Renders nothing; raises SyntheticDataError for arguments that cannot be.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise SyntheticDataError(f"the seed must be a whole number from 0, not {seed!r}.")
    if isinstance(patients, bool) or not isinstance(patients, int) or not 1 <= patients <= MOST_PATIENTS:
        raise SyntheticDataError(f"the number of patients must be from 1 to {MOST_PATIENTS}, not {patients!r}.")
    if objects not in ("images", "all"):
        raise SyntheticDataError(f"unknown objects {objects!r}; accepted are images, all.")
    words = find_locale(locale)
    role = Role(seed, words.name)
    population = Population(words, role)
    team = Team(
        referrers=population.staff("referrer", 7),
        radiologists=population.staff("radiologist", 4),
        operators=population.staff("operator", 5),
    )
    people = tuple(population.patient(index) for index in range(patients))
    planner = Planner(words, team, role, objects)
    return Hospital(
        seed=seed,
        locale=words.name,
        institution=words.institution,
        staff=team.everyone,
        devices=tuple(device for rooms in DEVICES.values() for device in rooms),
        patients=people,
        studies=tuple(study for person in people for study in planner.studies(person)),
        _words=words,
    )
