"""The insider: every request is allowed. What gives her away is knowledge that no log has."""

from __future__ import annotations

from collections.abc import Set

from lab.course.ruling import ruling
from lab.course.watched import Watched
from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question, missing_and_extra


def _who(day: Watched, account: str, patients: Set[object]) -> Judgement:
    accounts = {request.account for request in day.truth.requests if request.intrusion == "insider"}
    if not accounts:
        return Judgement(False, t("On this day nobody read what she should not. Play it as the notebook does."))
    if account not in accounts:
        return Judgement(False, t("Not {account!r}.", account=account[:40]))
    treated = set(day.recording.day.treatment.get(account, ()))
    opened = {
        touch.patient for request in day.truth.requests if request.account == account for touch in request.touches
    }
    return missing_and_extra({str(patient) for patient in patients}, opened - treated)


LESSON = Lesson(
    id="detect-insider",
    notebook=45,
    title=t("The insider"),
    minutes=25,
    roles=(t("data protection officers"), t("security teams"), t("medical information departments")),
    questions=(
        Question(
            id="who",
            text=t("Whose account opened records without a treatment relation, and of which patients?"),
            takes=(Watched, str, Set),
            judge=_who,
            hints=(
                t("user.in_care is 0 where the hospital's information system knows no treatment relation."),
                t(
                    "One or two such patients are a colleague's. Look for the account with the most, and list its patients."
                ),
            ),
        ),
        Question(
            id="rule",
            text=t("A rule that finds the insider, on a day that you have not seen"),
            takes=(str, Watched, Watched),
            judge=lambda text, seen, unseen: ruling(text, "insider", seen, unseen),
            hints=(
                t("Count different patients for each account: value_count, field dicom.patient, group-by user.name."),
                t(
                    "One patient who is not in care must not ring. Between a colleague's two and the insider's there is room."
                ),
            ),
        ),
    ),
)
