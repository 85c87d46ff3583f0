"""Who must be told: from the alarm to what the data protection officer needs, and to the notification."""

from __future__ import annotations

from datetime import datetime

from lab.course.investigated import Investigated, Notified
from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question

_COPY = "bulk-get"


def _account(account: Investigated) -> Judgement:
    examined = account.examined
    if examined.incident.intrusion != _COPY:
        return Judgement(False, t("This account is about another incident of the day."))
    right = sum(point.right for point in examined.points)
    lines = tuple(f"{point.title}: {point.remark}" for point in examined.points if not point.right)
    words = t("{right} of {all} questions answered rightly.", right=right, all=len(examined.points))
    return Judgement(examined.right, words, lines)


def _deadline(notified: Notified, deadline: datetime) -> Judgement:
    right = notified.notification.deadline
    if deadline.replace(tzinfo=None) == right:
        return Judgement(True, t("72 hours from when the hospital knew, nights and Sundays included."))
    early = deadline.replace(tzinfo=None) < right
    return Judgement(False, t("That is too early.") if early else t("That is too late."))


def _told(notified: Notified, told: bool) -> Judgement:
    form = notified.notification
    if not form.account.patients:
        return Judgement(False, t("The form concerns no patient yet."))
    if not form.account.copied:  # of this incident; the answer rests on a right account
        return Judgement(False, t("First the account: did images leave the archive, or not?"))
    if told is form.patients_must_be_told:
        return Judgement(True, t("Article 34 asks whether the risk to them is likely to be high. Here it is."))
    return Judgement(False, t("Weigh it again: data concerning health, and nobody knows whose hands they are in."))


LESSON = Lesson(
    id="detect-breach",
    notebook=46,
    title=t("Who must be told"),
    minutes=35,
    roles=(t("data protection officers"), t("security teams"), t("IT management")),
    questions=(
        Question(
            id="account",
            text=t("Your account of the incident, laid beside the truth"),
            takes=(Investigated,),
            judge=_account,
            hints=(
                t(
                    "A query for everything lists every study that the archive held at that moment, and none that came later."
                ),
                t("Who has an image has its header: all that stands in it is gone with the pixels."),
                t("The first trace is the intruder's first query; the last one the last study that was sent."),
            ),
        ),
        Question(
            id="deadline",
            text=t("Until when must the authority be told?"),
            takes=(Notified, datetime),
            judge=_deadline,
            hints=(
                t("GDPR, article 33(1), gives the number of hours, and from when they count."),
                t("A datetime plus timedelta(hours=…) is a datetime."),
            ),
        ),
        Question(
            id="told",
            text=t("Must the patients be told as well?"),
            takes=(Notified, bool),
            judge=_told,
            hints=(
                t("GDPR, article 34(1): when the risk to their rights and freedoms is likely to be high."),
                t("Article 34(3) has exceptions: data that were encrypted, for one. Were they?"),
            ),
        ),
    ),
)
