"""The verbs of the lessons, which ask questions instead of having something repaired."""

from __future__ import annotations

from lab.course.answers import Asked, Judged, Lessons
from lab.course.internet import OpenInternet
from lab.syllabus import lesson, syllabus
from lab.verbs.base import Running


class Learning(Running):
    """See ``Lab``."""

    def lessons(self) -> Lessons:
        """The lessons that ask questions instead of having something repaired, with the trainee's progress."""
        parts = syllabus().values()
        return Lessons(
            tuple((part, tuple(self._progress.standing(part.key(q)) for q in part.questions)) for part in parts)
        )

    def question(self, name: str, question: str) -> Asked:
        """A question of a lesson, with the numbers of what there is to choose from."""
        part = lesson(name)
        return Asked(part, part.question(question))

    def answer(self, name: str, question: str, *answer: object) -> Judged:
        """Answer a question of a lesson with what one's cells have made. Judged, and kept in the progress."""
        part = lesson(name)
        asked = part.question(question)
        judged = Judged(part, asked, asked.judged(answer))
        self._progress.record(part.key(asked), "checked", "passed" if judged.passed else "failed")
        if judged.passed:
            self._progress.record(part.key(asked), "solved")
        return judged

    def internet(self, epoch: int = 1) -> OpenInternet:
        """The simulated Internet of the survey: ``epoch`` 1 is summer 2019, 2 is two months later. Starts when it is used."""
        return OpenInternet(self.home.folder, epoch)
