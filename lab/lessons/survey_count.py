"""The survey: 2,300 systems asked once each, and what may be counted as an open archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from math import isfinite

from lab.course.surveyed import Surveyed
from lab.i18n import t, tn
from lab.lesson import Judgement, Lesson, Question
from lab.survey.population import course_population
from lab.survey.tool.finding import Outcome


def _counts(surveyed: Surveyed, is_open: Callable[..., object]) -> Judgement:
    systems = {system.address: system for system in course_population().systems}
    if len(surveyed.findings) < len(systems):
        return Judgement(False, t("Your survey has {n} findings only.", n=len(surveyed.findings)))
    if Counter(finding.address for finding in surveyed.findings) != Counter(list(systems)):
        return Judgement(False, t("These are not the findings of the 2,300 systems of summer 2019, one of each."))
    wrong: Counter[str] = Counter()
    for finding in surveyed.findings:
        try:
            said = bool(is_open(replace(finding, outcome=Outcome.UNREACHABLE)))  # its verdict is not to be copied
        except Exception as error:  # the trainee's own code, whatever it does
            return Judgement(
                False, t("Your function fails on {address}: {error!r}.", address=finding.address, error=error)
            )
        system = systems[finding.address]
        if said and not system.accessible:
            wrong[str(t("{kind}: counted, and is no open archive", kind=system.behaviour.value))] += 1
        elif system.accessible and not said:
            wrong[str(t("open archive: not counted"))] += 1
    if not wrong:
        return Judgement(True, t("Every one of {n} systems is judged rightly.", n=len(systems)))
    lines = tuple(f"{count:5} × {words}" for words, count in wrong.most_common())
    return Judgement(
        False, tn("One system is judged wrongly.", "{n} systems are judged wrongly.", wrong.total()), lines
    )


def _duration(surveyed: Surveyed, seconds: float) -> Judgement:
    right = len(surveyed.findings) / 20
    if not isfinite(seconds):
        return Judgement(False, t("{n} is no number of seconds.", n=seconds))
    if abs(seconds - right) <= 0.02 * right:
        return Judgement(True, t("About {n} seconds, if nobody is waited for.", n=round(right)))
    return Judgement(
        False, t("{n} seconds do not fit: how many systems are there, and how many a second?", n=round(seconds))
    )


LESSON = Lesson(
    id="survey-count",
    notebook=62,
    title=t("The survey: 2,300 systems, asked once and politely"),
    minutes=30,
    roles=(t("PACS administrators"), t("network administrators"), t("data protection officers")),
    questions=(
        Question(
            id="duration",
            text=t("How long does a survey take at 20 systems a second?"),
            takes=(Surveyed, float),
            judge=_duration,
            hints=(
                t("The number of systems is len(summer.findings)."),
                t("Systems divided by systems a second gives seconds. Python's / gives a float."),
            ),
        ),
        Question(
            id="open",
            text=t("Which findings may be counted as an open archive?"),
            takes=(Surveyed, Callable),  # type: ignore[arg-type]
            judge=_counts,
            hints=(
                t("An open archive has answered a query: finding.attributes names what its answers gave away."),
                t("A honeypot answers, too. What speaks against a system is in finding.suspicion."),
                t("Both must hold: attributes were given away, and nothing is suspicious."),
            ),
        ),
    ),
)
