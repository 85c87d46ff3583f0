"""Rules and accounts are measured on the truth of a recorded day: half an hour with a sweep, a spray and a scanner in it."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from lab.api import Lab
from lab.cli import main
from lab.course.detected import Detected
from lab.course.investigated import Investigated, Notified
from lab.detection.breach import Account, examine
from lab.detection.events.load import load
from lab.detection.events.table import frame
from lab.detection.notification import Notification
from lab.detection.recording import DAY, Recording
from lab.detection.rules.attribution import Attribution
from lab.detection.rules.score import score
from lab.detection.rules.sigma import rule_from, shipped
from lab.detection.truth import Incident, Label
from lab.errors import LabError
from lab.home import Home

FOLDER = Path(__file__).parent / "samples" / "half-hour"
HEAD = "title: mine\nlogsource: {product: nginx, service: access}\ndetection:\n"


@pytest.fixture(scope="module")
def sample() -> Recording:
    return Recording.load(FOLDER)


def incident_of(sample: Recording, kind: str) -> Incident:
    return next(incident for incident in sample.truth.incidents if incident.intrusion == kind)


def test_the_shipped_rules_find_both_intrusions_and_leave_the_scanner_alone(sample: Recording) -> None:
    data = Detected(score(shipped(), [sample])).json()
    assert (data["precision"], data["recall"], data["false_alarms_per_day"]) == (1.0, 1.0, 0.0)
    assert sorted(data["intrusions"]) == ["password-spray", "survey-sweep"]
    assert data["advice"] == []


def test_the_shipped_rules_hold_where_everybody_in_a_zone_has_one_address(sample: Recording, tmp_path: Path) -> None:
    hidden = sample.save(tmp_path / "hidden")
    address = re.compile(re.escape(sample.day.prefix.encode()) + rb"\.(\d)\.\d+")
    for name in ("orthanc", "gateway-access", "gateway-stream"):
        log = hidden.sensor(name)
        assert log is not None
        log.write_bytes(address.sub(sample.day.prefix.encode() + rb".\1.9", log.read_bytes()))
    day = json.loads((hidden.folder / DAY).read_text("utf-8"))
    (hidden.folder / DAY).write_text(json.dumps(day | {"transparent": False}), "utf-8")
    scored = score(shipped(), [Recording.load(hidden.folder)])
    assert (scored.precision, scored.recall) == (1.0, 1.0)


def test_the_time_to_the_first_alarm_is_that_of_the_day(sample: Recording) -> None:
    scored = score([rule for rule in shipped() if rule.name == "password-spray"], [sample])
    (found,) = scored.wanted
    spray = incident_of(sample, "password-spray")
    lasted = (spray.ended - spray.began) * sample.day.speed
    assert found.delay is not None
    assert 0 < found.delay < lasted


def test_a_rule_that_rings_for_everything_scores_badly_and_is_told_why(sample: Recording) -> None:
    everything = rule_from(HEAD + "  all: {event.action: http}\n  condition: all\n")
    scored = score([everything], [sample])
    assert (scored.precision or 0) < 0.5
    assert scored.false_alarms_per_day > 100
    assert any("An alarm that always rings is switched off" in str(line) for line in scored.advice)
    assert not Detected(scored).passed


def test_a_rule_that_names_an_address_is_told_that_the_next_intruder_has_another(sample: Recording) -> None:
    spray = incident_of(sample, "password-spray")
    address = next(request.address for request in sample.truth.requests if request.incident == spray.id)
    scored = score(
        [rule_from(HEAD + f"  a: {{source.ip: {address}}}\n  condition: a\nintrusion: password-spray\n")], [sample]
    )
    assert scored.recall == 1.0
    assert "names an address" in str(scored.advice[0])


def test_a_rule_that_never_rings_is_told_so(sample: Recording) -> None:
    scored = score([rule_from(HEAD + "  a: {user.name: nobody}\n  condition: a\n")], [sample])
    assert (scored.precision, scored.recall) == (None, 0.0)
    assert "It never rang" in str(scored.advice[0])


def test_events_are_laid_beside_the_requests_that_left_them(sample: Recording) -> None:
    attribution = Attribution(sample.truth, sample.day.transparent)
    database = load(sample)
    table = frame(database, "\"event.dataset\" IN ('nginx.access', 'orthanc.audit')")
    rows = [
        dict.fromkeys(("user.name", "dicom.calling_aet", "url.path", "http.request.method", "destination.port")) | row
        for row in table.to_dict("records")
    ]
    found = [attribution.request({k: (None if v != v else v) for k, v in row.items()}) for row in rows]
    database.close()
    assert sum(request is None for request in found) == 0
    assert {r.number for r in found if r and r.label is Label.MALICIOUS} >= {
        r.number for r in sample.truth.requests if r.incident == "password-spray-1"
    }


def right_account(sample: Recording) -> Account:
    incident = incident_of(sample, "survey-sweep")
    requests = [request for request in sample.truth.requests if request.incident == incident.id]
    clock = sample.day.clock
    attributes = {attribute for request in requests for touch in request.touches for attribute in touch.attributes}
    return Account.of(
        incident.patients,
        attributes,
        clock.moment(incident.began),
        clock.moment(incident.ended).isoformat(),
        requests[0].aet or "",
        False,
    )


def test_the_right_account_of_an_incident_is_right_in_every_point(sample: Recording) -> None:
    examined = examine(right_account(sample), sample)
    assert (examined.incident.intrusion, examined.right) == ("survey-sweep", True)
    assert Investigated(examined).card().tone == "good"


def test_each_wrong_point_is_told_without_giving_the_answer_away(sample: Recording) -> None:
    right = right_account(sample)
    patients = sorted(right.patients)
    wrong = Account.of(
        [*patients[1:], "SYN-0"],
        ["name"],
        right.began - timedelta(hours=1),
        right.ended + timedelta(hours=1),
        "NOBODY",
        True,
    )
    points = {point.name: (point.right, str(point.remark)) for point in examine(wrong, sample).points}
    count, attributes = len(patients), len(right.attributes)
    assert points == {
        "patients": (False, f"{count - 1} right, 1 missing, 1 too many"),
        "attributes": (False, f"1 right, {attributes - 1} missing, 0 too many"),
        "began": (False, "too early"), "ended": (False, "too late"), "by": (False, "not so"), "copied": (False, "not so"),
    }  # fmt: skip
    assert not any(patients[0] in remark for _, remark in points.values())


def test_what_is_no_attribute_and_no_time_is_refused() -> None:
    with pytest.raises(LabError, match="'shoe size' is no attribute"):
        Account.of([], ["shoe size"], "2026-11-21 08:00", "2026-11-21 08:00", "", False)
    with pytest.raises(LabError, match="'noon' is no date and time"):
        Account.of([], [], "noon", "2026-11-21 08:00", "", False)


def test_a_notification_has_its_deadline_and_says_whether_the_patients_are_told(
    sample: Recording, tmp_path: Path
) -> None:
    notified = Notified(
        Notification(right_account(sample), datetime(2026, 11, 21, 9, 0), ("the port was closed <now>",))
    )
    page = notified.save(tmp_path / "form.html").read_text("utf-8")
    assert "told by 2026-11-24 09:00 (72 hours)" in page
    assert "Tell the patients: yes" in page
    assert "the port was closed &lt;now&gt;" in page
    nobody = Account.of([], [], "2026-11-21 08:00", "2026-11-21 08:00", "", False)
    assert not Notification(nobody, datetime(2026, 11, 21)).patients_must_be_told


def test_the_command_line_runs_rules_over_recorded_days(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yml", tmp_path / "bad.yml"
    good.write_text(next(rule for rule in shipped() if rule.name == "survey-sweep").text)
    bad.write_text(HEAD + "  a: {user.name: nobody}\n  condition: a\n")
    run = CliRunner().invoke
    found = run(main, ["detect", str(good), "--day", str(FOLDER), "--json"])
    assert (found.exit_code, json.loads(found.output)["recall"]) == (0, 1.0)
    assert run(main, ["detect", str(bad), "--day", str(FOLDER)]).exit_code == 1
    assert run(main, ["detect", str(tmp_path / "none.yml"), "--day", str(FOLDER)]).exit_code == 2
    assert run(main, ["detect", str(good)]).exit_code == 2
    scored = run(main, ["rules", "score", "--recorded", str(FOLDER), "--json"])
    assert (scored.exit_code, json.loads(scored.output)["precision"]) == (0, 1.0)


def test_the_trainees_handle_takes_a_name_a_file_or_a_text(tmp_path: Path) -> None:
    lab = Lab(home=Home(tmp_path), sandbox="native")
    text = next(rule for rule in shipped() if rule.name == "survey-sweep").text
    assert lab.detect("survey-sweep", FOLDER).passed
    assert lab.detect(text, FOLDER).passed
    assert len(lab.events(FOLDER, "\"event.action\" = 'c-find'")) > 1
    with pytest.raises(LabError, match="No recorded day was named"):
        lab.detect("survey-sweep")
