"""The lessons of detection: judged on the truth of a recorded day, and on none of their own."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.api import Lab
from lab.course.ruling import ruling
from lab.course.watched import Watched
from lab.detection.conduct import recorded
from lab.detection.recording import DAY, Recording
from lab.detection.rules.export import named
from lab.detection.traffic.plan import make_plan
from lab.home import Home
from lab.lesson import Judgement
from lab.syllabus import lesson

FOLDER = Path(__file__).parents[1] / "detection" / "samples" / "half-hour"
VISITORS = ["survey-sweep", "password-spray", "scanner"]
SWEEP = named("survey-sweep").text


@pytest.fixture(scope="module")
def seen() -> Watched:
    return Watched(Recording.load(FOLDER))


@pytest.fixture(scope="module")
def unseen(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """The same half hour as if it were another day's."""
    copy = Recording(FOLDER).save(tmp_path_factory.mktemp("days") / "other")
    text = json.loads((copy.folder / DAY).read_text("utf-8"))
    (copy.folder / DAY).write_text(json.dumps(text | {"seed": 4}), "utf-8")
    return Watched(Recording.load(copy.folder))


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(language="en", home=Home(tmp_path), sandbox="native")


def judged(name: str, question: str, *answer: object) -> Judgement:
    return lesson(name).question(question).judged(answer)


def test_the_default_log_is_counted_from_the_recording(seen: Watched) -> None:
    assert str(judged("detect-silent-logs", "lines", seen, 2).why) == "The default log has fewer."
    assert str(judged("detect-silent-logs", "lines", seen, 0).why) == "The default log has more."
    right = judged("detect-silent-logs", "lines", seen, 1)
    assert (right.right, str(right.why)) == (True, "Of 1569 lines at --verbose, the default log has 1.")


def test_only_the_scanner_who_was_refused_stands_in_the_default_log(seen: Watched) -> None:
    assert judged("detect-silent-logs", "hidden", seen, {"survey-sweep", "password-spray"}).right
    assert not judged("detect-silent-logs", "hidden", seen, set(VISITORS)).right
    assert not judged("detect-silent-logs", "hidden", seen, {1, None}).right


@pytest.mark.parametrize(
    ("sensors", "why"),
    [
        ({"gateway-access", "gateway-stream"}, "2 sensors together show them all."),
        ({"gateway-access", "gateway-stream", "jobs"}, "They show everything. Fewer would, too."),
        ({"lua-audit"}, "They miss one intrusion."),
        ({"jobs"}, "They miss 3 intrusions."),
    ],
)
def test_the_fewest_sensors_are_worked_out(seen: Watched, sensors: set[str], why: str) -> None:
    judgement = judged("detect-sensors", "cover", seen, sensors)
    assert (str(judgement.why), judgement.right) == (why, why.startswith("2"))


def test_a_sensor_that_nobody_leaves_on_is_not_among_the_choices(seen: Watched) -> None:
    judgement = judged("detect-sensors", "cover", seen, {"orthanc-verbose"})
    assert not judgement.right
    assert judgement.details == ("orthanc-verbose",)
    assert str(judgement.why).startswith("Choose among: orthanc-default, lua-audit, gateway-access")


def test_the_sources_that_name_the_account_are_those_of_web_requests_and_what_is_kept_of_an_image(
    seen: Watched,
) -> None:
    assert judged("detect-sensors", "account", seen, {"orthanc.audit", "nginx.access", "orthanc.metadata"}).right
    assert not judged("detect-sensors", "account", seen, {"orthanc.audit"}).right


def test_a_question_about_somebody_who_did_not_come_says_so(seen: Watched) -> None:
    for name, question, answer in (
        ("detect-association", "taken", (seen, "CT1", 3)),
        ("detect-slow", "borrowed", (seen, "WORKST1", 16)),
        ("detect-slow", "rule", (SWEEP, seen, seen)),
        ("detect-insider", "who", (seen, "dr.moreau", {"x"})),
    ):
        assert not judged(name, question, *answer).right
    assert str(judged("detect-insider", "who", seen, "x", set()).why).startswith("On this day nobody read")


def test_a_planted_line_is_told_by_the_audit_line_of_its_request() -> None:
    planted = "I1122 08:00:00.000000 main.cpp:352] Incoming Store request from AET CT1 on IP 127.28.1.10, calling AET P"
    path = "/nothing" + unquote(quote("\n" + planted))
    stamp = "1122 09:00:00.00000"
    audit = json.dumps({"allowed": True, "event": "http", "ip": "x", "method": "GET", "uri": path, "user": "u"})
    head, tail = path.split("\n")
    lines = [
        f"I{stamp}1 HttpServer.cpp:1244] (http) GET {head}", tail,
        f"W{stamp}2 LuaContext.cpp:94] Lua says: AUDIT {audit}",
        f"I{stamp}3 HttpServer.cpp:1244] (http) GET /system",
    ]  # fmt: skip
    assert [judged("detect-association", "planted", lines, number).right for number in range(6)] == [
        False, False, True, False, False, False,
    ]  # fmt: skip
    none = judged("detect-association", "planted", [None, 3], 1)
    assert (none.right, str(none.why)) == (False, "None of these 2 lines was planted.")


def test_the_shipped_rules_pass_as_answers(seen: Watched, unseen: Watched) -> None:
    assert judged("detect-first-rule", "sweep", SWEEP, seen, unseen).right
    assert judged("detect-first-rule", "spray", named("password-spray").text, seen, unseen).right


def test_a_rule_is_told_why_it_does_not_pass(seen: Watched, unseen: Watched) -> None:
    def why(text: str, *days: Watched) -> str:
        judgement = ruling(text, "survey-sweep", *(days or (seen, unseen)))
        assert not judgement.right
        return str(judgement.why)

    address = next(request.address for request in seen.truth.requests if request.intrusion == "survey-sweep")
    assert why("") == "There is no rule yet."
    assert why(SWEEP, seen, seen).startswith("Both days are the same one.")
    assert why("title: nothing\n") == "The rule does not run."
    assert why(SWEEP.replace("dicom.wildcard: 1", f"source.ip: {address}")).startswith("It names an address.")
    everything = SWEEP.replace("dicom.declared: 0", "dicom.level: STUDY").replace("    dicom.wildcard: 1\n", "")
    assert why(everything).startswith("On the unseen day: 1 of 1 incidents found, ")
    assert (
        why(SWEEP.replace("wildcard: 1", "wildcard: 7")) == "On the unseen day: 0 of 1 incidents found, 0 false alarms."
    )


DETECTION = "title: x\nlogsource: {product: orthanc, service: audit}\ndetection:\n  a: "
RULES = st.one_of(
    st.text(max_size=80),
    st.text(max_size=80).map(lambda text: f"title: x\n{text}"),
    st.tuples(
        st.sampled_from(["source.ip", "dicom.matches", "user.name|re", "url.path|contains", "dicom.known|exists", "nothing", "timestamp|gt"]),
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.lists(st.text(max_size=5), max_size=3)),
        st.sampled_from(["a", "not a", "b", "1 of a*", ""]),
    ).map(lambda parts: DETECTION + json.dumps({parts[0]: parts[1]}) + f"\n  condition: {parts[2]}\n"),
)  # fmt: skip


@pytest.fixture(scope="module")
def brief(unseen: Watched, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    return shortened(unseen, tmp_path_factory.mktemp("days") / "brief")


@pytest.fixture(scope="module")
def briefly_seen(seen: Watched, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    return shortened(seen, tmp_path_factory.mktemp("days") / "brief")


def shortened(day: Watched, folder: Path) -> Watched:
    """A day of which the logs' beginnings are left, to be read quickly."""
    copy = day.recording.save(folder)
    for log in (copy.folder / "sensors").glob("*.log"):
        log.write_bytes(b"\n".join(log.read_bytes().split(b"\n")[:50]))
    return Watched(copy)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(RULES)
def test_whatever_stands_for_a_rule_is_judged(brief: Watched, briefly_seen: Watched, text: str) -> None:
    judgement = ruling(text, "survey-sweep", briefly_seen, brief)
    assert str(judgement.why)
    assert not str(judgement.why).startswith("Both days")


def test_an_account_of_another_incident_is_said_to_be_one_and_the_form_gives_the_deadline(
    lab: Lab, seen: Watched
) -> None:
    patients = seen.truth.incidents[0].patients
    aware = datetime(2026, 11, 22, 23, 30)
    account = lab.investigate(
        seen, patients=patients, attributes=["procedure"], began=aware, ended=aware, by="x", copied=False
    )
    assert str(judged("detect-breach", "account", account).why) == "This account is about another incident of the day."
    form = lab.notify(account, aware=aware)
    for hours, right in ((71, False), (72, True), (73, False)):
        assert judged("detect-breach", "deadline", form, aware + timedelta(hours=hours)).right is right
    assert str(judged("detect-breach", "told", form, True).why).startswith("First the account")
    copied = lab.investigate(
        seen, patients=patients, attributes=["procedure"], began=aware, ended=aware, by="x", copied=True
    )
    assert judged("detect-breach", "told", lab.notify(copied, aware=aware), True).right
    assert not judged("detect-breach", "told", lab.notify(copied, aware=aware), False).right


def test_a_day_that_is_recorded_already_is_taken_up_and_another_one_is_not(seen: Watched) -> None:
    day = seen.recording.day
    plan = make_plan(day.seed, day.hours, VISITORS)
    assert recorded(plan, day.speed, "native", FOLDER) == seen.recording
    assert recorded(plan, 600.0, "native", FOLDER) is None
    assert recorded(plan, day.speed, "compose", FOLDER) is None
    assert recorded(make_plan(day.seed, day.hours, VISITORS[:2]), day.speed, "native", FOLDER) is None
    assert recorded(plan, day.speed, "native", FOLDER.parent) is None
