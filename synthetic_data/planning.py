"""From a patient's story to studies and series with dates, numbers and descriptions. Nothing is rendered here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from synthetic_data.devices import device_for
from synthetic_data.locales.locale import Locale, Service
from synthetic_data.model import Patient, Series, Side, Staff, Study
from synthetic_data.people import first_day
from synthetic_data.phrases import exam_text, series_text, story_text
from synthetic_data.protocols import EXAMS, Contents, Exam
from synthetic_data.seeding import Role, scattered
from synthetic_data.stories import STORIES, Visit, findings_of
from synthetic_data.syntaxes import Syntax, syntax_of, weight_of

MOST_VISITS = 8
"""More studies than any patient has: numbers are handed out in blocks of this size."""

DAYS_IN_HOSPITAL = 10
"""How long someone who came as an emergency may be on a ward."""


@dataclass(frozen=True)
class Team:
    """The hospital's doctors and radiographers."""

    referrers: tuple[Staff, ...]
    radiologists: tuple[Staff, ...]
    operators: tuple[Staff, ...]
    clinicians: tuple[Staff, ...]

    @property
    def everyone(self) -> tuple[Staff, ...]:
        return self.referrers + self.radiologists + self.operators + self.clinicians


class Planner:
    """Plans the studies of one hospital's patients."""

    def __init__(
        self, locale: Locale, team: Team, role: Role, objects: Contents = "images", syntax: Syntax = "device"
    ) -> None:
        self._locale, self._team, self._role = locale, team, role
        self._objects, self._syntax = objects, syntax

    def studies(self, patient: Patient) -> Iterator[Study]:
        """The patient's studies, oldest first."""
        story = next(story for story in STORIES if story.name == patient.story)
        first = datetime.combine(first_day(patient.role, story), time.min)
        last = datetime.min
        for index, visit in enumerate(story.visits):
            role = patient.role.child("study", index)
            if story.emergency and visit.day == 0:
                last = _arrival(first, patient.role) if index == 0 else last + _next_room(role)
            else:
                last = max(_time_of(first, visit, role), last + timedelta(minutes=35))
            yield self._study(patient, visit, index, last, role)

    def _study(self, patient: Patient, visit: Visit, index: int, started: datetime, role: Role) -> Study:
        exam, locale, team = EXAMS[visit.exam], self._locale, self._team
        text, why = exam_text(locale, visit.exam), story_text(locale, patient.story)
        hand = exam.body_part == "HAND"
        side: Side = "R" if patient.role.child("side").random().random() < 0.6 else "L"
        number = scattered(self._role.child("order"), patient.index * MOST_VISITS + index, 10**8)
        service = _service_of(visit, patient.story)
        referring = _one_of(team.referrers, patient.role.child("referrer"))
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
            side=side,
            marker=locale.side_letters[side if hand else "L"],
            accession_number=f"{started:%y}{number:08d}",
            study_id=f"E{number:08d}",
            admission_id=f"H{scattered(self._role.child('admission'), patient.index, 10**7):07d}",
            order_number=f"O{scattered(self._role.child('placer'), number, 10**8):08d}",
            service=locale.services[service],
            requesting=referring if service == "outpatients" else _one_of(team.clinicians, role.child("clinician")),
            referring=referring,
            reporting=_one_of(team.radiologists, role.child("reporter")),
            performing=_one_of(team.radiologists, role.child("radiologist")),
            operator=_one_of(team.operators, role.child("operator")),
            institution=locale.institution,
            device=device_for(exam.modality, hand, role.child("device")),
            frame_of_reference_uid=role.child("frame of reference").uid(),
            findings=findings_of(visit, patient.role),
            series=tuple(_plan_series(exam, started, locale, role, self._objects, self._syntax)),
            locale=locale.name,
            role=role,
        )


def _plan_series(
    exam: Exam, started: datetime, locale: Locale, role: Role, objects: Contents, syntax: Syntax
) -> Iterator[Series]:
    for index, protocol in enumerate(exam.series):
        if protocol.document and objects == "images":
            continue
        content = protocol.content or protocol.modality or exam.modality
        transfer_syntax_uid = syntax_of(protocol, content, syntax)
        yield Series(
            uid=role.child("series", index).uid(),
            number=index + 1,
            key=protocol.key,
            modality=protocol.modality or exam.modality,
            content=content,
            transfer_syntax_uid=transfer_syntax_uid,
            description=series_text(locale, protocol.key),
            started=started + timedelta(minutes=4 * index, seconds=47),
            images=protocol.images,
            rows=protocol.rows,
            columns=protocol.columns,
            frames=protocol.frames,
            weight=weight_of(protocol, content, transfer_syntax_uid),
        )


def _arrival(first: datetime, role: Role) -> datetime:
    """When an emergency's first examination takes place: at any hour of any day."""
    generator = role.child("arrival").random()
    return first + timedelta(minutes=generator.randrange(24 * 60), seconds=generator.randrange(60))


def _next_room(role: Role) -> timedelta:
    """How long after one examination an emergency's next begins: three of them fit into an hour."""
    generator = role.child("next room").random()
    return timedelta(minutes=generator.randrange(16, 27), seconds=generator.randrange(60))


def _time_of(first: datetime, visit: Visit, role: Role) -> datetime:
    """When a planned visit takes place: from 8 to 18, put off to Monday from a weekend."""
    generator = role.child("time").random()
    hour = generator.randrange(8, 18)
    later = timedelta(days=visit.day, hours=hour, minutes=generator.randrange(60), seconds=generator.randrange(60))
    started = first + later
    return started + timedelta(days=0 if started.weekday() < 5 else 7 - started.weekday())


def _service_of(visit: Visit, story_name: str) -> Service:
    """Who asks: the emergency department, the ward in the days after, and from outside at any other time."""
    emergency = next(story.emergency for story in STORIES if story.name == story_name)
    if not emergency or visit.day > DAYS_IN_HOSPITAL:
        return "outpatients"
    return "emergency" if visit.day == 0 else "ward"


def _one_of(people: tuple[Staff, ...], role: Role) -> Staff:
    return people[role.random().randrange(len(people))]
