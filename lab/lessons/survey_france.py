"""France: seven servers, 47,500 files, and what the CNIL decided in the year after."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime, timedelta

from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question, missing_and_extra
from lab.survey.population import course_population

_HOURS = 72  # GDPR, article 33(1)
_ARTICLE_OF = {
    t("Ports were opened in the router."): 32,
    t("The archive was misconfigured."): 32,
    t("The images were not encrypted."): 32,
    t("The authority was not told."): 33,
}


def _servers(addresses: Set[object]) -> Judgement:
    right = {system.address for system in course_population().accessible if system.country == "FR"}
    return missing_and_extra({str(address) for address in addresses}, right)


def _deadline(noticed: datetime, deadline: datetime) -> Judgement:
    if (noticed.tzinfo is None) is not (deadline.tzinfo is None):
        return Judgement(
            False, t("One of the two times has a time zone and the other has none: they cannot be compared.")
        )
    hours = (deadline - noticed) / timedelta(hours=1)
    if hours == _HOURS:
        return Judgement(True, t("{n} hours after it was noticed, weekends included.", n=_HOURS))
    return Judgement(False, t("That is {n} hours after it was noticed.", n=f"{hours:g}"))


def _articles(chosen: dict[object, object]) -> Judgement:
    wrong = [number for number, article in enumerate(_ARTICLE_OF.values(), 1) if chosen.get(number) != article]
    if wrong:
        return Judgement(False, t("{n} of {all} do not fit yet.", n=len(wrong), all=len(_ARTICLE_OF)))
    return Judgement(True, t("Security of processing, and the duty to notify."))


LESSON = Lesson(
    id="survey-france",
    notebook=64,
    title=t("France: seven servers, and the CNIL’s decision"),
    minutes=20,
    roles=(t("data protection officers"), t("physicians in practices"), t("IT management")),
    questions=(
        Question(
            id="servers",
            text=t("Which servers stand open in France?"),
            takes=(Set,),
            judge=_servers,
            hints=(
                t("Go through summer.findings and keep the address of those that fit."),
                t("Two conditions: finding.country and finding.accessible."),
            ),
        ),
        Question(
            id="deadline",
            text=t("Until when must the authority have been told?"),
            takes=(datetime, datetime),
            judge=_deadline,
            hints=(
                t("GDPR, article 33: where feasible, not later than … hours after having become aware of it."),
                t("Python adds durations to dates: noticed + timedelta(hours=…)."),
            ),
        ),
        Question(
            id="articles",
            text=t("Which article of the GDPR does each cause fall under?"),
            takes=(dict,),
            judge=_articles,
            hints=(
                t("Article 32 asks for security that fits the risk, article 33 for telling the authority."),
                t("Three of the four are about security."),
            ),
            choices=tuple(_ARTICLE_OF),
        ),
    ),
)
