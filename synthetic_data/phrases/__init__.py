"""What reports, letters, screens and the later examinations say, by language; a locale whose language is missing gets English."""

from __future__ import annotations

from synthetic_data.locales.locale import ExamText, Locale, StoryText
from synthetic_data.phrases import de, en, fr, he, ja, ru
from synthetic_data.phrases.phrases import Phrases

LANGUAGES: dict[str, Phrases] = {
    "fr": fr.PHRASES,
    "en": en.PHRASES,
    "de": de.PHRASES,
    "ja": ja.PHRASES,
    "he": he.PHRASES,
    "ru": ru.PHRASES,
}


def phrases_for(locale: str) -> Phrases:
    """The phrases of a locale's language, by the locale's name such as `fr_FR`."""
    return LANGUAGES.get(locale[:2], en.PHRASES)


def exam_text(locale: Locale, exam: str) -> ExamText:
    """How the hospital calls an examination."""
    return locale.exams.get(exam) or phrases_for(locale.name).exams[exam]


def series_text(locale: Locale, key: str) -> str:
    """How the device calls a series."""
    return locale.series.get(key) or phrases_for(locale.name).series[key]


def story_text(locale: Locale, story: str) -> StoryText:
    """Why a patient with this story comes."""
    return locale.stories.get(story) or phrases_for(locale.name).stories[story]
