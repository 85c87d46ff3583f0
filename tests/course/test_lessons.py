"""Lessons: found by file, judged on what the trainee made, kept in the progress."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab import lessons
from lab.api import Lab
from lab.course.dissection import Dissected
from lab.course.internet import Answered, HandCall
from lab.course.surveyed import Surveyed
from lab.errors import LabError, UnknownScenario
from lab.home import Home
from lab.i18n import t
from lab.lesson import Judgement, Lesson, Question
from lab.model import readable_name
from lab.survey.archive import Archive
from lab.survey.population import course_population
from lab.survey.system import System
from lab.survey.tool.call import Message, request
from lab.survey.tool.finding import Finding, Outcome
from lab.survey.tool.question import ECHO_REQUEST, LEAKED
from lab.survey.tool.target import targets_of
from lab.survey.wire import dimse
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


def test_counting_is_judged_on_each_system_once_and_without_the_labs_own_verdict() -> None:
    judge = lesson("survey-count").question("open")
    assert not judge.judged((Surveyed([FINDINGS[0]] * len(FINDINGS)), lambda finding: finding.attributes)).right
    assert not judge.judged((Surveyed(FINDINGS), lambda finding: finding.accessible)).right
    autumn = Surveyed([found(system) for system in course_population(2).known], 2)
    assert "of summer 2019" in str(judge.judged((autumn, lambda finding: finding.attributes)).why)


def called(system: System, *messages: Message) -> HandCall:
    """A call to this system on which these messages crossed."""
    call = HandCall.__new__(HandCall)
    call.target, call.transcript = targets_of([system])[0], list(messages)
    return call


def test_an_echo_counts_that_was_written_by_hand_and_succeeded() -> None:
    judge = lesson("survey-by-hand").question("echo")
    request_ = {dimse.COMMAND: dimse.C_ECHO_RQ, dimse.MESSAGE: 1}
    good, bad = (Message(False, dimse.response(1, request_, status)) for status in (0, 0x0122))
    own, labs = Message(True, ECHO_REQUEST, by_hand=True), Message(True, ECHO_REQUEST)
    system = course_population().accessible[0]
    assert judge.judged((called(system, own, good),)).right
    why = {
        name: str(judge.judged((called(system, *messages),)).why)
        for name, messages in {"none": (), "labs": (labs, good), "failed": (own, bad), "silent": (own,)}.items()
    }
    assert why == {
        "none": "No C-ECHO-RQ crossed this connection.",
        "labs": "The C-ECHO-RQ is the lab's own (.echo()). Write one, and send it with .send(…).",
        "failed": "The archive answered, and its status is not 0x0000, success.",
        "silent": "A C-ECHO-RQ crossed, and no C-ECHO-RSP came back.",
    }


def test_systems_of_the_other_epoch_get_a_judgement() -> None:
    first = {system.address for system in course_population().systems}
    new = next(system for system in course_population(2).accessible if system.address not in first)
    by_hand = lesson("survey-by-hand")
    for judgement in (
        by_hand.question("implementation").judged((called(new), "X")),
        by_hand.question("august").judged(
            (Answered(called(new).target, ("StudyDate",), 0, ({"StudyDate": "20190801"},)),)
        ),
    ):
        assert "has no such system" in str(judgement.why)
    assert "nothing to report" in str(lesson("survey-law").question("report").judged((found(new), "text")).why)


NUMBERS = st.one_of(st.floats(), st.sampled_from([0.0, -1.0, 1e308, float("nan"), float("inf")]))
ANYTHING = st.one_of(
    st.none(), st.integers(), NUMBERS, st.text(max_size=5), st.binary(max_size=3), st.tuples(st.integers())
)
ANSWERS: dict[type, st.SearchStrategy[object]] = {
    float: NUMBERS,
    int: st.integers(),
    str: st.text(max_size=40),
    Set: st.one_of(st.frozensets(ANYTHING, max_size=4), st.sets(ANYTHING, max_size=4)),
    set: st.sets(ANYTHING, max_size=4),
    dict: st.dictionaries(ANYTHING, ANYTHING, max_size=4),
    Mapping: st.dictionaries(ANYTHING, ANYTHING, max_size=4),
    datetime: st.datetimes(timezones=st.one_of(st.none(), st.just(UTC))),
    Surveyed: st.sampled_from([Surveyed([]), Surveyed(FINDINGS[:3]), Surveyed(FINDINGS, 2)]),
    Finding: st.sampled_from(FINDINGS),
}
SURVEY = [
    (part, question) for part, question in ALL if part.id.startswith("survey-") and set(question.takes) <= set(ANSWERS)
]


@pytest.mark.parametrize(("part", "question"), SURVEY, ids=lambda value: value.id)
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_whatever_is_handed_in_gets_a_judgement(part: Lesson, question: Question, data: st.DataObject) -> None:
    answer = tuple(data.draw(ANSWERS[kind]) for kind in question.takes)
    assert isinstance(question.judged(answer), Judgement)
    assert str(question.judged(answer).why)


def test_a_judge_that_stumbles_over_an_answer_says_over_what() -> None:
    def judge(value: float) -> Judgement:
        return Judgement(round(value) == 1, "")

    asked = Question("q", t("?"), (float,), judge, (t("a"), t("b")))
    assert str(asked.judged((float("nan"),)).why) == (
        "This answer cannot be judged: cannot convert float NaN to integer."
    )
    with pytest.raises(LabError):  # what the lab itself cannot do is no answer's fault
        replace(asked, judge=lambda _: (_ for _ in ()).throw(LabError(t("no lab"), t("start it")))).judged((1.0,))


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
    archive = Archive(system)
    shown = readable_name(archive.patient_name(archive.records - 1))
    birth = archive.birth_date(7)
    for leak in (
        archive.patient_name(3),
        archive.patient_id(archive.records - 1),
        shown,
        " ".join(reversed(shown.split())),
        ", ".join(shown.upper().split()),
        birth.isoformat(),
        f"{birth:%Y%m%d}",
        f"{birth:%d/%m/%Y}",
    ):
        assert "values of patients" in str(judge.judged((finding, f"{good} For example {leak}.")).why), leak
    assert judge.judged((finding, f"{good} To Whom It May Concern: Close The Port, Port 104. Kind Regards")).right
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
