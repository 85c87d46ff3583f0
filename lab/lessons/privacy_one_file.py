"""What one file says about a person."""

from __future__ import annotations

from collections.abc import Set

from lab.course.practice import Practice
from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question, missing_and_extra
from synthetic_data import Kind, LedgerEntry


def _names(practice: Practice, file: str) -> tuple[str, list[LedgerEntry]] | None:
    """The patient of a file and the names that were planted in it; None for a file that the set does not have."""
    if file not in practice.files:
        return None
    key = practice.key(file)
    patient = next((entry.person for entry in key if entry.tag == "(0010,0020)"), "")
    return patient, [entry for entry in key if entry.kind is Kind.NAME]


def _outside(practice: Practice, file: str, tags: Set[object]) -> Judgement:
    planted = _names(practice, file)
    if planted is None:
        return Judgement(False, t("The set has no file {file!r}.", file=file))
    patient, names = planted
    right = {entry.tag for entry in names if entry.person == patient and not entry.tag.startswith("(0010,")}
    return missing_and_extra(set(map(str, tags)), right)


def _others(practice: Practice, file: str, people: int) -> Judgement:
    planted = _names(practice, file)
    if planted is None:
        return Judgement(False, t("The set has no file {file!r}.", file=file))
    patient, names = planted
    right = len({entry.person for entry in names} - {patient})
    if people == right:
        return Judgement(True, t("{n} people besides the patient, in one file.", n=right))
    far = t("too many") if people > right else t("too few")
    return Judgement(False, t("{n} are {far}.", n=people, far=far))


LESSON = Lesson(
    id="privacy-one-file",
    notebook=50,
    title=t("What one file says about a person"),
    minutes=25,
    roles=(t("data protection officers"), t("PACS administrators"), t("researchers")),
    questions=(
        Question(
            id="outside",
            text=t("Where does the patient’s name stand, outside of the patient’s own elements?"),
            takes=(Practice, str, Set),
            judge=_outside,
            hints=(
                t("The patient’s own elements have tags that begin with (0010. You want rows whose tag does not."),
                t("Filter the rows by kind, person and tag, and collect row[\"tag\"] in a set. One of the tags is empty, \"\": what stands in "
                    "the preamble, before the first element, has none. It belongs in the set, too."),
            ),
        ),
        Question(
            id="others",
            text=t("How many other people does the file name?"),
            takes=(Practice, str, int),
            judge=_others,
            hints=(
                t("Collect the persons of all rows of the kind “name”, and take the patient out."),
                t("Read the names once more. Who of them is neither the patient nor staff, and whom does the inventory count him or her to?"),
            ),
        ),
    ),
)  # fmt: skip
