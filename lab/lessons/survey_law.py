"""Ethics and law: what one may do to a system one does not own (nothing), and how to report an exposure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from datetime import date

from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question
from lab.survey.archive import FIRST_BIRTH, LAST_BIRTH, Archive
from lab.survey.population import course_population
from lab.survey.query import answer
from lab.survey.system import System
from lab.survey.tool.finding import Finding
from synthetic_data.marks import PATIENT_ID_PREFIX

_MAY = {
    t("Look up one’s own hospital in a search engine."): True,
    t("Send an echo to a stranger’s archive."): False,
    t("Query a stranger’s archive for a single name."): False,
    t("Open a stranger’s viewer that has no password."): False,
    t("Test an archive whose owner has asked for it in writing."): True,
    t("Report what one came upon, without looking further."): True,
}
_DAYS = re.compile(r"\b((?:19|20)\d\d)[-./]?([01]\d)[-./]?([0-3]\d)\b|\b([0-3]?\d)[-./]([01]?\d)[-./]((?:19|20)\d\d)\b")
_NAMES = re.compile(r"\b(?=([^\W\d_]{2,})(?:\^|,?\s+)([^\W\d_]{2,}))")


def _may(chosen: Set[object]) -> Judgement:
    wrong = sum((number in chosen) is not allowed for number, allowed in enumerate(_MAY.values(), 1))
    if wrong:
        return Judgement(False, t("{n} of {all} are not right yet.", n=wrong, all=len(_MAY)))
    return Judgement(True, t("An open door is no permission, and neither is a good intention."))


def _notice(finding: Finding, text: str) -> Judgement:
    system = next((system for system in course_population().systems if system.address == finding.address), None)
    if system is None or not system.accessible:
        return Judgement(False, t("This system does not stand open: there is nothing to report."))
    lacks = [
        what
        for what, there in (
            (t("the address and the port"), f"{finding.address}:{finding.port}" in text),
            (t("when it was seen (a date, YYYY-MM-DD)"), re.search(r"\b20\d\d-[01]\d-[0-3]\d\b", text) is not None),
            (t("what can be seen: the attributes by name"), all(name in text for name in finding.attributes)),
            (t("how many records"), finding.records is not None and str(finding.records) in _digits(text)),
            (t("whom it is for: the operator"), system.operator in text),
        )
        if not there
    ]
    leaks = _patients_in(system, text)
    if leaks:
        return Judgement(False, t("It holds values of patients. A report says what kind of data is open, never whose."))
    if lacks:
        return Judgement(False, t("It still lacks:"), tuple(str(what) for what in lacks))
    return Judgement(True, t("Enough to act on, and not a word about a patient."))


def _digits(text: str) -> str:
    """The text with the separators of thousands taken out."""
    return re.sub(r"(?<=\d)[,.\s](?=\d{3})", "", text)


def _patients_in(system: System, text: str) -> bool:
    """Whether the text holds a patient's identifier, name (in either order) or day of birth."""
    words = text.replace(system.operator, " ")
    days = (_day(*match.groups()) for match in _DAYS.finditer(words))
    return (
        PATIENT_ID_PREFIX in words
        or any(day is not None and FIRST_BIRTH <= day <= LAST_BIRTH for day in days)
        or any(_is_patient(Archive(system), *pair) for pair in _pairs(words))
    )


def _day(*parts: str | None) -> date | None:
    """The day of a match: year, month, day in its first three parts, or turned round in its last three."""
    year, month, day = parts[:3] if parts[0] else parts[:2:-1]
    try:
        return date(int(year or 0), int(month or 0), int(day or 0))
    except ValueError:
        return None


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Each two neighbouring words that are written as names are."""
    for match in _NAMES.finditer(text):
        if match[1][0].isupper() and match[2][0].isupper():
            yield match[1], match[2]


def _is_patient(archive: Archive, *names: str) -> bool:
    keys = ({"PatientName": "^".join(order)} for order in (names, names[::-1]))
    return any(match is not None for each in keys for match in answer(archive, "PATIENT", each))


LESSON = Lesson(
    id="survey-law",
    notebook=66,
    title=t("What one may do, and how to report"),
    minutes=25,
    roles=(t("everybody"),),
    questions=(
        Question(
            id="may",
            text=t("What may one do to a system that is not one’s own?"),
            takes=(Set,),
            judge=_may,
            hints=(
                t(
                    "Ask of each: is a computer of somebody else's made to do something, without its owner having agreed?"
                ),
                t("Three of the six are allowed."),
            ),
            choices=tuple(_MAY),
        ),
        Question(
            id="report",
            text=t("A report that its receiver can act on"),
            takes=(Finding, str),
            judge=_notice,
            hints=(
                t("Who, where, since when, what, how much: finding has nearly all of it."),
                t("The card names what is still missing. No names, no identifiers, no screenshots."),
            ),
        ),
    ),
)
