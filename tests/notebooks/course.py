"""The course as it is built, and how its notebooks are run and read."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import nullcontext
from functools import cache
from pathlib import Path

import nbformat
from nbclient import NotebookClient

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "notebooks"))

from builder.course import Course
from builder.derive import LANGUAGES

from lab.catalogue import catalogue
from lab.course.progress import Progress
from lab.i18n import Text
from lab.syllabus import syllabus
from tests.support.internet import the_internet_to_oneself

__all__ = [
    "COURSE",
    "KERNEL",
    "LANGUAGES",
    "LESSON_OF",
    "QUESTIONS",
    "ROOT",
    "errors",
    "executed",
    "graded",
    "grading_cells",
    "says",
    "solved_ones",
]

ROOT = Path(__file__).resolve().parents[2]
COURSE = Course(ROOT / "notebooks")
LESSON_OF = {name.replace("-", "_"): lesson for name, lesson in syllabus().items()}
QUESTIONS = {lesson.key(question) for lesson in syllabus().values() for question in lesson.questions}
CELL_SECONDS = 60
KERNEL = "forked"


@cache
def _texts(language: str, solved: bool) -> Mapping[Path, str]:
    return COURSE.notebooks((language,), solved)


def executed(path: Path, language: str, solved: bool, environment: dict[str, str]) -> nbformat.NotebookNode:
    """This notebook, below a language's folder, after a run in a kernel of its own. Raises CellExecutionError at an exception."""
    text = _texts(language, solved)[Path(language, path)]
    notebook = nbformat.reads(text, as_version=4)
    client = NotebookClient(notebook, timeout=CELL_SECONDS, kernel_name=KERNEL, resources={"metadata": {"path": ROOT}})
    with the_internet_to_oneself() if "lab.internet(" in text else nullcontext():
        client.execute(env=environment)
    return notebook


def grading_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The cells that end in a check or an answer: each is to show one card."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [cell for cell in code if cell.source.splitlines()[-1:][0].startswith(("lab.check(", "lab.answer("))]


def graded(notebook: nbformat.NotebookNode) -> list[str]:
    """The cards of its checks and answers, as text."""
    return [
        output.data["text/plain"]
        for cell in grading_cells(notebook)
        for output in cell.outputs
        if output.output_type == "execute_result"
    ]


def says(card: str, words: Text, language: str) -> bool:
    """Whether the card's title line has these words in this language."""
    return f" {words.in_language(language)} " in card.splitlines()[0]


def solved_ones(progress: Progress) -> set[str]:
    return {name for name in {*catalogue(), *QUESTIONS} if progress.standing(name).solved}


def errors(notebook: nbformat.NotebookNode) -> list[str]:
    """What the cells wrote to standard error: warnings that a trainee would wonder about."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]
