"""The words of the lab as types: verdict, evidence, exposure, fix, scenario's parts. Data only; nothing here acts."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from lab.i18n import Text, t


class Severity(StrEnum):
    """How grave a weakness is for the patients."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def label(self) -> Text:
        return {
            Severity.CRITICAL: t("critical"),
            Severity.HIGH: t("high"),
            Severity.MEDIUM: t("medium"),
            Severity.LOW: t("low"),
        }[self]


class Attribute(StrEnum):
    """What a record gives away about a patient, in the words of the 2019 survey."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    STUDY_DATE = "study_date"
    PROCEDURE = "procedure"
    PHYSICIAN = "physician"
    FACILITY = "facility"
    PATIENT_ID = "patient_id"
    PASSWORD = "password"

    @property
    def label(self) -> Text:
        return {
            Attribute.NAME: t("name"),
            Attribute.BIRTH_DATE: t("date of birth"),
            Attribute.STUDY_DATE: t("examination date"),
            Attribute.PROCEDURE: t("imaging procedure"),
            Attribute.PHYSICIAN: t("physician"),
            Attribute.FACILITY: t("facility"),
            Attribute.PATIENT_ID: t("patient number"),
            Attribute.PASSWORD: t("password of a user"),
        }[self]


_NAMES = (Attribute.NAME, Attribute.PHYSICIAN)
_DATES = (Attribute.BIRTH_DATE, Attribute.STUDY_DATE)


@dataclass(frozen=True)
class Exposure:
    """What an outsider got hold of, in the patients' terms. Counts are of what was really received or announced."""

    patients: int = 0
    studies: int = 0
    images: int = 0
    attributes: tuple[Attribute, ...] = ()
    samples: tuple[tuple[str, ...], ...] = ()
    """A few rows as the outsider saw them, one value an attribute, in the order of ``attributes``."""
    since: str = ""
    """The date (VR DA) of the oldest examination among it, or its year or month where no more shows; empty where nothing does."""

    @property
    def readable_samples(self) -> tuple[tuple[str, ...], ...]:
        """The samples with names and dates as people write them."""
        return tuple(tuple(_readable(*pair) for pair in zip(self.attributes, row, strict=True)) for row in self.samples)


def _readable(attribute: Attribute, value: str) -> str:
    if attribute in _NAMES:
        return readable_name(value)
    return readable_date(value) if attribute in _DATES else value


@dataclass(frozen=True)
class Evidence:
    """What a probe did and what came back."""

    summary: Text
    steps: tuple[str, ...] = ()
    """The exchange, line by line, as the outsider would note it (request, answer)."""
    exposure: Exposure | None = None


@dataclass(frozen=True)
class Vulnerable:
    """The outsider got in."""

    evidence: Evidence


@dataclass(frozen=True)
class Safe:
    """The archive is alive and turned the outsider away."""

    evidence: Evidence


@dataclass(frozen=True)
class NotChecked:
    """Nothing can be said: the archive is dead, or a part that the probe needs is missing. Never counts as repaired."""

    reason: Text


Verdict = Vulnerable | Safe | NotChecked


def verdict_word(verdict: Verdict) -> str:
    """``vulnerable``, ``safe`` or ``not-checked``: the same word in JSON, tables and tests."""
    return {Vulnerable: "vulnerable", Safe: "safe", NotChecked: "not-checked"}[type(verdict)]


def verdict_label(verdict: Verdict) -> Text:
    """The verdict's word in the trainee's language."""
    return {Vulnerable: t("vulnerable"), Safe: t("safe"), NotChecked: t("not checked")}[type(verdict)]


def verdict_text(verdict: Verdict) -> Text:
    """The verdict's one-line reason."""
    return verdict.reason if isinstance(verdict, NotChecked) else verdict.evidence.summary


@dataclass(frozen=True)
class DayStep:
    """One thing that the hospital does every day, and whether it still could."""

    id: str
    title: Text
    passed: bool
    detail: Text | str


@dataclass(frozen=True)
class ClinicDay:
    """The result of playing the clinic's day against the site as it is."""

    steps: tuple[DayStep, ...]

    @property
    def runs(self) -> bool:
        return all(step.passed for step in self.steps)

    @property
    def stopped(self) -> tuple[DayStep, ...]:
        return tuple(step for step in self.steps if not step.passed)


def readable_name(value: str) -> str:
    """A person name (VR PN, PS3.5 6.2) as people write it: ``Reynaud^Jacques`` becomes ``Reynaud Jacques``."""
    return " ".join(part for part in value.split("=")[0].split("^") if part)


def readable_date(value: str) -> str:
    """A date (VR DA) as ISO 8601: ``19980207`` becomes ``1998-02-07``; anything else is left as it is."""
    return f"{value[:4]}-{value[4:6]}-{value[6:]}" if len(value) == 8 and value.isdigit() else value


def visible(text: str) -> str:
    """A text from outside with its control characters written out (``\\x1b``), so that it gives a terminal no orders."""
    return "".join(
        character if character in "\n\t" or unicodedata.category(character) != "Cc" else f"\\x{ord(character):02x}"
        for character in text
    )
