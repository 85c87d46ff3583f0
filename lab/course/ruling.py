"""The judgement of a trainee's own detection rule: scored on the truth of recorded days, one of which she has not looked at."""

from __future__ import annotations

from lab.course.detected import GOOD
from lab.course.watched import Watched
from lab.detection.rules.score import Score, names_address, score
from lab.detection.rules.sigma import rule_from
from lab.errors import LabError
from lab.i18n import t
from lab.lesson import Judgement


def ruling(text: str, intrusion: str, seen: Watched, unseen: Watched) -> Judgement:
    """Judge a rule on one kind of intrusion: precision and recall must reach 0.95 on the unseen day.

    Whatever the text is, there is a judgement. No effects.
    """
    if not text.strip():
        return Judgement(False, t("There is no rule yet."))
    days = (seen.recording, unseen.recording)
    if days[0].day == days[1].day:
        return Judgement(False, t("Both days are the same one. Name a day that you have not looked at."))
    kinds = {incident.intrusion for incident in unseen.truth.incidents}
    if intrusion not in kinds:
        return Judgement(False, t("On the unseen day nobody did that. Play it as the notebook does."))
    try:
        rule = rule_from(text, "my-rule")
        known, new = (score([rule], [day]) for day in days)
    except LabError as error:
        return Judgement(False, t("The rule does not run."), tuple(str(error).splitlines()))
    if names_address(rule):
        return Judgement(False, t("It names an address. The next intruder has another one."))
    lines = tuple(str(line) for line in new.advice)
    if _good(new, intrusion):
        return Judgement(
            True, t("It finds the intruder on a day that you had not seen, and wakes nobody in vain."), lines
        )
    if _good(known, intrusion):
        return Judgement(False, t("It fits the day that you know, and not another one."), lines)
    return Judgement(
        False,
        t(
            "On the unseen day: {found} of {all} incidents found, {false} false alarms.",
            found=len(_found(new, intrusion)),
            all=len([item for day in new.days for item in day.found if item.incident.intrusion == intrusion]),
            false=sum(day.false for day in new.days),
        ),
        lines,
    )


def _found(scored: Score, intrusion: str) -> list[str]:
    return [
        item.incident.id
        for day in scored.days
        for item in day.found
        if item.incident.intrusion == intrusion and item.delay is not None
    ]


def _good(scored: Score, intrusion: str) -> bool:
    all_ = [item for day in scored.days for item in day.found if item.incident.intrusion == intrusion]
    recall = len(_found(scored, intrusion)) / len(all_) if all_ else 1.0
    return (scored.precision or 0.0) >= GOOD and recall >= GOOD
