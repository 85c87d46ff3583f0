"""From a patient's story to studies and series with dates, numbers and descriptions. Nothing is rendered here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from synthetic_data.locales.locale import Locale
from synthetic_data.model import Device, Patient, Series, Side, Staff, Study
from synthetic_data.people import REFERENCE_DATE
from synthetic_data.protocols import EXAMS, Exam
from synthetic_data.seeding import Role, scattered
from synthetic_data.stories import STORIES, Story, Visit, findings_of

MOST_VISITS = 8
"""More studies than any patient has: numbers are handed out in blocks of this size."""

DEVICES: dict[str, tuple[Device, ...]] = {
    "CT": (Device("CT", "SYNCT01", "Fictiva Spiral 64", "SYN-CT-0001"),),
    "MR": (Device("MR", "SYNMR01", "Fictiva Magnet 1.5T", "SYN-MR-0001"),),
    "DX": (
        Device("DX", "SYNDX01", "Fictiva Thorax Stand", "SYN-DX-0001"),
        Device("DX", "SYNDX02", "Fictiva Bone Table", "SYN-DX-0002"),
    ),
}
"""The hospital's devices by modality; the first radiography room does chests, the second bones."""


@dataclass(frozen=True)
class Team:
    """The hospital's doctors and radiographers."""

    referrers: tuple[Staff, ...]
    radiologists: tuple[Staff, ...]
    operators: tuple[Staff, ...]

    @property
    def everyone(self) -> tuple[Staff, ...]:
        return self.referrers + self.radiologists + self.operators


def plan_studies(patient: Patient, locale: Locale, team: Team, hospital: Role) -> Iterator[Study]:
    """The patient's studies, oldest first."""
    story = next(story for story in STORIES if story.name == patient.story)
    referring = _one_of(team.referrers, patient.role.child("referrer"))
    first = _first_day(patient, story)
    last = datetime.min
    for index, visit in enumerate(story.visits):
        role = patient.role.child("study", index)
        started = max(_time_of(first, visit, story, role), last + timedelta(minutes=35))
        last = started
        yield _plan_study(patient, story, visit, index, started, referring, locale, team, role, hospital)


def _plan_study(
    patient: Patient,
    story: Story,
    visit: Visit,
    index: int,
    started: datetime,
    referring: Staff,
    locale: Locale,
    team: Team,
    role: Role,
    hospital: Role,
) -> Study:
    exam = EXAMS[visit.exam]
    text, why = locale.exams[visit.exam], locale.stories[story.name]
    side: Side = "R" if patient.role.child("side").random().random() < 0.6 else "L"
    number = scattered(hospital.child("order"), patient.index * MOST_VISITS + index, 10**8)
    rooms = DEVICES[exam.modality]
    hand = exam.body_part == "HAND"
    return Study(
        uid=role.uid(),
        number=index + 1,
        patient=patient,
        exam=visit.exam,
        modality=exam.modality,
        body_part=exam.body_part,
        started=started,
        description=text.description.format(side=locale.sides[side]),
        procedure=text.procedure.format(side=locale.sides[side]),
        reason=why.reason,
        history=why.history,
        side=side if hand else None,
        marker=locale.side_letters[side if hand else "L"],
        accession_number=f"{started:%y}{number:08d}",
        study_id=f"E{number:08d}",
        admission_id=f"H{scattered(hospital.child('admission'), patient.index, 10**7):07d}",
        referring=referring,
        performing=_one_of(team.radiologists, role.child("radiologist")),
        operator=_one_of(team.operators, role.child("operator")),
        institution=locale.institution,
        device=rooms[-1] if hand else rooms[0],
        frame_of_reference_uid=role.child("frame of reference").uid(),
        findings=findings_of(visit, patient.role),
        series=tuple(_plan_series(exam, started, locale, role)),
        role=role,
    )


def _plan_series(exam: Exam, started: datetime, locale: Locale, role: Role) -> Iterator[Series]:
    for index, protocol in enumerate(exam.series):
        yield Series(
            uid=role.child("series", index).uid(),
            number=index + 1,
            key=protocol.key,
            description=locale.series[protocol.key],
            started=started + timedelta(minutes=4 * index, seconds=47),
            images=protocol.images,
            rows=protocol.rows,
            columns=protocol.columns,
        )


def _first_day(patient: Patient, story: Story) -> datetime:
    """A day within the year before the last visit could still take place by the reference date."""
    span = story.visits[-1].day
    before = span + patient.role.child("first day").random().randrange(3, 360)
    day = REFERENCE_DATE - timedelta(days=before)
    return datetime(day.year, day.month, day.day)


def _time_of(first: datetime, visit: Visit, story: Story, role: Role) -> datetime:
    """The hour of a visit: any for an emergency's first day, otherwise a weekday from 8 to 18."""
    generator = role.child("time").random()
    emergency = story.emergency and visit.day == 0
    hour = generator.randrange(24) if emergency else generator.randrange(8, 18)
    time = timedelta(days=visit.day, hours=hour, minutes=generator.randrange(60), seconds=generator.randrange(60))
    started = first + time
    weekend = 0 if emergency else max(0, started.weekday() - 4)
    return started - timedelta(days=weekend)


def _one_of(people: tuple[Staff, ...], role: Role) -> Staff:
    return people[role.random().randrange(len(people))]
