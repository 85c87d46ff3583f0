"""The shape of a language's phrases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from synthetic_data.locales.locale import ExamText, StoryText


@dataclass(frozen=True)
class Phrases:
    """A language's texts.

    `labels` are single words on screens and forms. `normal` says what a report finds in an examination that shows
    nothing, by the examination's modality and region; `findings` what it says of a finding. `letter`, `consent` and `card` are
    paragraphs whose braces name identifiers: `{title}`, `{name}`, `{full_name}`, `{birth_date}`, `{age}`, `{address}`,
    `{phone}`, `{national_id}`, `{patient_id}`, `{doctor}`, `{radiologist}`, `{date}`, `{contact}`, `{contact_phone}`,
    `{hospital}`, `{procedure}` and `{reason}`.
    """

    exams: Mapping[str, ExamText]
    series: Mapping[str, str]
    stories: Mapping[str, StoryText]
    labels: Mapping[str, str]
    normal: Mapping[str, str]
    findings: Mapping[str, str]
    letter: tuple[str, ...]
    consent: tuple[str, ...]
    card: tuple[str, ...]
