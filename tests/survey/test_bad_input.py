"""Bad callers and bad archives: nobody crashes, everybody else is served, memory stays bounded."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.survey.system import Behaviour, Holdings
from lab.survey.tool import question
from lab.survey.tool.exchange import MOST_ANSWERS
from lab.survey.tool.finding import Finding, Outcome
from lab.survey.tool.runner import Manners, survey
from lab.survey.tool.store import Store
from lab.survey.tool.target import Target
from lab.survey.wire import dimse, pdu
from lab.survey.wire.elements import EXPLICIT, IMPLICIT
from lab.survey.world import limits
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
    for _ in range(8):
        sock = connect()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.sendall(question.ASSOCIATE)
        sock.recv(4096)
        sock.sendall(question.FIND_REQUESTS[EXPLICIT])
        deaf.append(sock)
    assert echoes()
    assert _resident() - before < 40_000
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
        asyncio.run(survey([Target(HOSTILE, port, "FR")], store, Manners(seconds=seconds)))
        loop.call_soon_threadsafe(server.close)  # type: ignore[attr-defined]
    (finding,) = store.findings()
    return finding


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
    finding = ask(script, keep_open, 0.25)
    assert finding.outcome is outcome
    assert step in "; ".join(finding.steps)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 3), st.binary(min_size=1, max_size=300))
def test_any_answer_gives_a_finding(place: int, noise: bytes) -> None:
    script = [*[ACCEPT, ECHOED, PENDING, pdu.RELEASE_RESPONSE][:place], noise]
    finding = ask(script)
    assert finding.steps
    assert finding.outcome in Outcome


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(ACCEPT) - 1), st.binary(min_size=1, max_size=6))
def test_a_damaged_acceptance_gives_a_finding(place: int, damage: bytes) -> None:
    broken = ACCEPT[:place] + damage + ACCEPT[place + len(damage) :]
    assert ask([broken]).steps


def test_the_limits_fit_into_the_memory_that_is_promised() -> None:
    # if every caller sent as much as it may and read nothing; the process itself takes about 95 MB
    each = pdu.LIMIT + 2 * limits.MAX_MESSAGE + 2 * limits.WRITE_BUFFER
    assert 95_000_000 + limits.MAX_CONNECTIONS * each < 300_000_000
