"""Your script against the answer key."""

from __future__ import annotations

from collections.abc import Set

from lab.course.deidentified import Scored
from lab.course.practice import Practice
from lab.i18n import t, tn
from lab.inventory import DIRECT
from lab.lesson import Judgement, Lesson, Question, missing_and_extra


def _kinds(scored: Scored, kinds: Set[object]) -> Judgement:
    left = {entry.kind for entry in (*(judged.entry for judged in scored.score.leaks), *scored.score.elsewhere)}
    return missing_and_extra(set(map(str, kinds)), {kind.value for kind in left & DIRECT})


def _better(before: Scored, after: Scored) -> Judgement:
    first, second = before.score, after.score
    if before.source != after.source or second.paired < second.files:
        return Judgement(False, t("Both must be made of all files of the same set."))
    if 2 * second.leaked > first.leaked:
        return Judgement(
            False, t("{n} identifiers are left, of {before} before.", n=second.leaked, before=first.leaked)
        )
    good, many = second.harm.patients
    if good < many:
        return Judgement(
            False,
            t("Fewer than half are left, but only {n} of {all} patients are still one patient each.", n=good, all=many),
        )
    return Judgement(
        True, t("{n} identifiers are left, of {before} before, and the patients can still be told apart.", n=second.leaked, before=first.leaked)
    )  # fmt: skip


def _complete(practice: Practice, scored: Scored) -> Judgement:
    result = scored.score
    if scored.source != practice.folder or result.paired < len(practice.files):
        return Judgement(False, t("{n} of {all} files are there.", n=result.paired, all=len(practice.files)))
    if not result.clean:
        return Judgement(False, tn("One identifier is left.", "{n} identifiers are left.", result.leaked))
    (patients, all_patients), (dates, all_dates) = result.harm.patients, result.harm.dates
    if patients < all_patients or dates < all_dates:
        return Judgement(False, t("Nothing leaked, but patients or dates no longer belong together."))
    return Judgement(
        True, t("Nothing of {n} identifiers is left, and every date keeps its distance.", n=result.entries)
    )


LESSON = Lesson(
    id="privacy-your-script",
    notebook=51,
    title=t("Your script against the answer key"),
    minutes=35,
    roles=(t("researchers"), t("developers"), t("data protection officers")),
    questions=(
        Question(
            id="kinds",
            text=t("Which data that name a person by themselves did the script leave?"),
            takes=(Scored, Set),
            judge=_kinds,
            hints=(
                t("first.score.leaks lists what was left; each has an entry with kind, place, tag and value."),
                t("Of these kinds only those that name a person by themselves: the card of the inventory lists them one by one."),
            ),
        ),
        Question(
            id="better",
            text=t("A script that leaves less than half, and keeps the patients apart"),
            takes=(Scored, Scored),
            judge=_better,
            hints=(
                t("Private elements go with ds.remove_private_tags(), and ds.walk() visits the elements in sequences, too."),
                t("Decide by value representation: PN names people, LO, ST, LT and UT are texts, UI identifies. UIDs can be hashed."),
                t("One pseudonym for each patient: make it from the patient’s number, before you delete it."),
            ),
        ),
        Question(
            id="complete",
            text=t("Nothing left, and the studies still worth something"),
            takes=(Practice, Scored),
            judge=_complete,
            hints=(
                t("lab.deidentify(source, target, key=…) does it. The key file stays in the hospital."),
                t("There is no text in these pixels: options without clean-pixels are quicker."),
            ),
        ),
    ),
)  # fmt: skip
