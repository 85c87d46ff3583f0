"""Rules and accounts are measured on the truth of a recorded day: half an hour with a sweep, a spray and a scanner in it."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lab.api import Lab
from lab.cli import main
from lab.course.detected import Detected
from lab.course.investigated import Investigated, Notified
from lab.course.watched import Watched
from lab.detection.breach import Account, examine, tolerance
from lab.detection.events.load import load
from lab.detection.events.table import frame
from lab.detection.notification import Notification
from lab.detection.recording import DAY, Recording
from lab.detection.rules.attribution import Attribution
from lab.detection.rules.export import named
from lab.detection.rules.score import names_address, score
from lab.detection.rules.sigma import rule_from, shipped
from lab.detection.samples import SEEN, UNSEEN, sample_days
from lab.detection.traffic.intrusion import known
from lab.detection.truth import Effect, Incident, Label
from lab.errors import LabError
from lab.home import Home

FOLDER = Path(__file__).parent / "samples" / "half-hour"
HEAD = "title: mine\nlogsource: {product: nginx, service: access}\ndetection:\n"


@pytest.fixture(scope="module")
def sample() -> Recording:
    return Recording.load(FOLDER)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A lab in which no day was recorded yet. The days that come with it are unpacked once for all tests."""
    return Lab(home=Home(tmp_path_factory.mktemp("fresh")), sandbox="native")


def incident_of(sample: Recording, kind: str) -> Incident:
    return next(incident for incident in sample.truth.incidents if incident.intrusion == kind)


def test_the_shipped_rules_find_both_intrusions_and_leave_the_scanner_alone(sample: Recording) -> None:
    data = Detected(score(shipped(), [sample])).json()
    assert (data["precision"], data["recall"], data["false_alarms_per_day"]) == (1.0, 1.0, 0.0)
    kinds = data["intrusions"]
    assert sorted(kind for kind in kinds if kinds[kind]["incidents"]) == ["password-spray", "survey-sweep"]
    assert data["advice"] == []


def test_false_alarms_are_counted_for_the_intrusion_that_the_rule_is_about(sample: Recording) -> None:
    noisy = rule_from(HEAD + "  all: {event.action: http}\n  condition: all\nintrusion: password-spray\n", "noisy")
    silent = rule_from(HEAD + "  a: {user.name: nobody}\n  condition: a\nintrusion: insider\n", "silent")
    anything = rule_from(HEAD + "  a: {url.path: /system}\n  condition: a\n", "anything")
    kinds = score([noisy, silent, anything], [sample]).data()["intrusions"]
    figures = {
        kind: (kinds[kind]["alerts"] > 0, (kinds[kind]["precision"] or 0) < 1)
        for kind in ("password-spray", "insider", "other")
    }
    assert figures == {"password-spray": (True, True), "insider": (False, True), "other": (True, True)}
    assert kinds["insider"]["precision"] is None
    assert kinds["password-spray"]["false_alarms_per_day"] > 10


def test_the_shipped_rules_hold_where_everybody_in_a_zone_has_one_address(sample: Recording, tmp_path: Path) -> None:
    hidden = sample.save(tmp_path / "hidden")
    address = re.compile(re.escape(sample.day.prefix.encode()) + rb"\.(\d)\.\d+")
    for name in ("orthanc", "gateway-access", "gateway-stream"):
        log = hidden.sensor(name)
        assert log is not None
        # the gateway sees the zone's client; the archive sees the gateway, whoever asks
        seen = rb".\1.9" if name != "orthanc" else b".1.1"
        log.write_bytes(address.sub(sample.day.prefix.encode() + seen, log.read_bytes()))
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
    assert not Detected(scored).passed


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        ("source.ip: 127.28.3.66", True), ("source.ip|startswith: 127.28.3.", True), ("source.ip|endswith: '.147'", True),
        ("source.ip|cidr: 127.28.3.0/24", True), ("source.ip|re: '.*7'", True), ("c-ip: 192.0.2.1", True),
        ("event.original|contains: 127.28.3.66", True), ("event.original|re: '127\\.28\\.3\\.66'", True),
        ("source.ip|exists: true", False), ("source.ip: null", False), ("dicom.keys: 1.2.840.10008.5.1.4.1.1.2", False),
    ],
)  # fmt: skip
def test_an_address_is_found_wherever_a_rule_holds_one(condition: str, named: bool) -> None:
    assert names_address(rule_from(HEAD + f"  a: {{{condition}}}\n  condition: a\n")) is named


def test_silence_on_a_day_without_intruders_passes(sample: Recording) -> None:
    silent = rule_from(HEAD + "  a: {user.name: nobody}\n  condition: a\nintrusion: insider\n")
    assert Detected(score([silent], [sample])).passed


def test_a_rule_that_never_rings_is_told_so(sample: Recording) -> None:
    scored = score([rule_from(HEAD + "  a: {user.name: nobody}\n  condition: a\n")], [sample])
    assert (scored.precision, scored.recall) == (None, 0.0)
    assert "It never rang" in str(scored.advice[0])


def test_events_are_laid_beside_the_requests_that_left_them(sample: Recording) -> None:
    attribution = Attribution(sample.truth, sample.day.transparent)
    database = load(sample)
    table = frame(database, "\"event.dataset\" IN ('nginx.access', 'orthanc.audit')")
    rows = [
        dict.fromkeys(("user.name", "dicom.calling_aet", "url.path", "http.request.method", "destination.port"))
        | {k: (None if v != v else v) for k, v in row.items()}
        for row in table.to_dict("records")
    ]
    database.close()
    found = [attribution.request(row) for row in rows]
    assert sum(request is None for request in found) == 0
    # each web request has exactly one line in the gateway's log, and nobody else's
    web = Counter(
        request.number
        for request, row in zip(found, rows, strict=True)
        if request and row["event.dataset"] == "nginx.access"
    )
    assert web == Counter(request.number for request in sample.truth.requests if request.protocol == "http")
    hidden = Attribution(sample.truth, transparent=False)
    assert [hidden.request(row).incident for row in rows] == [request.incident for request in found]  # type: ignore[union-attr]


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


def test_on_a_fast_day_times_may_be_off_by_what_a_busy_machine_takes() -> None:
    assert [tolerance(speed) for speed in (1, 200, 720)] == [timedelta(minutes=minutes) for minutes in (5, 5, 18)]


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
        "whole": (True, "right"),
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


@pytest.mark.parametrize(
    ("copied", "changed", "deleted", "nature"),
    [
        (True, False, False, ["Confidentiality: images left the archive."]),
        (False, False, False, ["Confidentiality: records were looked up; no image left the archive."]),
        (False, True, False, ["Integrity: records were altered, or forged ones added."]),
        (False, False, True, ["Availability: records were deleted."]),
        (
            True,
            True,
            False,
            ["Confidentiality: images left the archive.", "Integrity: records were altered, or forged ones added."],
        ),
    ],
)
def test_the_nature_of_a_breach_follows_from_what_was_done(
    copied: bool, changed: bool, deleted: bool, nature: list[str]
) -> None:
    attributes = [] if changed or deleted else ["name"]
    day = "2026-11-21 08:00"
    account = Account.of(["P"], attributes, day, day, "X", copied, changed=changed, deleted=deleted)
    form = Notification(account, datetime(2026, 11, 21))
    assert [str(line) for line in form.sections()[0][1]][:-1] == nature
    assert form.patients_must_be_told is (copied or changed or deleted)
    assert len(form.sections()) == 6 + form.patients_must_be_told


def test_a_late_notification_gives_its_reasons_and_the_number_of_records() -> None:
    account = Account.of(["P"], ["image"], "2026-11-21 08:00", "2026-11-21 09:00", "X", True, records=12)
    aware, notes = datetime(2026, 11, 21), {"delay": "the log was on a machine that was seized"}
    page = Notification(account, aware, (), notes=notes, sent=datetime(2026, 11, 24, 0, 1)).html()
    assert "Reasons for the delay (art. 33(1)): the log was on a machine that was seized" in page
    assert "about 12 records (studies)" in page
    assert "somebody got into our image archive who had no right to" in page
    assert "Reasons for the delay" not in Notification(account, aware, sent=datetime(2026, 11, 23, 23, 59)).html()


@pytest.mark.parametrize("kind", ["injected-study", "deletion", "overwritten-image", "password-spray"])
def test_every_kind_of_incident_can_be_accounted_for(kind: str, fresh: Lab) -> None:
    days = [day for which in (SEEN, UNSEEN) for day in sample_days(fresh.home.folder / "samples", which)]
    day = next(day for day in days if kind in {incident.intrusion for incident in day.truth.incidents})
    incident = incident_of(day, kind)
    requests = [request for request in day.truth.requests if request.incident == incident.id]
    touches = [touch for request in requests for touch in request.touches]
    effects = {touch.effect for touch in touches}
    attributes = {attribute for touch in touches for attribute in touch.attributes}
    clock = day.day.clock
    times = clock.moment(incident.began), clock.moment(incident.ended)
    did = {"changed": Effect.CHANGED in effects, "deleted": Effect.DELETED in effects}
    by = next(request.aet or request.account or "" for request in requests)
    right = Account.of(incident.patients, attributes, *times, by, Effect.COPIED in effects, **did)
    examined = examine(right, day)
    assert (examined.incident.id, examined.right) == (incident.id, True)
    wrong = Account.of(incident.patients, attributes, *times, by, Effect.COPIED in effects, changed=True, deleted=True)
    assert not examine(wrong, day).right


def test_where_addresses_are_hidden_none_of_them_names_the_intruder(sample: Recording, tmp_path: Path) -> None:
    incident = incident_of(sample, "survey-sweep")
    address = next(request.address for request in sample.truth.requests if request.incident == incident.id)
    account = replace(right_account(sample), by=address)
    assert examine(account, sample).right
    hidden = sample.save(tmp_path / "hidden")
    day = json.loads((hidden.folder / DAY).read_text("utf-8"))
    (hidden.folder / DAY).write_text(json.dumps(day | {"transparent": False}), "utf-8")
    assert not examine(account, Recording.load(hidden.folder)).right


def test_the_command_line_runs_rules_over_recorded_days(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yml", tmp_path / "bad.yml"
    good.write_text(next(rule for rule in shipped() if rule.name == "survey-sweep").text)
    bad.write_text(HEAD + "  a: {user.name: nobody}\n  condition: a\n")
    run = CliRunner().invoke
    found = run(main, ["detect", str(good), "--day", str(FOLDER), "--json"])
    assert (found.exit_code, json.loads(found.output)["recall"]) == (0, 1.0)
    assert run(main, ["detect", str(bad), "--day", str(FOLDER)]).exit_code == 1
    assert run(main, ["detect", str(tmp_path / "none.yml"), "--day", str(FOLDER)]).exit_code == 2
    assert run(main, ["detect", str(good), "--day", str(FOLDER), "--play", "1"]).exit_code == 2
    scored = run(main, ["rules", "score", "--recorded", str(FOLDER), "--json"])
    assert (scored.exit_code, json.loads(scored.output)["precision"]) == (0, 1.0)


def test_the_trainees_handle_takes_a_name_a_file_or_a_text(tmp_path: Path) -> None:
    lab = Lab(home=Home(tmp_path), sandbox="native")
    text = next(rule for rule in shipped() if rule.name == "survey-sweep").text
    assert lab.detect("survey-sweep", FOLDER).passed
    assert lab.detect(text, FOLDER).passed
    assert len(lab.events(FOLDER, "\"event.action\" = 'c-find'")) > 1


@pytest.mark.slow
def test_without_a_day_the_days_that_come_with_the_lab_are_taken(fresh: Lab) -> None:
    detected = fresh.detect(list(shipped()))
    assert detected.seen is not None
    both = (detected.score, detected.seen)
    assert [(scored.precision, scored.recall, len(scored.days)) for scored in both] == [(1.0, 1.0, 2)] * 2
    kinds = {name for name, found in known().items() if found.intrusion.label is Label.MALICIOUS}
    assert [set(scored.by_intrusion) for scored in both] == [kinds] * 2
    assert "unseen (these count)" in str(detected.card().blocks)


@pytest.mark.slow
def test_a_rule_that_fits_the_seen_days_only_does_not_pass(fresh: Lab) -> None:
    days = sample_days(fresh.home.folder / "samples", SEEN)
    title = next(request.aet for day in days for request in day.truth.requests if request.intrusion == "survey-sweep")
    text = named("survey-sweep").text.replace("dicom.declared: 0", f"dicom.calling_aet: {title}")
    detected = fresh.detect(text)
    assert detected.seen is not None
    assert (detected.seen.recall, detected.score.recall, detected.passed) == (1.0, 0.0, False)


def test_the_day_recorded_last_is_the_one_that_was_seen(fresh: Lab, tmp_path: Path, sample: Recording) -> None:
    lab = Lab(home=Home(tmp_path), sandbox="native")
    sample.save(tmp_path / "days" / "day-1")
    sample.save(tmp_path / "days" / "unseen-70000")
    (tmp_path / "samples").symlink_to(fresh.home.folder / "samples")
    for rule, hours in (("survey-sweep", [0.5]), ("insider", [3.0, 3.0])):  # of the second it has nobody
        seen, unseen = lab._days_for([named(rule)], 0, None)
        assert [day.day.hours for day in seen] == hours
        assert [day.day.hours for day in unseen] == [3.0, 3.0]


def test_saved_days_are_scored_again_only_when_they_are_the_very_same(
    tmp_path: Path, sample: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def day(self: Lab, hours: float, speed: float, seed: int, **more: Any) -> Watched:
        asked.append((hours, speed, seed, more["again"], Path(more["folder"]).name))
        return Watched(sample)

    monkeypatch.setattr(Lab, "day", day)
    command = [
        "rules",
        "score",
        "--days",
        "2",
        "--seed",
        "7",
        "--hours",
        "2",
        "--speed",
        "60",
        "--save",
        str(tmp_path),
        "--json",
    ]
    answer = CliRunner().invoke(main, command)
    assert (answer.exit_code, json.loads(answer.stdout)["days"]) == (0, 2)
    assert asked == [(2.0, 60.0, 7, False, "7"), (2.0, 60.0, 8, False, "8")]


def test_scoring_that_is_broken_off_is_not_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def day(self: Lab, *args: Any, **more: Any) -> Watched:
        raise KeyboardInterrupt

    monkeypatch.setattr(Lab, "day", day)
    assert CliRunner().invoke(main, ["rules", "score", "--days", "1"]).exit_code == 2
    rule = tmp_path / "rule.yml"
    rule.write_text(named("survey-sweep").text)
    assert CliRunner().invoke(main, ["detect", str(rule), "--play", "1"]).exit_code == 2
