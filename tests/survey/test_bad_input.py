"""Bad callers and bad archives: nobody crashes, everybody else is served, memory stays bounded."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic, process_time, sleep
from unittest.mock import Mock, call

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.survey import query
from lab.survey.archive import Archive
from lab.survey.system import Behaviour, Holdings, Viewer
from lab.survey.tool import question
from lab.survey.tool.call import Call
from lab.survey.tool.exchange import MOST_ANSWERS, Exchange
from lab.survey.tool.finding import Finding, Outcome
from lab.survey.tool.runner import Manners, survey
from lab.survey.tool.store import Store
from lab.survey.tool.target import Target
from lab.survey.tool.viewer import look
from lab.survey.wire import dimse, pdu
from lab.survey.wire.elements import EXPLICIT, IMPLICIT
from lab.survey.world import limits
from lab.survey.world.archive_protocol import ArchiveProtocol
from lab.survey.world.serve import World
from tests.survey.running import door, in_thread, one, renamed, serving

OPEN = renamed(
    replace(one(Behaviour.OPEN, lambda s: not s.tls), port=11112, holdings=Holdings(50_000, 60_000, 900_000, 0)), 20
)
HOSTILE = "127.127.30.0"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with serving([OPEN]) as running:
        yield running


def connect() -> socket.socket:
    made = socket.create_connection(door(OPEN), timeout=5)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def everything(sock: socket.socket) -> bytes:
    data = b""
    try:
        while more := sock.recv(65536):
            data += more
    except (ConnectionResetError, TimeoutError):
        pass
    return data


def echoes() -> bool:
    """Whether an ordinary caller is served."""
    with connect() as sock:
        sock.sendall(question.ASSOCIATE)
        sock.recv(4096)
        sock.sendall(question.ECHO_REQUEST)
        answer = sock.recv(4096)
        sock.sendall(pdu.RELEASE_REQUEST)
        return answer[:1] == b"\4" and everything(sock) == pdu.RELEASE_RESPONSE


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00" + bytes(600),
        struct.pack(">BxI", 1, 2**31),
        struct.pack(">BxI", 1, 4) + bytes(4),
        struct.pack(">BxI", 1, 72) + b"\0\1" + bytes(66) + b"\x20\0\xff\xff",
        question.ECHO_REQUEST,
        pdu.RELEASE_REQUEST,
        question.ASSOCIATE + question.ASSOCIATE,
        question.ASSOCIATE + pdu.p_data(99, b"\0\0", True, 0),
        question.ASSOCIATE + pdu.p_data(1, b"nonsense", True, 0),
        question.ASSOCIATE + pdu.p_data(3, b"\0\0", False, 0),
        question.ASSOCIATE + pdu.pdu(pdu.P_DATA, struct.pack(">IBB", 2**31, 1, 3)),
        question.ASSOCIATE + struct.pack(">BxIIBB", 4, 20_006, 20_002, 3, 0) + bytes(20_000),
        question.ASSOCIATE + question.FIND_REQUESTS[EXPLICIT] + question.FIND_REQUESTS[EXPLICIT],
    ],
)
def test_what_no_archive_understands_ends_the_connection_and_others_are_served(data: bytes) -> None:
    with connect() as sock:
        sock.sendall(data)
        answer = everything(sock)
    assert answer == b"" or answer[-10:] in (pdu.abort(2, 2), pdu.abort(2, 6))
    assert echoes()


@pytest.mark.usefixtures("world")
def test_an_abort_says_why() -> None:
    with connect() as sock:
        sock.sendall(question.ECHO_REQUEST)
        assert everything(sock) == pdu.abort(2, 2)
    with connect() as sock:
        sock.sendall(struct.pack(">BxI", 4, 2**31))
        assert everything(sock) == pdu.abort(2, 6)


@pytest.mark.usefixtures("world")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.booleans(),
    st.lists(
        st.one_of(
            st.binary(max_size=300),
            st.sampled_from([question.ECHO_REQUEST, question.CANCEL, *question.FIND_REQUESTS.values()]),
            st.tuples(st.integers(0, 8), st.binary(max_size=200)).map(lambda unit: pdu.pdu(*unit)),
            st.tuples(st.sampled_from([1, 3, 5]), st.binary(max_size=200), st.booleans()).map(
                lambda part: pdu.p_data(*part, 0)
            ),
        ),
        max_size=6,
    ),
)
def test_any_bytes_end_in_an_answer_and_others_are_served(associated: bool, parts: list[bytes]) -> None:
    with connect() as sock:
        try:
            sock.sendall((question.ASSOCIATE if associated else b"") + b"".join(parts))
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        sock.settimeout(0.05)
        everything(sock)
    assert echoes()


def test_a_thousand_callers_at_once_are_served(world: World) -> None:
    async def call() -> bool:
        reader, writer = await asyncio.open_connection(*door(OPEN))
        writer.write(question.ASSOCIATE)
        await reader.readexactly(6)
        await asyncio.sleep(0.2)  # all are there at the same time
        writer.write(pdu.RELEASE_REQUEST)
        data = await reader.read()
        writer.close()
        return data.endswith(pdu.RELEASE_RESPONSE)

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(*(call() for _ in range(1000)))

    assert all(asyncio.run(all_of_them()))
    assert echoes()
    assert world.connections.refused == 0


def test_half_open_connections_end_and_the_rest_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.survey.world.archive_protocol.ASSOCIATION_SECONDS", 0.1)
    system = renamed(OPEN, 21)
    with serving([system]) as world:
        idle = [socket.create_connection(door(system)) for _ in range(50)]
        for number, sock in enumerate(idle):
            sock.sendall(question.ASSOCIATE[: number % 7])
        began = monotonic()
        assert all(everything(sock) == b"" for sock in idle)
        assert monotonic() - began < 5
        assert len(world.connections) == 0


def test_more_connections_than_the_process_bears_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    system = renamed(OPEN, 22)
    with serving([system]) as world:
        world.connections.most = 10
        held = [socket.create_connection(door(system)) for _ in range(13)]
        ended = sum(not _alive(sock) for sock in held)
        assert (ended, world.connections.refused) == (3, 3)
        for sock in held:
            sock.close()


def _alive(sock: socket.socket) -> bool:
    sock.settimeout(0.05)
    try:
        return sock.recv(1) != b""
    except TimeoutError:
        return True
    except ConnectionResetError:
        return False


@pytest.mark.usefixtures("world")
def test_a_caller_that_never_reads_its_answers_costs_no_memory() -> None:
    before = _resident()
    deaf = []
    for _ in range(8):  # 60,000 answers for each, more than 30 MB
        sock = connect()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.sendall(question.ASSOCIATE)
        sock.recv(4096)
        sock.sendall(question.FIND_REQUESTS[EXPLICIT])
        deaf.append(sock)
    sleep(1.5)  # time enough for 20,000 answers to each
    assert echoes()
    assert _resident() - before < 4_000
    for sock in deaf:
        sock.close()


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4


# -- the other way round: archives that do harm to the survey ------------------------------------------------------------

ACCEPT = pdu.associate_accept(
    pdu.Associate("ANY-SCP", "PACSLAB"),
    [(1, 0, IMPLICIT), (3, 0, EXPLICIT), (5, 3, IMPLICIT), (7, 3, IMPLICIT)],
    ("1.2.3", "HOSTILE"),
)
ECHOED = dimse.response(1, {dimse.COMMAND: dimse.C_ECHO_RQ, dimse.MESSAGE: 1}, 0)
FIND = {dimse.COMMAND: dimse.C_FIND_RQ, dimse.MESSAGE: 2}
PENDING = dimse.response(3, FIND, dimse.PENDING, b"")
UNREADABLE = dimse.response(3, FIND, dimse.PENDING, b"no data set")


def ask(script: list[bytes], keep_open: bool = False, seconds: float = 0.05, port: int = 11112) -> Finding:
    """What the survey says of a server that sends these bytes, one after each of the survey's messages."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for part in script:
                await reader.read(65536)
                writer.write(part)
                await writer.drain()
            if keep_open:
                await reader.read()
        except OSError:
            pass
        writer.close()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(serve, HOSTILE, port)

    with in_thread(start) as (loop, server):
        store = Store(None, "")
        asyncio.run(examined(Target(HOSTILE, port, "FR"), store, Manners(seconds=seconds)))
        loop.call_soon_threadsafe(server.close)  # type: ignore[attr-defined]
    (finding,) = store.findings()
    return finding


async def examined(target: Target, store: Store, manners: Manners) -> None:
    """A survey of one system, in which nothing may go wrong unseen: asyncio catches what a protocol raises."""
    errors: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    await survey([target], store, manners)
    assert errors == []


@pytest.mark.parametrize(
    ("script", "keep_open", "outcome", "step"),
    [
        ([b"SSH-2.0-OpenSSH\r\n"], True, Outcome.NOT_DICOM, "no DICOM: b'SSH-2.0-OpenSSH"),
        ([struct.pack(">BxI", 2, 2**32 - 1)], True, Outcome.NOT_DICOM, "no DICOM"),
        ([pdu.pdu(2, b"\0")], True, Outcome.NOT_DICOM, "no DICOM"),
        ([pdu.pdu(3, b"")], True, Outcome.NOT_DICOM, "no DICOM"),
        ([pdu.abort()], True, Outcome.DROPPED, "A-ABORT while associating"),
        ([b""], False, Outcome.DROPPED, "connection closed"),
        ([b""], True, Outcome.SILENT, "no answer in time while associating"),
        ([ACCEPT[:30]], True, Outcome.SILENT, "no answer in time"),
        ([ACCEPT], True, Outcome.REFUSES_QUERIES, "no answer in time while echoing"),
        ([ACCEPT], False, Outcome.REFUSES_QUERIES, "connection lost while echoing"),
        ([ACCEPT, b"\4garbage"], True, Outcome.REFUSES_QUERIES, "malformed while echoing"),
        ([ACCEPT, ECHOED, PENDING[:20]], True, Outcome.REFUSES_QUERIES, "no answer in time while finding"),
        ([ACCEPT, ECHOED, PENDING], True, Outcome.ACCESSIBLE, "C-FIND, 1 answers, then no answer in time"),
        ([ACCEPT, ECHOED, PENDING * 2], False, Outcome.ACCESSIBLE, "C-FIND, 2 answers, then connection lost"),
        ([ACCEPT, ECHOED, PENDING + pdu.abort()], True, Outcome.ACCESSIBLE, "C-FIND, 1 answers, then A-ABORT"),
        ([ACCEPT, ECHOED, PENDING + b"\4garbage"], True, Outcome.ACCESSIBLE, "C-FIND, 1 answers, then malformed"),
        ([ACCEPT, ECHOED, UNREADABLE], True, Outcome.REFUSES_QUERIES, "malformed while finding"),
        ([ACCEPT, ECHOED, PENDING * 1000], True, Outcome.ACCESSIBLE, f"left after {MOST_ANSWERS} answers"),
        (
            [ACCEPT, ECHOED, (struct.pack(">BxIIBB", 4, 16_006, 16_002, 3, 0) + bytes(16_000)) * 9],
            True,
            Outcome.REFUSES_QUERIES,
            "a message that never ends",
        ),
    ],
)
def test_a_hostile_server_gets_a_verdict_with_evidence(
    script: list[bytes], keep_open: bool, outcome: Outcome, step: str
) -> None:
    finding = ask(script, keep_open, 0.25 if "in time" in step else 3.0)
    assert finding.outcome is outcome
    assert step in finding.steps[-1]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 3), st.binary(min_size=1, max_size=300))
def test_any_answer_gives_a_finding(place: int, noise: bytes) -> None:
    script = [*[ACCEPT, ECHOED, PENDING, pdu.RELEASE_RESPONSE][:place], noise]
    finding = ask(script)
    assert finding.steps
    assert finding.accessible == any(step.startswith("C-FIND") for step in finding.steps)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(ACCEPT) - 1), st.binary(min_size=1, max_size=6))
def test_a_damaged_acceptance_gives_a_finding(place: int, damage: bytes) -> None:
    broken = ACCEPT[:place] + damage + ACCEPT[place + len(damage) :]
    assert ask([broken]).steps


def test_a_connection_that_comes_after_the_time_is_up_is_closed_and_changes_no_verdict() -> None:
    over: list[bool] = []
    exchange = Exchange(Target(HOSTILE, 11112), lambda: over.append(True))
    exchange.give_up()
    transport = Mock(asyncio.Transport)
    exchange.connection_made(transport)
    exchange.not_connected(Outcome.DROPPED, "and something else")
    assert transport.mock_calls == [call.abort()]
    assert (exchange.finding.outcome, exchange.finding.steps) == (Outcome.SILENT, ["no connection in time"])
    assert over == [True]


# -- by hand, and the web ----------------------------------------------------------------------------------------------


@contextmanager
def saying(answer: bytes, port: int) -> Iterator[Target]:
    """A server that says these bytes to whoever connects, whatever he says, and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        with suppress(OSError):
            await writer.drain()
        writer.close()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(serve, HOSTILE, port)

    with in_thread(start) as (loop, server):
        yield Target(HOSTILE, port)
        loop.call_soon_threadsafe(server.close)  # type: ignore[attr-defined]


_NOISE = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.sampled_from(
            [
                ACCEPT,
                ACCEPT[:-3],
                ECHOED,
                PENDING,
                UNREADABLE,
                pdu.abort(),
                pdu.p_data(3, b"\0\0", True, 0),
                b"\4garbage",
            ]
        ),
        max_size=5,
    ).map(b"".join),
    st.tuples(st.integers(0, 8), st.binary(max_size=100)).map(lambda unit: pdu.pdu(*unit)),
)


@settings(max_examples=30, deadline=None)
@given(_NOISE)
def test_a_call_by_hand_takes_any_answer(answer: bytes) -> None:
    with saying(answer, 11113) as target, Call(target) as by_hand:
        by_hand.associate()
        assert by_hand.echo() is None or isinstance(by_hand.echo(), int | None)
        status, matches = by_hand.find({"PatientName": ""})
        assert isinstance(status, int | None)
        assert all(list(match) == ["PatientName"] for match in matches)


@settings(max_examples=20, deadline=None)
@given(st.one_of(st.binary(max_size=100), st.binary(max_size=60).map(b"HTTP/1.1 200 OK\r\nServer: ".__add__)))
def test_a_look_at_a_viewer_takes_any_answer(answer: bytes) -> None:
    with saying(answer, 8042) as target:
        shows, step = asyncio.run(look(target.address, target.port, 1.0))
        assert (shows, step.startswith("GET /")) == (False, True)


WEB = renamed(replace(OPEN, viewer=Viewer.OPEN, web_port=8042), 23)
_PATHS = st.one_of(
    st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=60).map("/".__add__),
    st.tuples(
        st.sampled_from(
            ["/", "/study/", "/dicom-web/studies", "/dicom-web/instances", "/dicom-web/studies/*/series", "/%00"]
        ),
        st.sampled_from(
            ["", "*", "?name=*", "?limit=1&offset=2", "?PatientName=%ff", "?00100010=A*", "?StudyDate=-", "/%2e%2e"]
        ),
    ).map("".join),
)


@pytest.fixture(scope="module")
def web() -> Iterator[World]:
    with serving([WEB]) as running:
        yield running


def answered(head: bytes) -> bytes:
    """What the web side answers to these bytes."""
    with socket.create_connection((WEB.address, WEB.web_port), timeout=5) as sock:
        sock.sendall(head)
        return everything(sock)


@pytest.mark.usefixtures("web")
@settings(max_examples=50, deadline=None)
@given(st.sampled_from(["GET", "HEAD", "POST", ""]), _PATHS)
def test_any_request_to_a_viewer_gets_an_answer(method: str, path: str) -> None:
    answer = answered(f"{method} {path} HTTP/1.1\r\n\r\n".encode("latin-1"))
    assert re.match(rb"HTTP/1\.1 (200|400|404|405) ", answer), answer[:80]


@pytest.mark.usefixtures("web")
def test_a_viewer_gives_a_study_and_never_all_of_them() -> None:
    began = process_time()  # the viewer's too, which runs in this process
    for path in ("/study/*", "/study/%20", "/study/%00", f"/study/{Archive(WEB).uid(1)}%5C{Archive(WEB).uid(2)}"):
        assert answered(f"GET {path} HTTP/1.1\r\n\r\n".encode()).startswith(b"HTTP/1.1 404 ")
    assert answered(f"GET /study/{Archive(WEB).uid(1)} HTTP/1.1\r\n\r\n".encode()).startswith(b"HTTP/1.1 200 ")
    assert process_time() - began < 1


@pytest.mark.usefixtures("web")
@pytest.mark.parametrize(
    "path", ["/?name=%3F%3Fx", "/dicom-web/studies?StudyDescription=nosuch", "/dicom-web/studies/*/series?limit=0"]
)
def test_a_search_of_the_web_side_looks_through_so_many_records_and_no_more(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    described: list[int] = []
    whole = query._describe
    monkeypatch.setattr(query, "_describe", lambda *place: described.append(1) or whole(*place))
    assert answered(f"GET {path} HTTP/1.1\r\n\r\n".encode()).startswith(b"HTTP/1.1 200 ")
    assert len(described) <= query.MOST_WALKED


def test_a_head_that_never_ends_and_callers_who_say_nothing_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("web_protocol", "handshake", "archive_protocol"):
        monkeypatch.setattr(f"lab.survey.world.{module}.ASSOCIATION_SECONDS", 2.0)
    monkeypatch.setattr("lab.survey.world.archive_protocol.IDLE_SECONDS", 0.1)
    system = replace(renamed(WEB, 24), tls=True, port=2762)
    plain = renamed(OPEN, 25)
    with serving([system, plain]) as world:
        slow = [socket.create_connection((system.address, port), timeout=5) for port in (2762, 8042, 2762, 8042)]
        slow[2].sendall(b"\x16\x03\x01")
        slow[3].sendall(b"GET / HTTP/1.1\r\nX: ")
        associated = socket.create_connection(door(plain), timeout=5)
        associated.sendall(question.ASSOCIATE)
        assert associated.recv(4096)[:1] == b"\2"
        assert len(world.connections) == 5, "callers are counted before they have shown who they are"
        assert [everything(sock) for sock in (*slow, associated)] == [b""] * 5
        assert len(world.connections) == 0
    with serving([system]):
        endless = socket.create_connection((system.address, 8042), timeout=5)
        endless.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000)
        assert everything(endless).startswith(b"HTTP/1.1 431 ")


def test_a_cancelled_query_leaves_nothing_behind_that_answers_for_it() -> None:
    scheduled: list[asyncio.TimerHandle] = []

    async def cycles() -> None:
        loop = asyncio.get_running_loop()
        later = loop.call_later
        loop.call_later = lambda *how: scheduled.append(handle := later(*how)) or handle  # type: ignore[method-assign,assignment]
        protocol = ArchiveProtocol(OPEN, limits.Connections())
        transport = Mock(asyncio.Transport)
        transport.is_closing.return_value = False
        protocol.connection_made(transport)
        protocol.data_received(question.ASSOCIATE)
        for _ in range(20):
            protocol.data_received(question.FIND_REQUESTS[EXPLICIT] + question.CANCEL)
        protocol.data_received(question.FIND_REQUESTS[EXPLICIT])
        pending = [handle for handle in scheduled if not handle.cancelled() and "_pump" in repr(handle)]
        assert len(pending) == 1
        protocol.connection_lost(None)
        assert pending[0].cancelled()

    asyncio.run(cycles())
