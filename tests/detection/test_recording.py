"""A recording can be saved and loaded; what is none is refused; the truth ledger keeps every word."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from lab.cli import main
from lab.course.watched import Watched
from lab.detection.recording import DAY, TRUTH, Recording
from lab.detection.sensors.visibility import visibility
from lab.detection.truth import Effect, Label, Request, Touch, Truth
from lab.errors import LabError

SAMPLE = Path(__file__).parent / "samples" / "half-hour"
TOUCH = Touch(Effect.COPIED, "SYN-1", "2.25.1", 3, ("name", "image"))
REQUEST = Request(
    1, 10.0, 10.5, 28_800.0, "ct1", "modality", "clinic", "127.28.1.10", "CT1", None, "dicom", "C-GET", "STUDY 2.25.1", 0, 1,
    Label.MALICIOUS, "bulk-get", "bulk-get-1", (TOUCH,),
)  # fmt: skip


@pytest.fixture(scope="module")
def sample() -> Recording:
    return Recording.load(SAMPLE)


def test_the_truth_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    truth = Truth((REQUEST,))
    truth.save(tmp_path / TRUTH)
    assert Truth.load(tmp_path / TRUTH) == truth
    assert [path.name for path in tmp_path.iterdir()] == [TRUTH]


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / TRUTH).write_text("nothing of the kind")
    with pytest.raises(LabError, match="is no truth ledger"):
        Truth.load(tmp_path / TRUTH)


def test_an_incident_is_summed_up_from_its_requests() -> None:
    (incident,) = Truth((REQUEST,)).incidents
    assert (incident.id, incident.intrusion, incident.requests, incident.patients) == (
        "bulk-get-1",
        "bulk-get",
        1,
        ("SYN-1",),
    )


def test_a_recording_can_be_saved_elsewhere_and_loaded(sample: Recording, tmp_path: Path) -> None:
    copy = Recording.load(sample.save(tmp_path / "copy").folder)
    assert (copy.day, copy.truth) == (sample.day, sample.truth)
    sample.save(tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_a_folder_with_something_else_in_it_is_not_replaced(sample: Recording, tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("the only copy")
    with pytest.raises(LabError, match="is no recorded day"):
        sample.save(tmp_path)
    assert (tmp_path / "thesis.odt").read_text() == "the only copy"


@pytest.mark.parametrize("content", [None, "", "[]", '{"format": 99}', '{"format": 1}'])
def test_a_folder_without_a_recording_is_refused(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / DAY).write_text(content)
    with pytest.raises(LabError, match="holds no recorded day"):
        Recording.load(tmp_path)


def test_nothing_but_the_truth_tells_who_the_intruder_is(sample: Recording) -> None:
    names = {incident.who for incident in sample.truth.incidents}
    intruders = {request.address for request in sample.truth.requests if request.label is not Label.BENIGN}
    told = (SAMPLE / DAY).read_text("utf-8")
    assert [name for name in (*names, *intruders) if name in told] == []


def test_the_clock_turns_a_log_line_s_time_into_the_hospital_s(sample: Recording) -> None:
    day = sample.day
    assert day.clock.moment(day.real_start) == datetime.combine(day.clock.date, datetime.min.time()).replace(hour=8)
    assert day.clock.seconds(day.real_start + 1) == 8 * 3600 + day.speed
    assert day.clock.real(day.clock.seconds(day.real_start + 12.5)) == pytest.approx(day.real_start + 12.5)
    assert all(
        request.day_seconds == pytest.approx(day.clock.seconds(request.began)) for request in sample.truth.requests
    )


def test_with_default_logs_the_intruder_is_invisible(sample: Recording) -> None:
    found = visibility(sample)
    assert found.rows["survey-sweep"]["orthanc-default"] == 0
    assert found.rows["password-spray"]["orthanc-default"] == 0
    assert found.rows["survey-sweep"]["gateway-stream"] == 2
    assert found.rows["password-spray"]["gateway-access"] == 45
    assert "orthanc-verbose" in found.seen_by("survey-sweep")
    assert "capture" not in found.columns


@pytest.mark.slow
def test_a_recording_shows_itself_as_plot_card_and_json(sample: Recording) -> None:
    watched = Watched(sample)
    page = watched._repr_html_()
    assert page.count("<svg") == 1
    assert "A hospital&#x27;s day" in page
    assert json.loads(json.dumps(watched.json()))["requests"] == len(sample.truth.requests)
    assert "2 intrusions of 3 left no line in the archive's default log." in str(watched.visibility)


def test_pacslab_day_shows_a_recording() -> None:
    answer = CliRunner().invoke(main, ["day", "--load", str(SAMPLE), "--json"])
    assert answer.exit_code == 0
    assert {entry["id"] for entry in json.loads(answer.stdout)["incidents"]} == {
        "password-spray-1",
        "scanner-1",
        "survey-sweep-1",
    }


def test_pacslab_day_says_when_there_is_nothing_to_show(tmp_path: Path) -> None:
    answer = CliRunner().invoke(main, ["day", "--load", str(tmp_path)])
    assert answer.exit_code == 2
