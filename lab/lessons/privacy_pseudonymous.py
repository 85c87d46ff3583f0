"""Pseudonymous or anonymous: who is found again without a name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from datetime import datetime
from pathlib import Path

from lab.course.practice import Practice
from lab.deid.problems import DeidError
from lab.deid.score.objects import Seen, read_folder
from lab.deid.score.pairing import pair
from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question

_FEWEST = 5
_PERSONAL = {
    t("Images without names; the hospital keeps the key in its safe."): True,
    t("The same images, the key destroyed, the days between each patient’s visits as they were."): True,
    t("How many CTs the hospital made in each month."): False,
    t("Slices of a head without any header, from which a face can be drawn."): True,
    t("A table of age groups and examinations in which each row stands for hundreds of people."): False,
    t("The key file by itself."): True,
}


def _distances(files: list[Seen]) -> dict[str, tuple[int, ...]]:
    """For each patient of these files the days between the first visit and each of the others."""
    days: dict[str, set[int]] = defaultdict(set)
    for file in files:
        days[file.text("PatientID")].add(datetime.strptime(file.text("StudyDate"), "%Y%m%d").toordinal())
    return {patient: tuple(day - min(visits) for day in sorted(visits)) for patient, visits in days.items()}


def _unique(practice: Practice, people: int) -> Judgement:
    patterns = _distances(read_folder(practice.folder))
    right = sum(count == 1 for count in Counter(patterns.values()).values())
    if people == right:
        return Judgement(
            True, t("{n} of {all} patients are alone with their pattern of visits.", n=right, all=len(patterns))
        )
    return Judgement(False, t("{n} of {all} is not right.", n=people, all=len(patterns)))


def _portraits(practice: Practice) -> list[tuple[str, ...]]:
    """For each patient: sex, decade of the age at the first visit, hospital, and the examinations."""
    files: dict[str, list[Seen]] = defaultdict(list)
    for file in read_folder(practice.folder):
        files[file.text("PatientID")].append(file)
    return [
        (
            own[0].text("PatientSex"),
            min(file.text("PatientAge") for file in own)[:2],
            own[0].text("InstitutionName"),
            *sorted({file.text("StudyDescription") for file in own}),
        )
        for own in files.values()
    ]


def _rare(one: Practice, other: Practice, alone: Mapping[object, object]) -> Judgement:
    portraits = _portraits(one) + _portraits(other)
    known = {"person": 2, "hospital": 3, "examinations": max(map(len, portraits), default=0)}
    for name, parts in known.items():
        counts = Counter(portrait[:parts] for portrait in portraits)
        if alone.get(name) != sum(count == 1 for count in counts.values()):
            return Judgement(
                False, t("{name}: {n} of {all} is not right.", name=name, n=alone.get(name), all=len(portraits))
            )
    return Judgement(
        True,
        t("Each thing that is known makes more of the {all} patients the only one of their kind.", all=len(portraits)),
    )


def _linked(practice: Practice, target: Path, names: Mapping[object, object]) -> Judgement:
    try:
        sources, found = read_folder(practice.folder), read_folder(target)
    except (DeidError, OSError) as error:
        return Judgement(False, str(error))
    if len(found) < len(sources):
        return Judgement(False, t("{n} of {all} files are there.", n=len(found), all=len(sources)))
    truth = {
        other.text("PatientID"): one.text("PatientName")
        for one, other in zip(sources, pair(sources, found), strict=True)
        if other is not None
    }
    if len(names) < _FEWEST:
        return Judgement(False, t("{n} people are named; there are at least {all}.", n=len(names), all=_FEWEST))
    wrong = sum(truth.get(str(pseudonym)) != str(name) for pseudonym, name in names.items())
    if wrong:
        return Judgement(False, t("{n} of {all} names are wrong.", n=wrong, all=len(names)))
    return Judgement(True, t("{n} people have their names back, without the key.", n=len(names)))


def _personal(chosen: Set[object]) -> Judgement:
    wrong = sum((number in chosen) is not personal for number, personal in enumerate(_PERSONAL.values(), 1))
    if wrong:
        return Judgement(False, t("{n} of {all} are not right yet.", n=wrong, all=len(_PERSONAL)))
    return Judgement(True, t("What counts is not whether a name is there, but whether somebody can be found again."))


LESSON = Lesson(
    id="privacy-pseudonymous",
    notebook=55,
    title=t("Pseudonymous or anonymous"),
    minutes=45,
    roles=(t("data protection officers"), t("researchers"), t("ethics committees")),
    questions=(
        Question(
            id="unique",
            text=t("How many patients are alone with their pattern of visits?"),
            takes=(Practice, int),
            judge=_unique,
            hints=(
                t("pattern has a tuple of days for each pseudonym. Which tuples occur once?"),
                t("collections.Counter counts them; pattern.value_counts() does so, too."),
            ),
        ),
        Question(
            id="linked",
            text=t("Who is who, without the key?"),
            takes=(Practice, Path, Mapping),
            judge=_linked,
            hints=(
                t("The days of the diary have been shifted, their distances have not. Compute them as for pattern."),
                t("A pseudonym belongs to a name when its pattern is that of the diary, and nobody else has it."),
            ),
        ),
        Question(
            id="rare",
            text=t("How many patients are alone with sex and age, with the hospital as well, with the examinations as well?"),
            takes=(Practice, Practice, Mapping),
            judge=_rare,
            hints=(
                t("portraits has one row a patient. Which rows occur once when you look at the first two columns only?"),
                t("Each of knowledge names columns: group by them, and count the groups with one row."),
            ),
        ),
        Question(
            id="portrait",
            text=t("Who is who, without a date?"),
            takes=(Practice, Path, Mapping),
            judge=_linked,
            hints=(
                t("What is told of somebody is one row of portraits: compare all four columns."),
                t("Only a row that fits alone is a person."),
            ),
        ),
        Question(
            id="personal",
            text=t("Which of these are personal data?"),
            takes=(Set,),
            judge=_personal,
            hints=(
                t("GDPR, recital 26: all means that somebody is reasonably likely to use to single a person out."),
                t("Four of the six are."),
            ),
            choices=tuple(_PERSONAL),
        ),
    ),
)  # fmt: skip
