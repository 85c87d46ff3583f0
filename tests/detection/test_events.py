"""The parsers of logs: what real lines say, and what hostile ones do not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lab.detection.events.gateway_logs import access_events, stream_events
from lab.detection.events.inventory import Inventory
from lab.detection.events.lines import LONGEST, Clock, lines
from lab.detection.events.orthanc_log import OrthancLog
from lab.detection.events.schema import COLUMNS, Event
from lab.detection.events.table import create, frame, insert
from lab.site.zones import Network

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
    left_out = {"event.original", "log.file", "log.line", "_thread", "_audit"}
    return [
        {k: v for k, v in event.items() if k not in left_out and v is not None}
        for event in OrthancLog(clock).events(text)
    ]


def test_the_lines_of_one_query_become_one_event_for_each_source() -> None:
    base = {"source.ip": "127.34.3.66", "dicom.calling_aet": "INTRUDER"}
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


@given(
    st.lists(
        st.one_of(st.text(max_size=200), st.sampled_from(FIND), st.sampled_from(injected(audit=True))), max_size=40
    )
)
def test_no_text_breaks_the_parsers(text: list[str]) -> None:
    events: list[Event] = [*OrthancLog(CLOCK).events(text), *access_events(text), *stream_events(text)]
    assert all(event["timestamp"].endswith("Z") for event in events)
    database = create()
    insert(database, Inventory(Network.native()).enriched(events))
    database.close()


def test_long_broken_and_undecodable_lines_are_survived(tmp_path: Path) -> None:
    log = tmp_path / "orthanc.log"
    long = b"I1121 10:00:00.000000 HttpServer.cpp:1] (http) GET /" + b"a" * 1_000_000
    log.write_bytes(
        long + b"\n\xff\xfe\x00\x85\xe2\x80\xa8I1121\r\n" + "\n".join(FIND).encode() + b"\nI1121 10:00:00.0000"
    )
    read = list(lines(log))
    assert [len(line) for line in read[:2]] == [LONGEST, 10]
    assert [event["event.action"] for event in OrthancLog(CLOCK).events(read)] == [
        "http",
        "association",
        "c-find",
        "c-find",
    ]


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


def test_a_frame_holds_the_events_in_the_order_of_time() -> None:
    database = create()
    assert insert(database, OrthancLog(CLOCK).events([*FIND[2:3], *FIND[:1]])) == 2
    table = frame(database)
    assert list(table["event.action"]) == ["association", "c-find"]
    assert set(table.columns) < set(COLUMNS)
    assert "user.name" not in table.columns
