"""Write your first rule: Sigma, with fields, a condition and a correlation, scored on a day that one has not seen."""

from __future__ import annotations

from lab.course.ruling import ruling
from lab.course.watched import Watched
from lab.i18n import t
from lab.lesson import Lesson, Question

LESSON = Lesson(
    id="detect-first-rule",
    notebook=43,
    title=t("Write your first rule"),
    minutes=40,
    roles=(t("security teams"), t("PACS administrators")),
    questions=(
        Question(
            id="sweep",
            text=t("A rule that finds the survey’s query, on a day that you have not seen"),
            takes=(str, Watched, Watched),
            judge=lambda text, seen, unseen: ruling(text, "survey-sweep", seen, unseen),
            hints=(
                t("Two things together are remarkable: the query names nobody, and nobody declared the AE title."),
                t("The fields are dicom.wildcard and dicom.declared; 1 means yes, 0 no."),
            ),
        ),
        Question(
            id="spray",
            text=t("A rule that finds the password spray, on a day that you have not seen"),
            takes=(str, Watched, Watched),
            judge=lambda text, seen, unseen: ruling(text, "password-spray", seen, unseen),
            hints=(
                t("One failed login is a typing error. Count them: correlation, type event_count, group-by source.ip."),
                t("How many refused logins has the hospital itself in two hours, and how many the intruder?"),
            ),
        ),
    ),
)
