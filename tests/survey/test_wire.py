"""PDUs, commands and elements: what is written is read back, and no bytes of a stranger do any harm."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.survey.tool import question
from lab.survey.wire import dimse, pdu
from lab.survey.wire.elements import EXPLICIT, IMPLICIT, read_elements, write_elements
from lab.survey.wire.pdu import Malformed, PduReader


def read(data: bytes, cuts: int = 1) -> list[tuple[int, bytes]]:
    reader = PduReader()
    return [unit for start in range(0, len(data), cuts) for unit in reader.feed(data[start : start + cuts])]


def test_an_association_request_says_what_was_put_in() -> None:
    ((kind, body),) = read(question.ASSOCIATE)
    found = pdu.read_associate(body)
    assert (kind, found.called, found.calling, found.max_pdu) == (pdu.ASSOCIATE_RQ, "ANY-SCP", "PACSLAB", pdu.MAX_PDU)
    assert [(context.id, context.abstract) for context in found.proposed] == [
        (1, b"1.2.840.10008.1.1"),
        (3, b"1.2.840.10008.5.1.4.1.2.2.1"),
        (5, b"1.2.840.10008.5.1.4.1.2.2.3"),
        (7, question.NOTHING),
    ]


def test_a_stream_may_be_cut_anywhere() -> None:
    stream = question.ASSOCIATE + question.ECHO_REQUEST + pdu.RELEASE_REQUEST
    assert read(stream, 1) == read(stream, 7) == read(stream, len(stream))


@pytest.mark.parametrize("max_pdu", [0, 70, 128, 16384])
def test_a_long_data_set_is_cut_to_what_the_receiver_takes(max_pdu: int) -> None:
    data = bytes(range(256)) * 20
    units = read(pdu.p_data(5, data, False, max_pdu))
    assert all(len(body) <= (max_pdu or 10**6) for _, body in units)
    parts = [part for _, body in units for part in pdu.data_values(body)]
    assert b"".join(part[3] for part in parts) == data
    assert [part[2] for part in parts] == [False] * (len(parts) - 1) + [True]


@given(st.lists(st.tuples(st.integers(0x00080005, 0x7FFFFFFF), st.binary(max_size=60)), max_size=20), st.booleans())
def test_elements_are_read_as_they_were_written(elements: list[tuple[int, bytes]], explicit: bool) -> None:
    unique = {tag: value + b" " * (len(value) % 2) for tag, value in elements}
    written = write_elements(sorted((tag, "LO", value) for tag, value in unique.items()), explicit)
    assert read_elements(written, explicit) == unique


@pytest.mark.slow
@settings(max_examples=400)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_called_malformed(data: bytes) -> None:
    for parse in (
        lambda: read(data, 5),
        lambda: pdu.read_associate(b"\0\1" + data),
        lambda: pdu.read_associate(b"\0\1" + bytes(66) + data),
        lambda: list(pdu.data_values(data)),
        lambda: dimse.read_command(data),
        lambda: read_elements(data, True),
        lambda: read_elements(data, False),
    ):
        try:
            parse()
        except Malformed:
            continue


@pytest.mark.slow
@settings(max_examples=200)
@given(st.integers(0, len(question.ASSOCIATE) - 7), st.binary(min_size=1, max_size=8))
def test_a_damaged_association_request_is_read_or_called_malformed(place: int, damage: bytes) -> None:
    body = bytearray(question.ASSOCIATE[6:])
    body[place : place + len(damage)] = damage
    with suppress(Malformed):
        assert pdu.read_associate(bytes(body)).proposed is not None


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"GET / HTTP/1.0\r\n\r\n", "PDU type 0x47 does not exist"),
        (pack(">BxI", 4, 2**32 - 1), "a PDU of 4294967295 bytes, more than 32768"),
        (b"\0" * 6, "PDU type 0x00 does not exist"),
    ],
)
def test_a_wrong_header_is_refused_before_anything_is_kept(data: bytes, complaint: str) -> None:
    with pytest.raises(Malformed, match=complaint):
        read(data, len(data))


def test_what_waits_for_the_rest_of_a_pdu_is_bounded() -> None:
    reader = PduReader()
    tracemalloc.start()
    with suppress(Malformed):
        for _ in range(10_000):
            list(reader.feed(pack(">BxI", 4, pdu.LIMIT - 1) if not len(reader) else bytes(1000)))
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (pack("<HHI", 0x10, 0x10, 2**31), "of 2147483648 bytes where 0 are left"),
        (pack("<HHI", 0x8, 0x1115, 2**32 - 1) + (pack("<HHI", 0xFFFE, 0xE000, 2**32 - 1)) * 20, "nested deeper than 8"),
        (pack("<HHI", 0x8, 0x1115, 2**32 - 1), "an element is cut off"),
        (b"".join(pack("<HHI", 0x9, n, 0) for n in range(600)), "more than 512 elements"),
    ],
)
def test_lengths_that_lie_are_malformed(data: bytes, complaint: str) -> None:
    with pytest.raises(Malformed, match=complaint):
        read_elements(data, explicit=False)


def test_a_sequence_in_a_query_is_passed_over() -> None:
    sequence = pack("<HHI", 0x8, 0x1115, 2**32 - 1)
    inner = pack("<HHI", 0xFFFE, 0xE000, 2**32 - 1) + pack("<HHI", 0x8, 0x1150, 0)
    end = pack("<HHI", 0xFFFE, 0xE00D, 0) + pack("<HHI", 0xFFFE, 0xE0DD, 0)
    after = write_elements([(0x00100010, "PN", b"A*")], False)
    assert read_elements(sequence + inner + end + after, False) == {0x00081115: b"", 0x00100010: b"A*"}


def test_the_question_asks_for_what_the_survey_saw_and_nothing_else() -> None:
    for transfer in (EXPLICIT, IMPLICIT):
        units = [part for _, body in read(question.FIND_REQUESTS[transfer]) for part in pdu.data_values(body)]
        keys = read_elements(units[1][3], transfer == EXPLICIT)
        assert {tag: value for tag, value in keys.items() if value} == {
            0x00080052: b"STUDY ",
            0x00990010: b"PACSLAB TOTALS",
        }
