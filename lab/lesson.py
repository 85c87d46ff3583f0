"""What a lesson file is made of. A lesson is a part of the course without a weakness to repair: it asks questions.

``lab/lessons/<id>.py`` defines ``LESSON``. A question's judge gets what the trainee's own cells made, finds out for itself
what is right, and says why an answer is not. It never compares with a value that is written down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lab.errors import UnknownScenario
from lab.i18n import Text, t
from lab.model import visible
from lab.scenario import Reference


@dataclass(frozen=True)
class Judgement:
    """Whether an answer is right, and why, in words that help on without giving the answer away."""

    right: bool
    why: Text | str
    details: tuple[str, ...] = ()
    """Lines of evidence, shown as they are."""


@dataclass(frozen=True)
class Question:
    """One graded question. ``judge`` takes the parts of an answer, which have the types ``takes``; it has no effects."""

    id: str
    text: Text
    takes: tuple[type, ...]
    judge: Callable[..., Judgement]
    hints: tuple[Text, ...]
    choices: tuple[Text, ...] = ()
    """What there is to choose from, where the answer goes by numbers, from 1."""

    def judged(self, answer: tuple[object, ...]) -> Judgement:
        """The judgement of an answer; one of another type is not right, and its type is said.

        An answer of the right type may still be one that nobody thought of (not a number, a day with a time zone, an address of
        somewhere else): what it raises in the judge is said.
        """
        wanted = ", ".join(kind.__name__ for kind in self.takes)
        given = ", ".join(type(part).__name__ for part in answer)
        fits = len(answer) == len(self.takes) and all(map(isinstance, answer, self.takes))
        if not fits:
            return Judgement(
                False, t("The answer is of type {given}; it should be {wanted}.", given=given, wanted=wanted)
            )
        try:
            return self.judge(*answer)
        except (ArithmeticError, AttributeError, LookupError, StopIteration, TypeError, ValueError) as error:
            return Judgement(
                False, t("This answer cannot be judged: {reason}.", reason=visible(f"{error}"[:200] or repr(error)))
            )


@dataclass(frozen=True)
class Lesson:
    """One lesson as data. ``id`` is the file's name with hyphens, in ``lab/lessons`` and (behind a number) in ``notebooks/src``."""

    id: str
    notebook: int
    """The number of its notebook, which gives the lessons their order."""
    title: Text
    minutes: int
    roles: tuple[Text, ...]
    """Who in a hospital should take this lesson."""
    questions: tuple[Question, ...]
    references: tuple[Reference, ...] = ()

    def question(self, name: str) -> Question:
        """The question with this id. Raises UnknownScenario."""
        for question in self.questions:
            if question.id == name:
                return question
        known = ", ".join(question.id for question in self.questions)
        raise UnknownScenario(
            t("{lesson} has no question {question!r}.", lesson=self.id, question=name),
            t("There are: {known}.", known=known),
        )

    def key(self, question: Question) -> str:
        """Under which name the progress keeps a question."""
        return f"{self.id}/{question.id}"


def missing_and_extra(found: set[str], right: set[str]) -> Judgement:
    """The judgement of a set by what it lacks and what it has too much, as numbers and without names."""
    missing, extra = len(right - found), len(found - right)
    if not missing and not extra:
        return Judgement(True, t("All {n} of them, and nothing else.", n=len(right)))
    return Judgement(
        False,
        t("Found {n}; {missing} are missing, {extra} do not belong there.", n=len(found), missing=missing, extra=extra),
    )
