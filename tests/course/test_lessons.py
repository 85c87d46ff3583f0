"""Lessons: found by file, judged on what the trainee made, kept in the progress."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab import lessons
from lab.api import Lab
from lab.course.dissection import Dissected
from lab.course.surveyed import Surveyed
from lab.errors import UnknownScenario
from lab.home import Home
from lab.lesson import Lesson, Question
from lab.survey.archive import Archive
from lab.survey.population import course_population
from lab.survey.system import System
from lab.survey.tool.call import request
from lab.survey.tool.finding import Finding, Outcome
from lab.survey.tool.question import ECHO_REQUEST, LEAKED
from lab.syllabus import lesson, syllabus

ALL = [(part, question) for part in syllabus().values() for question in part.questions]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A lab that is not started: lessons of the survey do without the sandbox."""
    return Lab(language="en", home=Home(tmp_path), sandbox="native")


def found(system: System) -> Finding:
    """What a survey finds of a system, without asking it."""
    held = system.holdings
    finding = Finding(system.address, system.port, system.country, records=held.records, images=held.images)
    if system.accessible:
        finding.outcome, finding.attributes = Outcome.ACCESSIBLE, LEAKED
    return finding


FINDINGS = [found(system) for system in course_population().systems]


def test_every_file_is_a_lesson_named_as_its_file_and_they_follow_their_notebooks() -> None:
    files = {path.stem.replace("_", "-") for path in Path(*lessons.__path__).glob("*.py")} - {"--init--"}
    assert set(syllabus()) == files
    numbers = [part.notebook for part in syllabus().values()]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(("part", "question"), ALL, ids=lambda value: value.id)
def test_an_answer_of_another_type_is_not_right_and_its_type_is_said(part: Lesson, question: Question) -> None:
    for answer in ((), (None,), (object(), object(), object())):
        judgement = question.judged(answer)
        assert not judgement.right
        assert all(kind.__name__ in str(judgement.why) for kind in question.takes)
    assert len(question.hints) >= 2


def test_an_answer_is_judged_and_kept_in_the_progress(lab: Lab) -> None:
    right = {system.address for system in course_population().accessible if system.country == "FR"}
    assert not lab.answer("survey-france", "servers", set()).passed
    lab.hint("survey-france", "servers")
    wrong = lab.answer("survey-france", "servers", right | {"127.64.0.1"})
    assert str(wrong.judgement.why) == "Found 8; 0 are missing, 1 do not belong there."
    assert lab.answer("survey-france", "servers", right).passed
    listed = {part["id"]: part["questions"] for part in lab.lessons().json()["lessons"]}  # type: ignore[index]
    servers = listed["survey-france"][0]
    assert (servers["id"], servers["checks"], servers["hints"]) == ("servers", 3, 1)
    assert servers["solved"]
    assert [question["solved"] for question in listed["survey-france"][1:]] == [None, None]


def test_a_lesson_or_question_that_does_not_exist_is_said_with_the_nearest(lab: Lab) -> None:
    with pytest.raises(UnknownScenario, match="Did you mean survey-search"):
        lab.answer("survey-serch", "viewers", None)
    with pytest.raises(UnknownScenario, match="There are: viewers, product"):
        lab.hint("survey-search", "nothing")
    with pytest.raises(UnknownScenario, match="There are: viewers, product"):
        lab.hint("survey-search")


def test_the_choices_of_a_question_are_shown_by_number(lab: Lab) -> None:
    asked = lab.question("survey-law", "may")
    assert asked.json()["choices"][1] == "Send an echo to a stranger’s archive."
    assert " 2   Send an echo" in asked.card().to_text()
    assert not lab.answer("survey-law", "may", {1, 2, 5, 6}).passed
    assert lab.answer("survey-law", "may", {1, 5, 6}).passed


def test_a_rule_that_counts_traps_or_fails_is_told_where() -> None:
    judge = lesson("survey-count").question("open")
    counted = judge.judged((Surveyed(FINDINGS), lambda finding: True))
    assert not counted.right
    assert any("honeypot" in line for line in counted.details)
    broken = judge.judged((Surveyed(FINDINGS), lambda finding: finding.nothing))
    assert not broken.right
    assert "AttributeError" in str(broken.why)
    assert judge.judged((Surveyed(FINDINGS), lambda finding: finding.attributes)).right


def test_a_report_that_names_a_patient_is_refused_and_one_that_lacks_something_is_told_what() -> None:
    system = course_population().accessible[0]
    finding = found(system)
    good = (
        f"To {system.operator}: {finding.address}:{finding.port} on 2019-08-30 shows {finding.records:,} records "
        f"with {', '.join(finding.attributes)}."
    )
    judge = lesson("survey-law").question("report")
    assert judge.judged((finding, good)).right
    assert judge.judged((finding, good.replace("2019-08-30", "today"))).details == (
        "when it was seen (a date, YYYY-MM-DD)",
    )
    for leak in (Archive(system).patient_name(3), Archive(system).patient_id(5)):
        assert "values of patients" in str(judge.judged((finding, f"{good} For example {leak}.")).why)
    closed = next(system for system in course_population().systems if not system.accessible)
    assert "nothing to report" in str(judge.judged((found(closed), good)).why)


def test_a_table_with_one_wrong_number_names_the_country() -> None:
    judge = lesson("survey-report").question("table")
    right = {code: row["images"] for code, row in Surveyed(FINDINGS).totals["by_country"].items()}
    assert judge.judged((right,)).right
    assert judge.judged((right | {"TR": 1},)).details == ("TR",)
    assert not judge.judged((right | {"TR": "many"},)).right
    assert not judge.judged(({},)).right


@pytest.mark.parametrize("message", [request("ANY-SCP", "STUDENT"), ECHO_REQUEST], ids=["associate", "echo"])
def test_the_fields_of_a_dissected_message_are_the_whole_message(message: bytes) -> None:
    fields = Dissected(message).fields
    assert b"".join(field.data for field in fields) == message
    assert [field.start for field in fields] == [
        sum(len(field.data) for field in fields[:number]) for number in range(len(fields))
    ]


@given(st.integers(0, 8), st.binary(max_size=60))
def test_any_bytes_are_dissected_without_an_exception(kind: int, body: bytes) -> None:
    message = bytes((kind, 0)) + len(body).to_bytes(4, "big") + body
    assert Dissected(message).card().to_html()
