"""The course itself: solved, it runs to green cards; untouched, it runs too and nothing counts as repaired."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import nbformat
import pytest

from tests.notebooks.course import COURSE, LANGUAGES, LESSON_OF, ROOT
from tests.notebooks.runs import *  # noqa: F403
from tests.notebooks.runs import NOTEBOOKS, SCENARIO_OF, runs

CHAPTER = range(0, 40)


def test_every_lesson_has_its_notebook_and_none_is_about_something_else() -> None:
    ids = [name[3:] for name in NOTEBOOKS]
    assert ids[0] == "welcome"
    assert not set(SCENARIO_OF) & set(LESSON_OF)
    assert set(ids[1:]) <= set(SCENARIO_OF) | set(LESSON_OF)
    assert {f"{lesson.notebook:02}_{name}" for name, lesson in LESSON_OF.items()} <= set(NOTEBOOKS)


def test_every_notebook_is_executed_in_one_chapter() -> None:
    modules = [import_module(f"tests.notebooks.{path.stem}") for path in Path(__file__).parent.glob("test_course*.py")]
    executed = [name for module in modules for solved in (True, False) for name, _ in runs(module.CHAPTER, solved)]
    assert set(executed) == set(NOTEBOOKS)
    assert sum(len(module.CHAPTER) for module in modules) == len({n for module in modules for n in module.CHAPTER})


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
