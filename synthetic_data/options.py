"""What a set of synthetic patients is made from: seed, number, locale and filters. The same options, the same bytes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, get_args

from synthetic_data.charsets import CHARSETS, Charset
from synthetic_data.errors import SyntheticDataError
from synthetic_data.faults import find_faults
from synthetic_data.locales import DEFAULT, find_locale
from synthetic_data.protocols import EXAMS, Contents
from synthetic_data.syntaxes import Syntax, check_syntax
from synthetic_data.version import __version__

DEFAULT_SEED = 2019
DEFAULT_PATIENTS = 30
MOST_PATIENTS = 100_000

MODALITIES = tuple(sorted({series.modality or exam.modality for exam in EXAMS.values() for series in exam.series}))
"""Every modality that a series can have (DICOM PS3.3 C.7.3.1.1.1)."""


@dataclass(frozen=True)
class Options:
    """The arguments of `generate`, checked.

    Patients are those from number `first` (from 1) on, `patients` of them. `modalities` (none: all) keeps series of
    these only; `since` and `until` keep studies of these days and between. For each of the `faults` (see `faults.FAULTS`)
    every patient gets a broken file besides, and with
    `worklist` each study an entry of the modality worklist. Raises SyntheticDataError for what cannot be.
    """

    seed: int = DEFAULT_SEED
    patients: int = DEFAULT_PATIENTS
    locale: str = DEFAULT
    objects: Contents = "images"
    first: int = 1
    modalities: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    charset: Charset = "unicode"
    syntax: Syntax = "device"
    faults: tuple[str, ...] = ()
    worklist: bool = False

    def __post_init__(self) -> None:
        if not _whole(self.seed) or self.seed < 0:
            raise SyntheticDataError(f"the seed must be a whole number from 0, not {self.seed!r}.")
        if not _whole(self.patients) or not 1 <= self.patients <= MOST_PATIENTS:
            raise SyntheticDataError(
                f"the number of patients must be from 1 to {MOST_PATIENTS}, not {self.patients!r}."
            )
        if not _whole(self.first) or not 1 <= self.first <= MOST_PATIENTS:
            raise SyntheticDataError(
                f"the first patient's number must be from 1 to {MOST_PATIENTS}, not {self.first!r}."
            )
        find_locale(self.locale)
        if self.objects not in get_args(Contents):
            accepted = ", ".join(get_args(Contents))
            raise SyntheticDataError(f"unknown objects {self.objects!r}; accepted are {accepted}.")
        if self.charset not in CHARSETS:
            raise SyntheticDataError(f"unknown charset {self.charset!r}; accepted are {', '.join(CHARSETS)}.")
        check_syntax(self.syntax)
        find_faults(self.faults)
        for modality in self.modalities:
            if modality not in MODALITIES:
                raise SyntheticDataError(f"unknown modality {modality!r}; accepted are {', '.join(MODALITIES)}.")
        if self.since and self.until and self.since > self.until:
            raise SyntheticDataError(f"no day is from {self.since} to {self.until}; give the earlier day first.")

    @property
    def indices(self) -> range:
        """The patients' indices, from 0."""
        return range(self.first - 1, self.first - 1 + self.patients)

    def keeps(self, modality: str, day: date) -> bool:
        """Whether a series of that modality in a study of that day belongs to the set."""
        return (
            (not self.modalities or modality in self.modalities)
            and (self.since is None or self.since <= day)
            and (self.until is None or day <= self.until)
        )

    def to_json(self) -> dict[str, Any]:
        """The options and the generator's version, for `hospital.json`."""
        values: dict[str, Any] = {"generator": f"synthetic_data {__version__}", **asdict(self)}
        return {
            name: list(v) if isinstance(v, tuple) else str(v) if isinstance(v, date) else v
            for name, v in values.items()
        }


def chosen(names: Collection[str]) -> tuple[str, ...]:
    """Names in one order and without repetition, so that the order of asking does not matter."""
    return tuple(sorted(set(names)))


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
