"""Hostile input ends in quarantine with a reason, in bounded time and memory."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.deid.elements import DEPTH, EXPLICIT, Element, read_bytes
from lab.deid.identities import Identities
from lab.deid.marking import file_head
from lab.deid.problems import Reason, Unclean
from lab.deid.secret import Secret
from lab.deid.whole import FileCleaner
from lab.deid.writing import write_elements
from synthetic_data.faults import FAULTS, element
from tests.deid.sets import WITHOUT_PIXELS, dicom_files, small_set

FATES = {
    "wrong-charset": None, "missing-charset": Reason.BAD_TEXT, "missing-uid": Reason.NO_IDENTITY, "illegal-uid": None,
    "long-uid": None, "meta-mismatch": None, "odd-length": None, "wrong-vr": None, "huge-private": Reason.OUT_OF_ORDER,
    "preamble-marker": None, "no-preamble": Reason.NOT_DICOM, "no-meta": Reason.UNKNOWN_SYNTAX,
    "unknown-syntax": Reason.UNKNOWN_SYNTAX, "wrong-syntax": Reason.TRUNCATED, "truncated": Reason.TRUNCATED,
    "length-bomb": Reason.OUT_OF_ORDER, "deep-nesting": Reason.TOO_DEEP, "pixel-mismatch": Reason.PIXELS_MISFIT,
    "duplicate-element": Reason.OUT_OF_ORDER, "wrong-order": Reason.OUT_OF_ORDER,
}  # fmt: skip
"""What becomes of each broken file: cleaned (None), or left behind for this reason."""


def ct() -> bytes:
    return dicom_files(small_set())[0].read_bytes()


def cleaner() -> FileCleaner:
    return FileCleaner(WITHOUT_PIXELS, Secret(bytes(32)), Identities())


def fate(content: bytes) -> Reason | None:
    try:
        cleaner().clean_read(read_bytes(content))
    except Unclean as problem:
        return problem.reason
    return None


def test_every_fault_of_the_catalogue_has_its_fate() -> None:
    assert {name: fate(fault(ct())) for name, fault in FAULTS.items()} == FATES


def test_a_marker_in_the_preamble_is_gone() -> None:
    pieces = cleaner().clean_read(read_bytes(FAULTS["preamble-marker"](ct()))).pieces
    assert b"".join(pieces)[:132] == bytes(128) + b"DICM"


def test_bytes_behind_the_last_element_are_no_elements() -> None:
    assert fate(ct() + b"MARTIN^ANNE") is not None


@pytest.mark.slow
def test_a_deflated_file_is_cleaned_and_a_deflated_bomb_is_not() -> None:
    head = file_head("1.2.840.10008.5.1.4.1.1.2", "2.25.1", "1.2.840.10008.1.2.1.99")

    def deflated(body: bytes) -> bytes:
        engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        return head + engine.compress(body) + engine.flush()

    small = b"".join(
        element(tag, vr, value)
        for tag, vr, value in (
            (0x00080016, b"UI", b"1.2.840.10008.5.1.4.1.1.88.11\0"),
            (0x00080018, b"UI", b"2.25.1"),
            (0x00100020, b"LO", b"P1"),
        )
    )
    assert fate(deflated(small)) is None
    assert fate(deflated(small + element(0x00420011, b"OB", bytes(257 << 20)))) is Reason.INFLATES_TOO_FAR
    assert fate(head + b"\x07garbage") is Reason.BROKEN_STRUCTURE


@pytest.mark.slow
def test_a_million_elements_and_a_million_items_end_the_reading() -> None:
    head = file_head("1.2", "2.25.1", "1.2.840.10008.1.2.1")
    items = struct.pack("<HHI", 0xFFFE, 0xE000, 0) * 1_000_000
    assert fate(head + element(0x00081140, b"SQ", items)) is Reason.TOO_MANY_ELEMENTS


def test_nesting_is_read_up_to_the_bound_and_no_deeper() -> None:
    head = file_head("1.2", "2.25.1", "1.2.840.10008.1.2.1")

    def nested(levels: int) -> bytes:
        inner = Element(0x00080100, "SH", b"X ")
        for _ in range(levels):
            inner = Element(0x00081140, "SQ", items=[[inner]])
        return head + b"".join(write_elements([inner], EXPLICIT))

    assert read_bytes(nested(DEPTH)).dataset[0].tag == 0x00081140
    assert fate(nested(DEPTH + 1)) is Reason.TOO_DEEP


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_done_to_a_file_it_is_cleaned_or_left_behind_but_never_more(data: st.DataObject) -> None:
    content = bytearray(ct()[:6000])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(128, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    fate(bytes(content))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_at_all_are_read_or_refused(body: bytes) -> None:
    for syntax in ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"):
        fate(file_head("1.2", "2.25.1", syntax) + body)


@pytest.mark.parametrize("content", [b"", b"DICM", bytes(132), b"%PDF-1.4" * 100, bytes(128) + b"DICM"])
def test_what_is_no_dicom_is_said_to_be_none(content: bytes) -> None:
    assert fate(content) in (Reason.NOT_DICOM, Reason.UNKNOWN_SYNTAX)


def test_what_was_read_is_written_the_same() -> None:
    for path in dicom_files(small_set())[:8]:
        file = read_bytes(path.read_bytes())
        again = b"".join((file_head("1.2", "2.25.1", file.syntax), *write_elements(file.dataset, file.form)))
        assert write_elements(read_bytes(again).dataset, file.form) == write_elements(file.dataset, file.form)
