"""What is in a simulated archive, at any depth, without storing it: arithmetic over (seed, number).

An archive of R records, S studies and I images has patients 0 … R-1. Study j belongs to patient j mod R, and a patient's
later studies are j + R, j + 2R, …; dates grow with j, so that a range of dates is a range of numbers. Series and images of
a study follow from its share of I. Every total is exact, every entity is found from its UID, and nothing is kept in memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import gcd

from lab.survey.countries import COUNTRIES
from lab.survey.names import Names, names
from lab.survey.system import Behaviour, System
from synthetic_data.marks import PATIENT_ID_PREFIX
from synthetic_data.seeding import Role

FIRST_DAY, LAST_DAY = date(2009, 1, 5), date(2019, 8, 30)
FIRST_BIRTH, _BIRTH_DAYS = date(1925, 1, 1), 33_600
LAST_BIRTH = FIRST_BIRTH + timedelta(days=_BIRTH_DAYS - 1)
_DAYS = (LAST_DAY - FIRST_DAY).days + 1
_MIX = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
MODALITIES = ("CT", "CR", "MR", "DX", "US", "CT", "MG", "CR")
DESCRIPTIONS = {
    "CT": ("CT chest", "CT abdomen", "CT head"),
    "MR": ("MR head", "MR knee", "MR lumbar spine"),
    "CR": ("Chest PA", "Hand AP", "Ankle"),
    "DX": ("Chest PA and lateral", "Pelvis AP", "Shoulder"),
    "US": ("US abdomen", "US thyroid", "US pregnancy"),
    "MG": ("Mammography screening", "Mammography diagnostic", "Mammography follow-up"),
}
SOP_CLASSES = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "CR": "1.2.840.10008.5.1.4.1.1.1",
    "DX": "1.2.840.10008.5.1.4.1.1.1.1",
    "US": "1.2.840.10008.5.1.4.1.1.6.1",
    "MG": "1.2.840.10008.5.1.4.1.1.1.2",
}
MOST_STARTS = 4_096  # of a query by name: 16 kB for each that is under way
_UID_FIELD = 10**7  # study, series and instance number each have seven digits of the UID


@dataclass(frozen=True)
class Archive:
    """The holdings of one system, computed when asked for."""

    system: System

    @cached_property
    def _key(self) -> int:
        return Role(self.system.seed, "patients").number()

    @cached_property
    def _names(self) -> Names:
        return names(COUNTRIES[self.system.country].locale)

    @cached_property
    def _step(self) -> int:
        """A step through all pairs of names that visits each once before it repeats."""
        pairs = len(self._names.family) * len(self._names.first)
        step = self._key % pairs | 1
        while gcd(step, pairs) != 1:
            step += 2
        return step

    def mixed(self, number: int, salt: int) -> int:
        """64 bits that look random and depend on archive, number and salt only (splitmix64)."""
        x = (self._key + number * _MIX + salt * 0xD1B54A32D192ED03) & _MASK
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
        return x ^ (x >> 31)

    # -- patients --------------------------------------------------------------------------------------------------

    @property
    def records(self) -> int:
        return self.system.holdings.records

    def patient_id(self, patient: int) -> str:
        return f"{PATIENT_ID_PREFIX}{self.system.index:05d}-{patient:07d}"

    def patient_of_id(self, patient_id: str) -> int | None:
        """The patient of this archive with this Patient ID, or None."""
        head, tail = patient_id[:-7], patient_id[-7:]
        if head != f"{PATIENT_ID_PREFIX}{self.system.index:05d}-" or not (tail.isascii() and tail.isdigit()):
            return None
        return int(tail) if int(tail) < self.records else None

    def patient_name(self, patient: int) -> str:
        family, first = divmod(self._pair(patient), len(self._names.first))
        return f"{self._names.family[family]}^{self._names.first[first]}"

    def _pair(self, patient: int) -> int:
        return (patient * self._step + self._key) % (len(self._names.family) * len(self._names.first))

    def patients_named(self, family: frozenset[int]) -> Iterator[int]:
        """The patients whose family name has one of these numbers, ascending within each round of names.

        Where that is hardly fewer than all, or more than should be kept in memory for one caller: all patients.
        """
        firsts, pairs = len(self._names.first), len(self._names.family) * len(self._names.first)
        if len(family) * firsts > min(self.records, MOST_STARTS):
            return iter(range(self.records))
        back = pow(self._step, -1, pairs)
        starts = array(
            "I",
            sorted((pair - self._key) * back % pairs for f in family for pair in range(f * firsts, (f + 1) * firsts)),
        )
        return self._rounds(starts, pairs)

    def _rounds(self, starts: Sequence[int], pairs: int) -> Iterator[int]:
        for turn in range(0, self.records, pairs):
            for start in starts:
                if turn + start >= self.records:
                    break
                yield turn + start

    @property
    def family_names(self) -> tuple[str, ...]:
        return self._names.family

    def birth_date(self, patient: int) -> date:
        return FIRST_BIRTH + timedelta(days=self.mixed(patient, 1) % _BIRTH_DAYS)

    def sex(self, patient: int) -> str:
        return "FM"[self.mixed(patient, 2) & 1]

    def physician(self, patient: int) -> str:
        number = self.mixed(patient % 7, 3)
        return f"{self._names.family[number % len(self._names.family)]}^{self._names.first[number % len(self._names.first)]}^^Dr"

    # -- studies ---------------------------------------------------------------------------------------------------

    @property
    def studies(self) -> int:
        return self.system.holdings.studies

    def studies_of(self, patient: int) -> range:
        return range(patient, self.studies, self.records)

    def study_date(self, study: int) -> date:
        if self.system.behaviour is Behaviour.HONEYPOT:
            return LAST_DAY  # its bait was loaded in one go
        return FIRST_DAY + timedelta(days=study * _DAYS // self.studies)

    def studies_between(self, begin: date, end: date) -> range:
        """The studies of these days, both included."""
        if self.system.behaviour is Behaviour.HONEYPOT:
            return range(self.studies)
        first = max(0, (begin - FIRST_DAY).days if begin > FIRST_DAY else 0)
        after = (min(end, LAST_DAY) - FIRST_DAY).days + 1 if end >= FIRST_DAY else 0
        return range(-(-first * self.studies // _DAYS), max(0, -(-after * self.studies // _DAYS)))

    def study_time(self, study: int) -> str:
        minute = 7 * 60 + self.mixed(study, 4) % (12 * 60)
        return f"{minute // 60:02d}{minute % 60:02d}00"

    def modality(self, study: int) -> str:
        return MODALITIES[self.mixed(study, 5) % len(MODALITIES)]

    def description(self, study: int) -> str:
        choices = DESCRIPTIONS[self.modality(study)]
        return choices[self.mixed(study, 6) % len(choices)]

    def accession(self, study: int) -> str:
        return f"A{study:07d}"

    def study_of_accession(self, accession: str) -> int | None:
        digits = accession[1:]
        if accession[:1] != "A" or len(digits) != 7 or not (digits.isascii() and digits.isdigit()):
            return None
        return int(digits) if int(digits) < self.studies else None

    def images_in_study(self, study: int) -> int:
        """The images of a study, at least 1; neighbours trade some, so that studies differ and the total stays."""
        images, studies = self.system.holdings.images, self.studies
        own = (study + 1) * images // studies - study * images // studies
        pair = study & ~1
        if pair + 1 >= studies:
            return own
        other = study ^ 1
        theirs = (other + 1) * images // studies - other * images // studies
        traded = self.mixed(pair, 7) % min(own, theirs)
        return own + traded if study == pair else own - traded

    def series_in_study(self, study: int) -> int:
        return min(self.images_in_study(study), 1 + self.mixed(study, 8) % 4)

    def images_in_series(self, study: int, series: int) -> int:
        images, count = self.images_in_study(study), self.series_in_study(study)
        return (series + 1) * images // count - series * images // count

    def images_of_patient(self, patient: int) -> int:
        return sum(self.images_in_study(study) for study in self.studies_of(patient))

    # -- UIDs ------------------------------------------------------------------------------------------------------

    def uid(self, study: int, series: int | None = None, instance: int | None = None) -> str:
        """The UID of a study, of its series (counted from 0) or of an instance in it, below 2.25 (PS3.5 B.2)."""
        number = (self._key >> 64) % 10**13 * _UID_FIELD + study
        number = number * 1000 + (0 if series is None else series + 1)
        return f"2.25.{number * _UID_FIELD + (0 if instance is None else instance + 1)}"

    def of_uid(self, uid: str) -> tuple[int, int | None, int | None] | None:
        """Study, series and instance of a UID of this archive, or None when it has no such thing."""
        digits = uid[5:]
        if not uid.startswith("2.25.") or len(digits) > 40 or not (digits.isascii() and digits.isdigit()):
            return None
        rest, instance = divmod(int(digits), _UID_FIELD)
        rest, series = divmod(rest, 1000)
        home, study = divmod(rest, _UID_FIELD)
        if home != (self._key >> 64) % 10**13 or study >= self.studies:
            return None
        if series > self.series_in_study(study) or (instance and not series):
            return None
        if instance and instance > self.images_in_series(study, series - 1):
            return None
        return study, series - 1 if series else None, instance - 1 if instance else None
