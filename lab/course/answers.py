"""What lessons answer: the judgement of one question, and the list of lessons with the trainee's progress."""

from __future__ import annotations

from dataclasses import dataclass

from lab.course.cards import JSON, Block, Card, Lines, Paragraph, Shown, Table
from lab.course.progress import Standing
from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question


@dataclass(frozen=True, repr=False)
class Judged(Shown):
    """An answer and its judgement. ``passed`` for code."""

    lesson: Lesson
    question: Question
    judgement: Judgement

    @property
    def passed(self) -> bool:
        return self.judgement.right

    def card(self) -> Card:
        blocks: list[Block] = [Paragraph(self.judgement.why, strong=True)]
        if self.judgement.details:
            blocks.append(Lines(self.judgement.details))
        tone, badge = ("good", t("right")) if self.passed else ("bad", t("not yet"))
        return Card(self.question.text, tone, badge, blocks)  # type: ignore[arg-type]

    def json(self) -> JSON:
        return {
            "lesson": self.lesson.id,
            "question": self.question.id,
            "passed": self.passed,
            "why": str(self.judgement.why),
        }


@dataclass(frozen=True, repr=False)
class Asked(Shown):
    """A question, with what there is to choose from."""

    lesson: Lesson
    question: Question

    def card(self) -> Card:
        choices = [(str(number), choice) for number, choice in enumerate(self.question.choices, 1)]
        blocks: list[Block] = [Table(["", t("choice")], choices)] if choices else []
        return Card(self.question.text, "neutral", self.lesson.id, blocks)

    def json(self) -> JSON:
        choices = [str(choice) for choice in self.question.choices]
        return {
            "lesson": self.lesson.id,
            "question": self.question.id,
            "text": str(self.question.text),
            "choices": choices,
        }


@dataclass(frozen=True, repr=False)
class Lessons(Shown):
    """The lessons, and which of their questions are solved."""

    lessons: tuple[tuple[Lesson, tuple[Standing, ...]], ...]

    def card(self) -> Card:
        rows = []
        for lesson, standings in self.lessons:
            solved = t("{solved} of {all}", solved=_solved(standings), all=len(standings))
            rows.append((lesson.id, lesson.title, t("{minutes} min", minutes=lesson.minutes), solved))
        finished = sum(_solved(standings) == len(standings) for _, standings in self.lessons)
        badge = t("{solved} of {all} solved", solved=finished, all=len(rows))
        return Card(t("Lessons"), "neutral", badge, [Table([t("id"), t("lesson"), t("time"), t("questions")], rows)])

    def json(self) -> JSON:
        return {
            "lessons": [
                {
                    "id": lesson.id,
                    "title": str(lesson.title),
                    "minutes": lesson.minutes,
                    "questions": [
                        {
                            "id": question.id,
                            "text": str(question.text),
                            "solved": standing.solved.isoformat() if standing.solved else None,
                            "hints": standing.hints,
                            "checks": standing.checks,
                        }
                        for question, standing in zip(lesson.questions, standings, strict=True)
                    ],
                }
                for lesson, standings in self.lessons
            ]
        }


def _solved(standings: tuple[Standing, ...]) -> int:
    return sum(standing.solved is not None for standing in standings)
