"""The course itself: solved, it runs to green cards; untouched, it runs too and nothing counts as repaired."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
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
    ROOT,
    errors,
    executed,
    graded,
    grading_cells,
    says,
    solved_ones,
)

SCENARIO_OF = {name.replace("-", "_"): name for name in catalogue()}
NOTEBOOKS = [source.path.stem for source in COURSE.sources]


def runs(solved: bool) -> list[tuple[str, str]]:
    """Which notebooks are executed in which language. A lesson is solved in one and left untouched in the other, turn by turn."""
    found = []
    for name in NOTEBOOKS:
        lesson = LESSON_OF.get(name[3:])
        found += [
            (name, language)
            for language in (LANGUAGES if lesson is None else [LANGUAGES[(lesson.notebook + solved) % 2]])
        ]
    return found


def skip_elsewhere(kind: str, name: str) -> None:
    if kind == "compose" and name[3:] in LESSON_OF:
        pytest.skip("lessons are executed with the native sandbox")


def expected(name: str) -> tuple[set[str], int]:
    """What a notebook is to leave in the progress as solved, and how many graded cards it is to show at least."""
    lesson = LESSON_OF.get(name[3:])
    if lesson is not None:
        return {lesson.key(question) for question in lesson.questions}, len(lesson.questions)
    scenario = SCENARIO_OF.get(name[3:])
    return ({scenario}, 1) if scenario else (set(), 0)


@pytest.mark.notebooks
@pytest.mark.slow
@pytest.mark.parametrize(("name", "language"), runs(solved=True))
def test_the_solved_notebook_runs_to_green_cards(
    lab: Lab, kind: str, kernel: dict[str, str], progress: Progress, name: str, language: str
) -> None:
    skip_elsewhere(kind, name)
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
@pytest.mark.parametrize(("name", "language"), runs(solved=False))
def test_the_untouched_notebook_runs_and_nothing_in_it_counts_as_repaired(
    lab: Lab, kind: str, kernel: dict[str, str], progress: Progress, name: str, language: str
) -> None:
    skip_elsewhere(kind, name)
    notebook = executed(Path(f"{name}.ipynb"), language, solved=False, environment=kernel)
    cards = graded(notebook)
    assert len(cards) == len(grading_cells(notebook)) >= expected(name)[1]
    assert [card for card in cards if not says(card, t("not yet"), language)] == []
    assert solved_ones(progress) == set()
    assert errors(notebook) == []
    assert lab.site == baseline(), "it leaves the site healthy"


def test_every_lesson_has_its_notebook_and_none_is_about_something_else() -> None:
    ids = [name[3:] for name in NOTEBOOKS]
    assert ids[0] == "welcome"
    assert not set(SCENARIO_OF) & set(LESSON_OF)
    assert set(ids[1:]) <= set(SCENARIO_OF) | set(LESSON_OF)
    assert {f"{lesson.notebook:02}_{name}" for name, lesson in LESSON_OF.items()} <= set(NOTEBOOKS)


def code_of(name: str) -> str:
    return "\n".join(cell.text for cell in COURSE.sources[NOTEBOOKS.index(name)].cells if cell.kind == "code")


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_of_the_lab_a_notebook_imports_the_trainees_handle_and_nothing_behind_it(name: str) -> None:
    ours = {
        (node.module, alias.name) if isinstance(node, ast.ImportFrom) else (alias.name, None)
        for node in ast.walk(ast.parse(code_of(name)))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if re.match(
            r"(lab|synthetic_data|tests)\b", (node.module if isinstance(node, ast.ImportFrom) else alias.name) or ""
        )
    }
    assert ours == {("lab", "Lab")}


@pytest.mark.parametrize("name", [name for name in NOTEBOOKS if name[3:] in SCENARIO_OF])
def test_a_notebook_makes_shows_traces_repairs_and_checks_its_own_scenario(name: str) -> None:
    for verb in ("misconfigure", "probe", "traces", "fixes", "check"):
        assert set(re.findall(rf'lab\.{verb}\("([^"]+)"\)', code_of(name))) == {SCENARIO_OF[name[3:]]}, verb


@pytest.mark.parametrize("name", [name for name in NOTEBOOKS if name[3:] in LESSON_OF])
def test_a_lessons_notebook_answers_each_of_its_questions_once(name: str) -> None:
    lesson = LESSON_OF[name[3:]]
    answered = re.findall(r'lab\.answer\("([^"]+)", "([^"]+)"', code_of(name))
    assert sorted(answered) == sorted((lesson.id, question.id) for question in lesson.questions)


def test_what_is_committed_is_what_the_sources_give() -> None:
    assert COURSE.stale(LANGUAGES) == []
    assert COURSE.untranslated() == []
    assert COURSE.catalogue_is_current()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_outputs_are_committed(name: str, language: str) -> None:
    notebook = nbformat.read(ROOT / "notebooks" / language / f"{name}.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.outputs for cell in code] == [[]] * len(code)
    assert {cell.execution_count for cell in code} == {None}


def test_french_signs_stand_behind_a_no_break_space() -> None:
    code = re.compile(r"`[^`]*`|https?://\S+|<[^>]*>")
    wrong = []
    for message in COURSE.catalogue:
        french = code.sub("", str(message.string or ""))
        wrong += re.findall(r".{0,20} [:;!?»%€].{0,10}|.{0,10}« .{0,20}", french) if message.id else []
    assert wrong == []
