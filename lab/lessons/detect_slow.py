"""The slow intruder: one small query now and then, under an AE title that everybody trusts."""

from __future__ import annotations

import re

from lab.course.ruling import ruling
from lab.course.watched import Watched
from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question

_PATTERN = re.compile(r"PatientName=([^=]*?)[*?]")


def _borrowed(day: Watched, title: str, patterns: int) -> Judgement:
    requests = [request for request in day.truth.requests if request.intrusion == "slow-enumeration"]
    if not requests:
        return Judgement(False, t("On this day nobody listed the patients. Play it as the notebook does."))
    if title.strip() not in {request.aet for request in requests}:
        return Judgement(False, t("Not {title!r}: that one asks as a workstation does.", title=title[:16]))
    # the workstation of that name searches, too; of a pattern, the audit line keeps the first two letters
    asked = [_PATTERN.search(request.target) for request in day.truth.requests if request.aet == title.strip()]
    right = len({f"{found[1]}*".encode()[:2] for found in asked if found})
    if patterns == right:
        return Judgement(True, t("{n} patterns, and each alone looks like a search at the front desk.", n=right))
    return Judgement(False, t("It asked for fewer.") if patterns > right else t("It asked for more."))


LESSON = Lesson(
    id="detect-slow",
    notebook=44,
    title=t("The slow intruder"),
    minutes=25,
    roles=(t("security teams"), t("PACS administrators")),
    questions=(
        Question(
            id="borrowed",
            text=t("Under which AE title were patterns of names asked for, and how many?"),
            takes=(Watched, str, int),
            judge=_borrowed,
            hints=(
                t("dicom.pattern has the pattern of a query for names; it is empty for every other query."),
                t("Group the events that have a pattern by dicom.calling_aet, and count the different ones."),
            ),
        ),
        Question(
            id="rule",
            text=t("A rule that finds the slow intruder, on a day that you have not seen"),
            takes=(str, Watched, Watched),
            judge=lambda text, seen, unseen: ruling(text, "slow-enumeration", seen, unseen),
            hints=(
                t("event_count counts events, value_count different values of a field. What is it that differs here?"),
                t("The time span must be longer than the intruder's patience: hours, not minutes."),
            ),
        ),
    ),
)
