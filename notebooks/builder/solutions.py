"""The two readings of a code cell: with its solution, or with the lines that stand in the trainee's copy instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from builder.source import Cell, SourceError

BEGIN, END, TRAINEE = "# solution", "# end solution", "# trainee:"
_NEARLY = re.compile(r"#\s*((end[\s_-]*)?solution\s*:?|trainee\s*:.*)", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One line of code, its number in the source file, and the stretch between markers that it belongs to."""

    text: str
    number: int
    stretch: int


def code_lines(path: Path, cell: Cell, solved: bool) -> list[Line]:
    """The lines of a code cell without markers: with its solutions, or as the trainee gets them.

    Raises SourceError for markers that don't pair, a solution without code or without trainee lines, and for what looks
    like a marker but is not spelt like one (it would show the solution to the trainee).
    """
    return _Reading(path, cell).lines(solved)


class _Reading:
    def __init__(self, path: Path, cell: Cell) -> None:
        self.path, self.cell = path, cell
        self.opened_at: int | None = None
        self.stretch = 0
        self.solution: list[Line] = []
        self.trainee: list[Line] = []

    def lines(self, solved: bool) -> list[Line]:
        read: list[Line] = []
        for number, text in enumerate(self.cell.text.split("\n"), start=self.cell.line):
            word = text.strip()
            if word == BEGIN:
                self._begin(number)
            elif word == END:
                self._end(number)
                read += self.solution if solved else self.trainee
            elif word == TRAINEE or word.startswith(f"{TRAINEE} "):
                self._trainee_line(text, number)
            elif _NEARLY.fullmatch(word):
                raise self._error(f"{word!r} is not a marker: write {BEGIN!r}, {END!r} or '{TRAINEE} …'", number)
            elif self.opened_at is None:
                read.append(Line(text, number, self.stretch))
            elif not self.trainee:
                self.solution.append(Line(text, number, self.stretch))
            elif word:
                raise self._error(f"the solution ends with its '{TRAINEE}' lines: move this line above them", number)
        if self.opened_at is not None:
            raise self._error(f"this {BEGIN!r} has no {END!r}", self.opened_at)
        return read

    def _begin(self, number: int) -> None:
        if self.opened_at is not None:
            raise self._error(f"a second {BEGIN!r} before the {END!r} of line {self.opened_at}'s", number)
        self.opened_at = number
        self.stretch += 1
        self.solution, self.trainee = [], []

    def _end(self, number: int) -> None:
        if self.opened_at is None:
            raise self._error(f"this {END!r} has no {BEGIN!r}", number)
        if not any(line.text.strip() for line in self.solution):
            raise self._error("this solution is empty", self.opened_at)
        if not self.trainee:
            raise self._error(
                f"this solution has no '{TRAINEE}' line: write what stands in the trainee's copy, "
                f"such as '{TRAINEE} repair = {{}}', before {END!r}",
                self.opened_at,
            )
        self.opened_at = None
        self.stretch += 1

    def _trainee_line(self, text: str, number: int) -> None:
        if self.opened_at is None:
            raise self._error(f"a '{TRAINEE}' line stands between {BEGIN!r} and {END!r}", number)
        indent, _, line = text.partition(TRAINEE)
        self.trainee.append(Line((indent + line.removeprefix(" ")).rstrip(), number, self.stretch))

    def _error(self, message: str, number: int) -> SourceError:
        return SourceError(self.path, message, self.cell.number, number)
