"""Ethics and law: what one may do to a system one does not own (nothing), and how to report an exposure."""

from __future__ import annotations

import re
from collections.abc import Set
from itertools import islice

from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question
from lab.survey.archive import Archive
from lab.survey.population import course_population
from lab.survey.system import System
from lab.survey.tool.finding import Finding

_MAY = {
    t("Look up one’s own hospital in a search engine."): True,
    t("Send an echo to a stranger’s archive."): False,
    t("Query a stranger’s archive for a single name."): False,
    t("Open a stranger’s viewer that has no password."): False,
    t("Test an archive whose owner has asked for it in writing."): True,
    t("Report what one came upon, without looking further."): True,
}
_SAMPLE = 300


def _may(chosen: Set[object]) -> Judgement:
    wrong = sum((number in chosen) is not allowed for number, allowed in enumerate(_MAY.values(), 1))
    if wrong:
        return Judgement(False, t("{n} of {all} are not right yet.", n=wrong, all=len(_MAY)))
    return Judgement(True, t("An open door is no permission, and neither is a good intention."))


def _notice(finding: Finding, text: str) -> Judgement:
    system = next(system for system in course_population().systems if system.address == finding.address)
    if not system.accessible:
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
    """Whether the text holds a patient's identifier or name, of the archive's first ones."""
    archive = Archive(system)
    patients = islice(range(archive.records), _SAMPLE)
    return any(archive.patient_id(patient) in text or archive.patient_name(patient) in text for patient in patients)


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
