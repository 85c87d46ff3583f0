"""The parsers of logs: what real lines say, and what hostile ones do not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.detection.events.archive_json import change_events, job_events, kept_events
from lab.detection.events.gateway_logs import access_events, stream_events
from lab.detection.events.inventory import Inventory
from lab.detection.events.lines import LONGEST, Clock, lines
from lab.detection.events.load import load
from lab.detection.events.orthanc_log import log_events
from lab.detection.events.planted import planted_in
from lab.detection.events.repeats import with_repeats
from lab.detection.events.schema import COLUMNS, Event
from lab.detection.events.table import create, frame, insert
from lab.detection.recording import Recording
from lab.detection.sensors.visibility import visibility
from lab.site.zones import Network

SAMPLE = Path(__file__).parent / "samples" / "half-hour"
CLOCK = Clock(datetime(2026, 11, 21, 12, tzinfo=UTC))
AUDITED = (
    '{"aet":"INTRUDER","called":"PACSLAB","event":"find","ip":"127.34.3.66",'
    '"query":{"0008,0052":"STUDY","0010,0010":"M*","0010,0020":"","0020,000d":""}}'
)
# Lines of a real Orthanc 1.10.1, addresses and identifiers as they were
FIND = f"""\
I1121 23:38:55.930506 CommandDispatcher.cpp:333] (dicom) Association Received from AET INTRUDER on IP 127.34.3.66
I1121 23:38:55.930564 main.cpp:317] Incoming connection from AET INTRUDER on IP 127.34.3.66, calling AET PACSLAB
I1121 23:38:55.933638 main.cpp:352] Incoming Find request from AET INTRUDER on IP 127.34.3.66, calling AET PACSLAB
I1121 23:38:55.933738 OrthancFindRequestHandler.cpp:600] (dicom) C-FIND: Allowing SCU request from unknown modality with AET: INTRUDER
W1121 23:38:55.933800 LuaContext.cpp:94] Lua says: AUDIT {AUDITED}
I1121 23:38:55.933809 OrthancFindRequestHandler.cpp:653] (dicom) DICOM C-Find request at level: Study
I1121 23:38:55.934811 ServerContext.cpp:1502] Number of matching resources: 9
I1121 23:38:55.940029 CommandDispatcher.cpp:929] (dicom) Finishing association with AET INTRUDER on IP 127.34.3.66: DUL Peer Requested Release
""".splitlines()


def parsed(text: list[str], clock: Clock = CLOCK) -> list[dict[str, Any]]:
    """The events with what they say, without where they stood."""
    left_out = {"event.original", "log.file", "log.line", "_thread", "_audit", "_answered"}
    return [
        {k: v for k, v in event.items() if k not in left_out and v is not None}
        for event in log_events(lambda: text, clock)
    ]


def test_the_lines_of_one_query_become_one_event_for_each_source() -> None:
    base = {"source.ip": "127.34.3.66", "dicom.calling_aet": "INTRUDER", "dicom.association": 1}
    query = {
        "event.action": "c-find",
        "event.outcome": "success",
        "dicom.called_aet": "PACSLAB",
        "dicom.level": "STUDY",
        "dicom.matches": 9,
    }
    assert parsed(FIND) == [
        base | {"timestamp": "2026-11-21T23:38:55.930506Z", "event.dataset": "orthanc.log", "event.action": "association"},
        base | query | {"timestamp": "2026-11-21T23:38:55.933638Z", "event.dataset": "orthanc.log", "dicom.known": 0},
        base | query
        | {"timestamp": "2026-11-21T23:38:55.933800Z", "event.dataset": "orthanc.audit", "dicom.keys": "0010,0010", "dicom.pattern": "M*"}
        | {"dicom.wildcard": 0},
    ]  # fmt: skip


def test_a_thread_name_as_later_versions_write_it_is_no_hindrance() -> None:
    threaded = [
        line.replace(" CommandDispatcher", "    DICOM-3 CommandDispatcher").replace(" main.cpp", "    DICOM-3 main.cpp")
        for line in FIND
    ]
    threaded = [
        line.replace(" Orthanc", "    DICOM-3 Orthanc")
        .replace(" Server", "    DICOM-3 Server")
        .replace(" Lua", "    DICOM-3 Lua", 1)
        for line in threaded
    ]
    assert parsed(threaded) == parsed(FIND)


# Lines of a real Orthanc 1.13.0
NEWER = """\
I1127 10:27:08.736174           HTTP-0 ElapsedTimer.cpp:102] (http) POST /instances
I1127 10:27:08.750626           HTTP-0 ServerContext.cpp:1274] New instance stored (28538d5c-56ddc2b7-cdd5082f-d9e44d1b-48ec8354)
I1127 10:27:08.751549           HTTP-0 ElapsedTimer.cpp:107] (http) POST /instances (elapsed: 15388 us)
I1127 10:27:08.751600           HTTP-1 ElapsedTimer.cpp:102] (http) GET /patients (elapsed: 5 us)
I1127 10:27:08.751700           HTTP-1 ElapsedTimer.cpp:107] (http) GET /patients (elapsed: 5 us) (elapsed: 163 us)
I1127 10:28:53.028780    JOBS-WORKER-0 DicomModalityStoreJob.cpp:51] | job 933fcefc-5688-4591-97b5-3c4c1b0656d7 | Sending instance 28538d5c-56ddc2b7-cdd5082f-d9e44d1b-48ec8354 to modality "CT1"
I1127 10:28:53.029047    JOBS-WORKER-0 DicomAssociation.cpp:269] | job 933fcefc-5688-4591-97b5-3c4c1b0656d7 | (dicom) Opening a DICOM SCU connection without DICOM TLS from AET "PACSLAB" to AET "CT1" on host 127.28.1.10:4242 (manufacturer: Generic, timeout: 10s)
E1127 10:34:04.801018     DICOM-SERVER CommandDispatcher.cpp:333] Association Received from an invalid AET (sanitized: ) on IP 127.28.3.66, rejecting the association
""".splitlines()  # noqa: E501


def test_orthanc_1_13_says_when_a_request_is_done_which_instance_it_stored_and_for_which_job_it_works() -> None:
    def told(event: dict[str, Any]) -> list[Any]:
        names = ("event.action", "url.path", "dicom.resource", "dicom.peer_aet", "source.ip")
        return [event[name] for name in names if name in event]

    assert [told(event) for event in parsed(NEWER)] == [
        ["http", "/instances"],
        ["instance-stored", "28538d5c-56ddc2b7-cdd5082f-d9e44d1b-48ec8354"],
        ["http", "/patients (elapsed: 5 us)"],
        ["scu-connection", "CT1"],
        ["association-rejected", "127.28.3.66"],
    ]


def test_matches_go_to_the_query_of_the_same_thread() -> None:
    lines_ = [
        "I1121 10:00:00.000001    DICOM-1 main.cpp:352] Incoming Find request from AET A on IP 127.28.1.10, calling AET P",
        "I1121 10:00:00.000002    DICOM-2 main.cpp:352] Incoming Find request from AET B on IP 127.28.1.11, calling AET P",
        "I1121 10:00:00.000003    DICOM-2 ServerContext.cpp:1] Number of matching resources: 2",
        "I1121 10:00:00.000004    DICOM-1 ServerContext.cpp:1] Number of matching resources: 1",
    ]
    assert [(event["dicom.calling_aet"], event["dicom.matches"]) for event in parsed(lines_)] == [("A", 1), ("B", 2)]


def test_refusals_say_who_was_refused_and_why() -> None:
    refused = [
        "I1121 10:00:00.000001 CommandDispatcher.cpp:333] (dicom) Association Received from AET X on IP 127.28.3.66",
        "W1121 10:00:00.000002 CommandDispatcher.cpp:602] Rejected association, because of a bad called AET in the request (WHATEVER)",
        "W1121 10:00:00.000003 CommandDispatcher.cpp:1] Rejected association for remote AET INTRUDER on IP 127.28.3.66",
        'W1121 10:00:00.000004 main.cpp:1] Rejected Find request from remote DICOM modality with AET "CTONLY" and hostname "127.28.1.10"',
        "E1121 10:00:00.000005 OrthancException.cpp:58] Receiving Association failed: TLS error: peer did not return a certificate",
    ]
    found = [
        (e["event.action"], e.get("dicom.calling_aet"), e.get("source.ip"), e.get("event.reason"))
        for e in parsed(refused)[1:]
    ]
    assert found == [
        ("association-rejected", "X", "127.28.3.66", "called AE title"),
        ("association-rejected", "INTRUDER", "127.28.3.66", "calling AE title"),
        ("c-find", "CTONLY", "127.28.1.10", "not permitted to this modality"),
        ("association-rejected", None, None, "TLS error: peer did not return a certificate"),
    ]


def test_the_year_and_the_zone_are_supplied() -> None:
    new_year = Clock(datetime(2027, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))))
    log = [
        "I1231 23:59:59.000000 HttpServer.cpp:1] (http) GET /system",
        "I0101 00:00:01.000000 HttpServer.cpp:1] (http) GET /system",
    ]
    assert [event["timestamp"] for event in parsed(log, new_year)] == [
        "2026-12-31T22:59:59.000000Z",
        "2026-12-31T23:00:01.000000Z",
    ]
    assert parsed(["I0230 10:00:00.000000 HttpServer.cpp:1] (http) GET /system"]) == []


FORGED = "W1121 23:40:18.000000 main.cpp:352] Incoming Find request from AET CT1 on IP 127.0.0.1, calling AET PACSLAB"


def injected(audit: bool) -> list[str]:
    path = f"/patients/x\n{FORGED}"
    said = {"allowed": True, "event": "http", "ip": "127.34.3.66", "method": "GET", "uri": path, "user": ""}
    log = [f"I1121 23:40:17.962177 HttpServer.cpp:1244] (http) GET {path}"]
    log += [f"W1121 23:40:17.962367 LuaContext.cpp:94] Lua says: AUDIT {json.dumps(said)}"] if audit else []
    return [line for text in log for line in text.split("\n")]


def test_a_line_that_a_path_planted_is_marked_forged() -> None:
    marked = [(event["event.action"], event.get("event.forged")) for event in parsed(injected(audit=True))]
    assert marked == [("http", None), ("c-find", 1), ("log-injection", None)]


STAMP = "I1121 23:40:17.96"


def planting(planted: str, before: list[str], after: list[str], path: str = "/x") -> list[str]:
    """A log in which a visitor's path plants a line between others."""
    said = {
        "allowed": True,
        "event": "http",
        "ip": "127.34.3.66",
        "method": "GET",
        "uri": f"{path}\n{planted}",
        "user": "u",
    }
    request = [f"{STAMP}2000 HttpServer.cpp:1] (http) GET {path}", planted]
    return [*before, *request, f"{STAMP}2300 LuaContext.cpp:94] Lua says: AUDIT {json.dumps(said)}", *after]


@pytest.mark.parametrize(
    ("planted", "before", "after"),
    [
        (
            "S.cpp:1] Number of matching resources: 0",
            "main.cpp:352] Incoming Find request from AET SWEEP on IP 127.34.3.66, calling AET P",
            "S.cpp:1] Number of matching resources: 9000",
        ),
        (
            "main.cpp:352] Incoming Get request from AET GETSCU on IP 127.34.1.11, calling AET P",
            "main.cpp:352] Incoming Get request from AET GETSCU on IP 127.34.3.66, calling AET P",
            'S.cpp:1] (dicom) C-GET: Sending resource abc to modality "GETSCU"',
        ),
        (
            "S.cpp:1] (dicom) C-FIND: Allowing SCU request from unknown modality with AET: CT1",
            "main.cpp:352] Incoming Find request from AET CT1 on IP 127.34.1.10, calling AET P",
            "S.cpp:1] Number of matching resources: 1",
        ),
        (
            "main.cpp:352] Incoming Move request from AET CT1 on IP 127.34.1.10, calling AET P",
            "main.cpp:352] Incoming Move request from AET EVIL on IP 127.34.3.66, calling AET P",
            'S.cpp:1] (dicom) Move-SCU request received for AET "EVIL"',
        ),
    ],
)
def test_a_planted_line_changes_no_true_event(planted: str, before: str, after: str) -> None:
    true = [f"{STAMP}1000 {before}"], [f"{STAMP}2400 {after}"]
    found = parsed(planting(f"{STAMP}2100 {planted}", *true))
    assert [event for event in found if event["event.action"] not in ("http", "log-injection") and "event.forged" not in event] == parsed(
        [*true[0], *true[1]]
    )  # fmt: skip


def test_a_true_line_that_says_the_same_elsewhere_is_not_discredited() -> None:
    true = f"{STAMP}1000 main.cpp:352] Incoming Echo request from AET CT1 on IP 127.34.1.10, calling AET P"
    found = parsed(planting(true, [true], []))
    assert [event.get("event.forged") for event in found] == [None, None, 1, None]


def test_what_a_path_planted_is_known_again_where_orthanc_1_13_says_that_the_request_is_done() -> None:
    stored = "I1121 10:00:00.000001 x.cpp:1] New instance stored"
    done = [f"{STAMP}2200 ElapsedTimer.cpp:107] (http) GET /x", f"{stored} (elapsed: 163 us)", f"{stored} at last"]
    log = [*planting(stored, [], []), *done]
    planted = log.index(stored) + 1
    assert planted_in(lambda: log) == {planted, len(log) - 1}
    true = [f"{STAMP}2200 ElapsedTimer.cpp:102] (http) GET /x", stored]
    assert planted_in(lambda: [*planting(stored, [], []), *true]) == {planted}


def test_a_planted_audit_line_discredits_no_true_line() -> None:
    true = f"{STAMP}1000 main.cpp:352] Incoming Echo request from AET CT1 on IP 127.34.1.10, calling AET P"
    said = json.dumps({"event": "http", "ip": "x", "method": "GET", "uri": f"/seen\n{true}", "user": ""})
    log = planting(
        f"W{STAMP[1:]}2100 LuaContext.cpp:94] Lua says: AUDIT {said}",
        [f"{STAMP}0900 a.cpp:1] (http) GET /seen", true],
        [],
    )
    assert planted_in(lambda: log) == {4}


@pytest.mark.parametrize("path", ["/x/", "/x\xff", "/é"])
def test_a_path_that_the_log_writes_otherwise_than_json_hides_no_planted_line(path: str) -> None:
    log = planting(FORGED, [], [], path)
    log[0] = log[0].replace(path, path.replace("\xff", "\ufffd").rstrip("/"))
    assert planted_in(lambda: log) == {2}


def test_an_ae_title_with_a_line_end_hides_nothing_of_what_its_owner_does() -> None:
    log = """\
I1127 03:56:03.301096 CommandDispatcher.cpp:333] (dicom) Association Received from AET CT1
B on IP 127.40.3.66
I1127 03:56:03.310300 main.cpp:352] Incoming Find request from AET CT1 on IP 127.40.1.10, calling AET PACSLAB
I1127 03:56:03.310333 main.cpp:352] Incoming Get request from AET CT1
B on IP 127.40.3.66, calling AET PACSLAB
I1127 03:56:03.339046 OrthancGetRequestHandler.cpp:548] (dicom) C-GET: Allowing SCU request from unknown modality with AET: CT1
B
I1127 03:56:03.339057 OrthancGetRequestHandler.cpp:563] (dicom) C-GET: Sending resource 095c98d3 to modality "CT1
B"
""".splitlines()
    found = [(e["event.action"], e["dicom.calling_aet"], e["source.ip"], e.get("dicom.known")) for e in parsed(log)]
    assert found == [
        ("association", r"CT1\x0aB", "127.40.3.66", None),
        ("c-find", "CT1", "127.40.1.10", None),
        ("c-get", r"CT1\x0aB", "127.40.3.66", 0),
        ("resource-sent", r"CT1\x0aB", "127.40.3.66", None),
    ]


def test_without_audit_lines_a_clock_that_runs_ahead_gives_a_forged_line_away() -> None:
    log = [
        injected(audit=False)[0],
        FORGED.replace("23:40:18", "23:59:59"),
        "I1121 23:40:17.970000 HttpServer.cpp:1] (http) GET /system",
    ]
    assert [event.get("event.forged") for event in parsed(log)] == [None, 1, None]


def test_a_planted_line_with_an_old_time_does_not_make_the_true_line_before_it_look_forged() -> None:
    log = [
        injected(audit=False)[0],
        FORGED.replace("23:40:18", "08:00:00"),
        "I1121 23:40:17.970000 HttpServer.cpp:1] (http) GET /system",
    ]
    assert [event.get("event.forged") for event in parsed(log)] == [None, 1, None]


def test_a_clock_that_was_set_back_forges_nothing() -> None:
    times = ("02:58:00", "02:59:59", "02:00:01", "02:00:05", "02:00:09")
    log = [f"I1025 {time}.000000 HttpServer.cpp:1] (http) GET /system" for time in times]
    assert [event.get("event.forged") for event in parsed(log)] == [None] * 5


def test_an_ae_title_that_looks_like_the_end_of_a_header_stays_an_ae_title() -> None:
    line = "I1121 23:39:00.536612 main.cpp:352] Incoming Echo request from AET A] (dicom) X on IP 127.34.3.66, calling AET PACSLAB"
    (event,) = parsed([line])
    assert (event["event.action"], event["dicom.calling_aet"]) == ("c-echo", "A] (dicom) X")


HEAD = r"[IWE]\d{4} \d\d:\d\d:\d\d\.\d{6}( {1,4}DICOM-\d)? a\.cpp:1\] (\((dicom|http)\) )?"
BEGINNINGS = (
    "Incoming Find request from AET ", "Incoming Get request from AET A on IP 1.2.3.4, calling AET ", "Association Received from AET ",
    "Rejected association, because of a bad called AET in the request (", "Rejected association for remote AET ",
    "Rejected Find request from remote DICOM modality with AET ", 'Forbidding access from AET "', "Receiving Association failed: ",
    "Number of matching resources: ", "C-FIND: Allowing SCU request from unknown modality with AET: ",
    'C-GET: Sending resource a to modality "', 'Move-SCU request received for AET "', "DICOM C-Find request at level: ",
    "Opening a DICOM SCU connection to AET ", "New instance stored", "Overwriting instance: ", "GET /", "PUT /tools/log-level",
    "REST API call has switched the log level to: ",
)  # fmt: skip
SAID = st.dictionaries(
    st.sampled_from(["event", "uri", "method", "aet", "ip", "user", "allowed", "query", "study", "origin"]),
    st.one_of(
        st.sampled_from(["http", "find", "received", "GET", "/x\nI1121 10:00:00.000000 a.cpp:1] (http) GET /"]),
        st.text(st.characters(), max_size=20), st.integers(), st.none(),
        st.dictionaries(st.sampled_from(["0010,0010", "0008,0052"]), st.text(st.characters(), max_size=9)),
    ),
)  # fmt: skip
LOG_LINES = st.one_of(
    st.text(max_size=200), st.sampled_from(FIND), st.sampled_from(injected(audit=True)),
    st.tuples(
        st.from_regex(HEAD, fullmatch=True), st.sampled_from(BEGINNINGS),
        st.one_of(st.text(max_size=40), st.sampled_from(["9" * 25, "9" * 5_000, "٣", 'A" on IP 1.2.3.4']), st.integers().map(str)),
    ).map("".join),
    st.tuples(st.from_regex(HEAD, fullmatch=True), SAID.map(json.dumps)).map("Lua says: AUDIT ".join),
    st.from_regex(r"1\.2\.3\.4 - a \[[-0-9T:+]{5,25}\] \"GET /a HTTP/1\.1\" \d{3} \d+ \"a\" 1\.2\.3\.1:\d+( \d{9,11}\.\d{3})?", fullmatch=True),
    st.from_regex(r"1\.2\.3\.4 \[[-0-9T:+]{5,25}\] 1\.2\.3\.1:\d+ \d{3} in=\d+ out=\d+ [\d.]+( \d{9,11}\.\d{3})?", fullmatch=True),
)  # fmt: skip


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(LOG_LINES, max_size=40))
def test_no_text_breaks_the_parsers(text: list[str]) -> None:
    # as it is read from a file: halves of surrogate pairs come in JSON's own way of writing only
    text = [line.encode("utf-8", "replace").decode() for line in text]
    events: list[Event] = [*log_events(lambda: text, CLOCK), *access_events(text), *stream_events(text)]
    assert all(datetime.fromisoformat(event["timestamp"]).tzinfo == UTC for event in events)
    database = create()
    insert(database, Inventory(Network.native()).enriched(events))
    database.close()


@pytest.mark.slow
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LOG_LINES, max_size=20))
def test_no_text_breaks_what_is_told_of_a_recorded_day(tmp_path: Path, text: list[str]) -> None:
    folder = tmp_path / "day"
    recording = Recording(folder) if folder.exists() else Recording.load(SAMPLE).save(folder)
    log, whole = recording.sensor("orthanc"), (SAMPLE / "sensors" / "orthanc.log").read_text("utf-8").splitlines()[:20]
    assert log is not None
    log.write_bytes("\n".join([*whole, *text]).encode("utf-8", "replace"))
    load(recording).close()
    visibility(recording)


def test_long_broken_and_undecodable_lines_are_survived(tmp_path: Path) -> None:
    log = tmp_path / "orthanc.log"
    long = b"I1121 10:00:00.000000 HttpServer.cpp:1] (http) GET /" + b"a" * 1_000_000
    log.write_bytes(
        long + b"\n\xff\xfe\x00\x85\xe2\x80\xa8I1121\r\n" + "\n".join(FIND).encode() + b"\nI1121 10:00:00.0000"
    )
    read = list(lines(log))
    assert [len(line) for line in read[:2]] == [LONGEST, 10]
    assert [event["event.action"] for event in log_events(lambda: read, CLOCK)] == [
        "http",
        "association",
        "c-find",
        "c-find",
    ]


BEGAN = datetime(2026, 11, 21, 10, tzinfo=UTC)


def test_what_the_archive_says_of_itself_becomes_events() -> None:
    identifier = "647adb8a-d0a30522-ba737e2c-c431a382-8b7ab59b"
    change = {
        "ChangeType": "NewInstance",
        "Date": "20261121T100000",
        "ID": identifier,
        "ResourceType": "Instance",
        "Seq": 1,
    }
    job = {
        "Type": "DicomMoveScu",
        "CreationTime": "20261121T100001.682630",
        "State": "Failure",
        "ErrorDescription": "Timeout",
    }
    image = {
        "SOPInstanceUID": "2.25.1",
        "Origin": "DicomProtocol",
        "RemoteAET": "CT1",
        "RemoteIP": "127.28.1.10",
        "ReceptionDate": "20261121T100002",
    }
    found = [
        *change_events([change | {"Date": "20261121T095959"}, change], BEGAN.replace(microsecond=7)),
        *job_events([job | {"Content": {"RemoteAet": "EVIL"}}], BEGAN),
        *kept_events({identifier: image, "other": image | {"ReceptionDate": ""}}, BEGAN),
    ]
    named = ("event.dataset", "event.action", "timestamp", "log.line")
    assert [tuple(event[name] for name in named) for event in found] == [
        ("orthanc.changes", "new-instance", "2026-11-21T10:00:00.000000Z", 2),
        ("orthanc.jobs", "job-dicom-move-scu", "2026-11-21T10:00:01.682630Z", 1),
        ("orthanc.metadata", "instance-kept", "2026-11-21T10:00:02.000000Z", 1),
    ]
    assert (found[0]["dicom.resource"], found[0]["dicom.resource_type"]) == (identifier, "instance")
    assert (found[1]["event.outcome"], found[1]["event.reason"], found[1]["dicom.peer_aet"]) == (
        "failure",
        "Timeout",
        "EVIL",
    )
    assert (found[2]["dicom.calling_aet"], found[2]["source.ip"], found[2]["dicom.instance_uid"]) == (
        "CT1",
        "127.28.1.10",
        "2.25.1",
    )


JSON = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(st.characters(), max_size=8), st.sampled_from(["20261121T100001", "99999999T999999"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["Date", "ChangeType", "ID", "Type", "CreationTime", "Content", "RemoteAet", "ReceptionDate"]), inner),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(JSON)
def test_no_json_breaks_the_parsers(content: Any) -> None:
    read = [*change_events(content, BEGAN), *job_events(content, BEGAN), *kept_events(content, BEGAN)]
    database = create()
    insert(database, Inventory(Network.native()).enriched(read))
    database.close()


def test_a_recorded_day_has_the_events_of_every_sensor_that_is_no_capture_and_no_file_list() -> None:
    database = load(Recording.load(SAMPLE))
    datasets = {name for (name,) in database.execute('SELECT DISTINCT "event.dataset" FROM events')}
    database.close()
    assert datasets == {
        "orthanc.log", "orthanc.audit", "orthanc.changes", "orthanc.jobs", "orthanc.metadata", "nginx.access", "nginx.stream",
    }  # fmt: skip


def test_the_gateways_logs_become_events() -> None:
    access = (
        r'127.34.3.66 - admin [2026-11-21T23:38:59+00:00] "GET /patients/x%0Aq%22?a=1 HTTP/1.1" 401 51'
        r' "a\x22b\x5Cn" 127.34.3.1:8443 1795304339.250'
    )
    stream = "127.34.3.66 [2026-11-21T23:38:56+01:00] 127.34.3.1:4242 200 in=1135 out=775106 0.043"
    (web,), (link,) = access_events([access, "junk"]), stream_events([stream, "junk"])
    picked = (
        "timestamp",
        "source.ip",
        "user.name",
        "url.path",
        "url.query",
        "http.response.status_code",
        "user_agent.original",
        "event.outcome",
    )
    assert [web[name] for name in picked] == [
        "2026-11-21T23:38:59.250000Z", "127.34.3.66", "admin", "/patients/x%0Aq%22", "a=1", 401, 'a"b\\n', "failure",
    ]  # fmt: skip
    assert (link["timestamp"], link["destination.bytes"], link["event.duration"]) == (
        "2026-11-21T22:38:56.000000Z",
        775106,
        0.043,
    )


def test_what_the_hospital_knows_stands_beside_each_event() -> None:
    inventory = Inventory(
        Network.native(), {"CT1": "127.28.1.10"}, {"dr.moreau": "doctor"}, {"dr.moreau": "internet"},
        {"dr.moreau": frozenset({"SYN-1"})}, {"11111111-22222222-33333333-44444444-55555555": "SYN-2"},
    )  # fmt: skip
    stored = {"dicom.calling_aet": "CT1", "source.ip": "127.28.1.77"}
    opened = {
        "user.name": "dr.moreau",
        "source.ip": "127.28.3.50",
        "url.path": "/studies/11111111-22222222-33333333-44444444-55555555",
    }
    one, two = inventory.enriched([stored, opened])
    assert (one["network.zone"], one["dicom.declared"], one["source.expected"]) == ("clinic", 1, 0)
    assert [
        two[n] for n in ("dicom.patient", "dicom.resource_type", "user.role", "user.usual_zone", "user.in_care")
    ] == ["SYN-2", "study", "doctor", 1, 0]


def test_where_the_gateway_hides_addresses_only_its_own_log_tells_the_zone() -> None:
    hidden = Inventory(Network.compose("198.19"), zones={"admin": "office"})
    event = {"user.name": "admin", "source.ip": "198.19.1.1", "event.dataset": "orthanc.audit"}
    by_gateway = {"user.name": "admin", "source.ip": "198.19.2.20", "event.dataset": "nginx.access"}
    archive, gateway = hidden.enriched([event, by_gateway])
    assert (archive.get("network.zone"), archive.get("user.usual_zone")) == (None, None)
    assert (gateway["network.zone"], gateway["user.usual_zone"]) == ("office", 1)


def test_a_question_to_the_worklist_is_audited_as_one() -> None:
    line = f"W1121 10:00:00.000000 LuaContext.cpp:94] Lua says: AUDIT {AUDITED.replace('find', 'worklist').replace('M*', '')}"
    (event,) = parsed([line])
    assert (event["event.action"], event["dicom.level"], event["dicom.wildcard"]) == ("c-find", "WORKLIST", 1)


def test_the_number_of_matches_is_not_given_to_a_question_to_the_worklist() -> None:
    head = "I1121 10:00:00.00000"
    asked = "Incoming FindWorklist request from AET CT1 on IP 127.28.1.10, calling AET P"
    (event,) = parsed(
        [f"{head}1 main.cpp:352] {asked}", f"{head}2 ServerContext.cpp:1] Number of matching resources: 7"]
    )
    assert (event["event.action"], event.get("dicom.matches")) == ("c-find", None)


def stored(image: str, minute: int, client: str, patient: str = "P") -> Event:
    moment = f"2026-11-21T{10 + minute // 60}:{minute % 60:02}:00.000000Z"
    known = {"timestamp": moment, "dicom.instance_uid": image, "dicom.patient": patient}
    return known | {"event.action": "instance-received", "dicom.calling_aet": client, "source.ip": client}


def overwritten(minute: int, image: str | None = None, patient: str | None = "P") -> Event:
    moment = f"2026-11-21T{10 + minute // 60}:{minute % 60:02}:01.000000Z"
    return {
        "timestamp": moment,
        "event.action": "instance-overwritten",
        "dicom.patient": patient,
        "dicom.instance_uid": image,
    }


@pytest.mark.parametrize(
    ("events", "resent", "by"),
    [
        ([stored("1", 0, "CT1"), stored("1", 5, "CT1"), overwritten(5)], 1, "CT1"),
        ([stored("1", 0, "CT1"), stored("1", 61, "CT1"), overwritten(61)], 0, "CT1"),
        ([stored("1", 0, "CT1"), stored("1", 5, "EVIL"), overwritten(5)], 0, "EVIL"),
        ([stored("1", 5, "EVIL"), overwritten(5)], 0, "EVIL"),
        ([stored("1", 5, "EVIL"), stored("2", 5, "MR1", "Q"), overwritten(5)], 0, "EVIL"),
        ([stored("1", 5, "EVIL"), overwritten(5, "1", None)], 0, None),
    ],
)
def test_an_image_that_was_sent_again_is_told_from_one_that_was_replaced(
    events: list[Event], resent: int, by: str | None
) -> None:
    last = list(with_repeats(events))[-1]
    assert (last["dicom.resent"], last.get("dicom.calling_aet")) == (resent, by)


def test_a_frame_holds_the_events_in_the_order_of_time() -> None:
    database = create()
    assert insert(database, log_events(lambda: [*FIND[2:3], *FIND[:1]], CLOCK)) == 2
    table = frame(database)
    assert list(table["event.action"]) == ["association", "c-find"]
    assert set(table.columns) < set(COLUMNS)
    assert "user.name" not in table.columns
