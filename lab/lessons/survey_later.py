"""Two months later: did the warning help?"""

from __future__ import annotations

from collections.abc import Set

from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question, missing_and_extra
from lab.survey.population import course_population


def _open(epoch: int) -> set[str]:
    return {system.address for system in course_population(epoch).accessible}


def _gone(addresses: Set[object]) -> Judgement:
    return missing_and_extra(set(map(str, addresses)), _open(1) - _open(2))


def _new(addresses: Set[object]) -> Judgement:
    return missing_and_extra(set(map(str, addresses)), _open(2) - _open(1))


def _still(percent: float) -> Judgement:
    right = 100 * len(_open(1) & _open(2)) / len(_open(1))
    if abs(percent - right) <= 0.6:
        return Judgement(True, t("{n} of 100 archives that stood open in summer still do.", n=round(right)))
    return Judgement(False, t("{n} % does not follow from the two surveys.", n=round(percent, 1)))


LESSON = Lesson(
    id="survey-later",
    notebook=65,
    title=t("Two months later: did the warning help?"),
    minutes=20,
    roles=(t("data protection officers"), t("IT management"), t("PACS administrators")),
    questions=(
        Question(
            id="gone",
            text=t("Which archives no longer stand open?"),
            takes=(Set,),
            judge=_gone,
            hints=(
                t("You have two sets of addresses. What is in the first and not in the second?"),
                t("Python subtracts sets: a - b."),
            ),
        ),
        Question(
            id="new",
            text=t("Which archives stand open that did not in summer?"),
            takes=(Set,),
            judge=_new,
            hints=(t("The same subtraction, the other way round."), t("autumn - summer, as sets of addresses.")),
        ),
        Question(
            id="still",
            text=t("What share of the archives of summer still stands open, in per cent?"),
            takes=(float,),
            judge=_still,
            hints=(
                t("Those that are in both sets, divided by those that were open in summer."),
                t("a & b is what two sets have in common; len counts it."),
            ),
        ),
    ),
)
