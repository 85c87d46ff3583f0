"""``pacslab events``: what the parsers make of a recorded day's logs, and of the running sandbox's, on the command line."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lab.cli import main
from lab.course.eventlist import EventList
from lab.detection.events.live import live_events
from lab.detection.events.load import events
from lab.detection.events.schema import DATASETS
from lab.detection.recording import FILES, Recording
from lab.sandbox.protocol import Log
from lab.site.baseline import baseline
from lab.site.zones import Network

FOLDER = Path(__file__).parent / "samples" / "half-hour"


@pytest.fixture(scope="module")
def all_of_them() -> list[dict[str, Any]]:
    return list(events(Recording.load(FOLDER)))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["events", *arguments])


def listed(*arguments: str) -> list[dict[str, Any]]:
    answer = run(str(FOLDER), "--json", *arguments)
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.output)
    shown: list[dict[str, Any]] = found["events"]
    return shown


def test_every_event_of_a_recorded_day_is_listed_in_the_order_of_time(all_of_them: list[dict[str, Any]]) -> None:
    shown = listed()
    assert Counter(event["event.dataset"] for event in shown) == Counter(e["event.dataset"] for e in all_of_them)
    assert set(DATASETS) >= {event["event.dataset"] for event in shown}
    times = [event["timestamp"] for event in shown]
    assert times == sorted(times)
    assert all(value is not None for event in shown for value in event.values())


def test_events_are_chosen_by_source_action_and_time(all_of_them: list[dict[str, Any]]) -> None:
    chosen = listed(
        "--source", "orthanc.audit", "--source", "nginx.stream", "--action", "c-find", "--action", "connection"
    )
    assert {(event["event.dataset"], event["event.action"]) for event in chosen} == {
        ("orthanc.audit", "c-find"),
        ("nginx.stream", "connection"),
    }
    minutes = Counter(event["timestamp"][11:16] for event in all_of_them)
    assert len(listed("--from", "08:10", "--until", "08:12")) == minutes["08:10"] + minutes["08:11"]
    date = all_of_them[0]["timestamp"][:10]
    assert listed("--from", f"{date} 08:10", "--until", f"{date}T08:12") == listed(
        "--from", "08:10", "--until", "08:12"
    )
    assert listed("--until", "2020-01-01") == []


def test_the_table_has_the_last_forty_and_says_of_how_many(all_of_them: list[dict[str, Any]]) -> None:
    answer = run(str(FOLDER))
    text = " ".join(answer.output.replace("│", " ").split())
    assert (answer.exit_code, f"The last 40 of {len(all_of_them)}; --lines shows more" in text) == (0, True), text
    assert listed("--lines", "3") == listed()[-3:]
    assert "No event." in run(str(FOLDER), "--until", "00:01").output


def test_csv_has_the_same_events_with_a_column_for_each_field() -> None:
    wanted = ("--action", "c-find")
    rows = list(csv.DictReader(StringIO(run(str(FOLDER), "--csv", *wanted).output)))
    shown = listed(*wanted)
    assert [{name: text for name, text in row.items() if text} for row in rows] == [
        {name: str(value) for name, value in event.items() if value != ""} for event in shown
    ]


def test_what_a_visitor_sent_gives_the_terminal_no_orders() -> None:
    order = "\x1b]52;c;cm0gLXJm\x07"
    told = EventList(
        [{"timestamp": "2026-11-22T08:00:00Z", "event.dataset": "orthanc.log", "dicom.peer_aet": order}], 1
    )
    for text in (told.csv(), told.card().to_text()):
        assert (order in text, "]52;c;" in text) == (False, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "nowhere holds no recorded day"),
        (("--from", "25:00"), "'25:00' is no time: write 08:15, or 2026-11-21 08:15."),
        (("--source", "syslog"), "'syslog' is not one of"),
    ],
)
def test_what_cannot_be_listed_ends_with_2(arguments: tuple[str, ...], said: str) -> None:
    answer = run(*arguments)
    assert (answer.exit_code, said in answer.output) == (2, True), answer.output


def test_the_running_sandboxs_logs_are_read_by_their_own_clock_with_what_the_site_knows() -> None:
    recording = Recording.load(FOLDER)
    names = {Log.ORTHANC: "orthanc", Log.ACCESS: "gateway-access", Log.STREAM: "gateway-stream"}
    sandbox: Any = SimpleNamespace(
        network=Network(recording.day.prefix, transparent=True), log=lambda log: FOLDER / "sensors" / FILES[names[log]]
    )
    found = list(live_events(sandbox, baseline()))
    logs = ("orthanc.log", "orthanc.audit", "nginx.access", "nginx.stream")
    of_day = [event for event in events(recording) if event["event.dataset"] in logs]
    assert Counter(e["event.action"] for e in found) == Counter(e["event.action"] for e in of_day)
    began, ended = (datetime.fromtimestamp(real, UTC) for real in (recording.day.real_start, recording.day.real_end))
    times = [datetime.fromisoformat(event["timestamp"]) for event in found if event["event.dataset"] == "nginx.access"]
    assert began <= min(times) <= max(times) <= ended
    asked = next(event for event in found if event.get("dicom.calling_aet") == "WORKST1")
    assert (asked["dicom.declared"], asked["source.expected"], asked["network.zone"]) == (1, 1, "clinic")
