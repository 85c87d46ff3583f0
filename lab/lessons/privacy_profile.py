"""The profile, element by element."""

from __future__ import annotations

from collections.abc import Mapping, Set

from lab.course.profiled import Profiled
from lab.deid.options import Option
from lab.deid.problems import DeidError
from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question, missing_and_extra

ASKED = ("PatientName", "StudyInstanceUID", "PatientAddress", "StudyDate", "StationName", "PatientWeight")
_CHOICES = {
    Option.CLEAN_DESCRIPTORS: t("Clean descriptions, such as that of the series"),
    Option.FULL_DATES: t("Keep dates as they are"),
    Option.MODIFIED_DATES: t("Keep the distance between dates, and shift them"),
    Option.CHARACTERISTICS: t("Keep characteristics of the patient, such as age and weight"),
    Option.DEVICE: t("Keep which device it was"),
    Option.UIDS: t("Keep UIDs"),
}


def _fates(fates: Mapping[object, object]) -> Judgement:
    right = Profiled.of(()).actions
    missing = [keyword for keyword in ASKED if keyword not in fates]
    if missing:
        return Judgement(False, t("Some are missing:"), tuple(missing))
    wrong = tuple(keyword for keyword in ASKED if str(fates[keyword]).upper() != right[keyword])
    if wrong:
        return Judgement(False, t("{n} of {all} are not what the table says:", n=len(wrong), all=len(ASKED)), wrong)
    return Judgement(True, t("All {n} as in the table.", n=len(ASKED)))


def _dates(keywords: Set[object]) -> Judgement:
    plain, shifted = Profiled.of(()).actions, Profiled.of((Option.MODIFIED_DATES,)).actions
    return missing_and_extra(set(map(str, keywords)), {word for word in plain if plain[word] != shifted[word]})


def _serves(options: Set[Option]) -> bool:
    """Whether these options give the study of growth what it needs, and no true date."""
    try:
        profile = Profiled.of(options)
    except DeidError:
        return False
    actions = profile.actions
    return actions["PatientWeight"] in "KC" and actions["StudyDate"] == "C" and actions["SeriesDescription"] == "C"


def _options(chosen: Set[object]) -> Judgement:
    names = list(_CHOICES)
    known = [number for number in chosen if isinstance(number, int) and 1 <= number <= len(names)]
    if len(known) < len(chosen):
        return Judgement(False, t("Choose from 1 to {last}.", last=len(names)))
    options = {names[number - 1] for number in known}
    if not _serves(options):
        return Judgement(False, t("With these the study does not have what it needs, or it has what it must not have."))
    if any(_serves(options - {option}) for option in options):
        return Judgement(False, t("The study would do with less."))
    return Judgement(True, t("Enough, and nothing that the study does not need (GDPR art. 5(1)(c))."))


LESSON = Lesson(
    id="privacy-profile",
    notebook=52,
    title=t("The profile, element by element"),
    minutes=30,
    roles=(t("researchers"), t("developers"), t("data protection officers")),
    questions=(
        Question(
            id="fates",
            text=t("What does the basic profile do with six attributes?"),
            takes=(Mapping,),
            judge=_fates,
            hints=(
                t("The card of lab.profile() says what each letter means."),
                t('lab.profile().action("PatientName") gives the letter of one attribute.'),
            ),
        ),
        Question(
            id="dates",
            text=t("Which attributes fare otherwise when dates are shifted?"),
            takes=(Set,),
            judge=_dates,
            hints=(
                t("lab.profile().actions is a dictionary: keyword to letter. The shifted one is another."),
                t("Collect the keywords whose letters differ between the two."),
            ),
        ),
        Question(
            id="options",
            text=t("Which options does a study of growing tumours need?"),
            takes=(Set,),
            judge=_options,
            hints=(
                t("Three needs: weight, the days between examinations, and what the series shows."),
                t("The true date of an examination is not among them."),
            ),
            choices=tuple(_CHOICES.values()),
        ),
    ),
)
