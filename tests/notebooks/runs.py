"""The notebooks of one chapter of the course, executed: solved, they run to green cards; untouched, nothing counts as repaired.

``test_course_<chapter>.py`` says which (its ``CHAPTER``, a range of numbers), so that test processes share the chapters.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.api import Lab
from lab.catalogue import catalogue
from lab.course.progress import Progress
from lab.i18n import t
from lab.site.baseline import baseline
from tests.notebooks.course import (
    COURSE,
    LANGUAGES,
    LESSON_OF,
    errors,
    executed,
    graded,
    grading_cells,
    says,
    solved_ones,
)

SCENARIO_OF = {name.replace("-", "_"): name for name in catalogue()}
# the simulated Internet and the search page lie inside the notebooks' container there
LESSONS_IN_CONTAINERS = {"survey_search"}
NOTEBOOKS = [source.path.stem for source in COURSE.sources]


def runs(chapter: range, solved: bool) -> list[tuple[str, str]]:
    """Which notebooks are executed in which language: solved in one and left untouched in the other, turn by turn.

    Both languages have the same code. The first notebooks, which everybody begins with, are solved in both.
    """
    found = []
    for name in (name for name in NOTEBOOKS if int(name[:2]) in chapter):
        first = LANGUAGES[(int(name[:2]) + solved) % 2]
        both = solved and name[3:] not in LESSON_OF
        found += [(name, language) for language in LANGUAGES if both or language == first]
    return found


def skip_elsewhere(kind: str, name: str, language: str, solved: bool) -> None:
    """In containers the scenarios' notebooks and one on the survey are solved, each in one language; the rest is executed natively."""
    if kind != "compose":
        return
    if name[3:] in LESSON_OF:
        if not (solved and name[3:] in LESSONS_IN_CONTAINERS):
            pytest.skip("lessons are executed with the native sandbox, but for one on the survey")
    elif not (solved and language == LANGUAGES[int(name[:2]) % 2]):
        pytest.skip("in containers, notebooks are solved in one language each")


def expected(name: str) -> tuple[set[str], int]:
    """What a notebook is to leave in the progress as solved, and how many graded cards it is to show at least."""
    lesson = LESSON_OF.get(name[3:])
    if lesson is not None:
        return {lesson.key(question) for question in lesson.questions}, len(lesson.questions)
    scenario = SCENARIO_OF.get(name[3:])
    return ({scenario}, 1) if scenario else (set(), 0)


@pytest.mark.notebooks
@pytest.mark.slow
def test_the_solved_notebook_runs_to_green_cards(
    lab: Lab, kind: str, kernel: dict[str, str], progress: Progress, name: str, language: str
) -> None:
    skip_elsewhere(kind, name, language, solved=True)
    notebook = executed(Path(f"{name}.ipynb"), language, solved=True, environment=kernel)
    cards = graded(notebook)
    solved, at_least = expected(name)
    assert len(cards) == len(grading_cells(notebook)) >= at_least
    green = t("right") if name[3:] in LESSON_OF else t("repair holds")
    assert [card for card in cards if not says(card, green, language)] == []
    assert solved_ones(progress) == solved
    assert errors(notebook) == []
    assert lab.site == baseline(), "it leaves the site healthy"


@pytest.mark.notebooks
@pytest.mark.slow
def test_the_untouched_notebook_runs_and_nothing_in_it_counts_as_repaired(
    lab: Lab, kind: str, kernel: dict[str, str], progress: Progress, name: str, language: str
) -> None:
    skip_elsewhere(kind, name, language, solved=False)
    notebook = executed(Path(f"{name}.ipynb"), language, solved=False, environment=kernel)
    cards = graded(notebook)
    assert len(cards) == len(grading_cells(notebook)) >= expected(name)[1]
    assert [card for card in cards if not says(card, t("not yet"), language)] == []
    assert solved_ones(progress) == set()
    assert errors(notebook) == []
    assert lab.site == baseline(), "it leaves the site healthy"
