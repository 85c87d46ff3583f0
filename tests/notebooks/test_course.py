"""The course itself: solved, it runs to green cards; untouched, it runs too and nothing counts as repaired."""

from __future__ import annotations

import os
import re
import sys
from contextlib import nullcontext
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "notebooks"))

from builder.course import Course
from builder.derive import LANGUAGES

from lab.api import Lab
from lab.catalogue import catalogue
from lab.course.progress import Progress
from lab.home import Home
from lab.i18n import Text, t
from lab.site.baseline import baseline
from lab.syllabus import syllabus
from tests.support.internet import the_internet_to_oneself

ROOT = Path(__file__).resolve().parents[2]
COURSE = Course(ROOT / "notebooks")
SCENARIO_OF = {name.replace("-", "_"): name for name in catalogue()}
LESSON_OF = {name.replace("-", "_"): lesson for name, lesson in syllabus().items()}
QUESTIONS = {lesson.key(question) for lesson in syllabus().values() for question in lesson.questions}
NOTEBOOKS = [source.path.stem for source in COURSE.sources]
CELL_SECONDS = 60


@pytest.fixture
def progress(home: Home) -> Progress:
    """The record of a trainee who has just arrived. Other tests of the session have solved things in this home."""
    home.progress.unlink(missing_ok=True)
    return Progress(home.progress)


@pytest.fixture
def kernel(lab: Lab, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment in which a notebook finds the session's lab. Jupyter writes nothing outside ``tmp_path``."""
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    return os.environ | {"PACSLAB_STATE": str(lab.home.folder), "PACSLAB_SANDBOX": kind, "PYTHONPATH": str(ROOT)}


def executed(name: str, language: str, solved: bool, environment: dict[str, str]) -> nbformat.NotebookNode:
    """The notebook after a run from top to bottom in a kernel of its own. Raises CellExecutionError at an exception."""
    text = COURSE.notebooks((language,), solved)[Path(language, f"{name}.ipynb")]
    notebook = nbformat.reads(text, as_version=4)
    client = NotebookClient(
        notebook, timeout=CELL_SECONDS, kernel_name="python3", resources={"metadata": {"path": ROOT}}
    )
    with the_internet_to_oneself() if "lab.internet(" in text else nullcontext():
        client.execute(env=environment)
    return notebook


def graded(notebook: nbformat.NotebookNode) -> list[str]:
    """The cards of its checks and answers, as text."""
    return [
        output.data["text/plain"]
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.source.splitlines()[-1:][0].startswith(("lab.check(", "lab.answer("))
        for output in cell.outputs
        if output.output_type == "execute_result"
    ]


def expected(name: str) -> tuple[set[str], int]:
    """What a notebook is to leave in the progress as solved, and how many graded cards it is to show at least."""
    lesson = LESSON_OF.get(name[3:])
    if lesson is not None:
        return {lesson.key(question) for question in lesson.questions}, len(lesson.questions)
    scenario = SCENARIO_OF.get(name[3:])
    return ({scenario}, 1) if scenario else (set(), 0)


def says(card: str, words: Text, language: str) -> bool:
    """Whether the card's title line has these words in this language."""
    return f" {words.in_language(language)} " in card.splitlines()[0]


def solved_ones(progress: Progress) -> set[str]:
    return {name for name in {*catalogue(), *QUESTIONS} if progress.standing(name).solved}


def errors(notebook: nbformat.NotebookNode) -> list[str]:
    """What the cells wrote to standard error: warnings that a trainee would wonder about."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]


@pytest.mark.notebooks
@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_solved_notebook_runs_to_green_cards(
    lab: Lab, kernel: dict[str, str], progress: Progress, name: str, language: str
) -> None:
    notebook = executed(name, language, solved=True, environment=kernel)
    cards = graded(notebook)
    solved, at_least = expected(name)
    assert len(cards) >= at_least
    green = t("right") if name[3:] in LESSON_OF else t("repair holds")
    assert [card for card in cards if not says(card, green, language)] == []
    assert solved_ones(progress) == solved
    assert errors(notebook) == []
    assert lab.site == baseline(), "it leaves the site healthy"


@pytest.mark.notebooks
@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_untouched_notebook_runs_and_nothing_in_it_counts_as_repaired(
    lab: Lab, kernel: dict[str, str], progress: Progress, name: str, language: str
) -> None:
    notebook = executed(name, language, solved=False, environment=kernel)
    cards = graded(notebook)
    assert len(cards) >= expected(name)[1]
    assert [card for card in cards if not says(card, t("not yet"), language)] == []
    assert solved_ones(progress) == set()
    assert errors(notebook) == []
    assert lab.site == baseline(), "it leaves the site healthy"


def test_every_lesson_has_its_notebook_and_every_scenario_one_or_the_texts_for_it() -> None:
    ids = [name[3:] for name in NOTEBOOKS]
    assert ids[0] == "welcome"
    assert not set(SCENARIO_OF) & set(LESSON_OF)
    assert set(ids[1:]) <= set(SCENARIO_OF) | set(LESSON_OF)
    assert {f"{lesson.notebook:02}_{name}" for name, lesson in LESSON_OF.items()} <= set(NOTEBOOKS)
    for name in set(SCENARIO_OF) - set(ids[1:]):  # lesson from its own texts: they must be there to tell it
        part = catalogue()[SCENARIO_OF[name]].scenario
        texts = (
            part.title,
            part.story,
            *part.hints,
            *(fix.why for fix in part.fixes),
            *(trace.why for trace in part.traces),
        )
        assert all(map(str, texts)), name


def code_of(name: str) -> str:
    return "\n".join(cell.text for cell in COURSE.sources[NOTEBOOKS.index(name)].cells if cell.kind == "code")


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
