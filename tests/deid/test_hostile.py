"""Hostile input ends in quarantine with a reason, in bounded time and memory."""

from __future__ import annotations

import re
import struct
import zlib
from collections import Counter
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread

from lab.deid.elements import DEPTH, EXPLICIT, Element, read_bytes
from lab.deid.identities import Identities, patient_key
from lab.deid.marking import file_head
from lab.deid.problems import Reason, Unclean
from lab.deid.secret import Secret
from lab.deid.whole import FileCleaner
from lab.deid.writing import write_elements
from synthetic_data.faults import FAULTS, element
from synthetic_data.ledger import Action, Kind
from synthetic_data.ledger_table import read_ledger
from tests.deid.sets import WITHOUT_PIXELS, dicom_files, small_set
from tests.deid.test_streams import JPEG, NAME, PICTURE, PLANE, RLE, WAVELET, WAVES, file_of, rle, segment

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


@pytest.mark.parametrize("name", [name for name, reason in FATES.items() if reason is None])
def test_a_broken_file_that_is_cleaned_names_nobody(name: str) -> None:
    uid = str(dcmread(dicom_files(small_set())[0], specific_tags=["SOPInstanceUID"]).SOPInstanceUID)
    entries = [entry for entry in read_ledger(small_set() / "ledger.parquet") if entry.sop_instance_uid == uid]
    planted = {
        e.value.encode()
        for e in entries
        if len(e.value) >= 6 and e.action is not Action.TEXT_RETAINED and e.kind is not Kind.TIME
    }
    identities = Identities()
    identities.learn(read_bytes(ct()))
    one = FileCleaner(WITHOUT_PIXELS, Secret(bytes(32)), identities).clean_read(read_bytes(FAULTS[name](ct())))
    after = b"".join(map(bytes, one.pieces))
    assert planted
    assert [value for value in planted if value in after] == []


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


@cache
def small_files() -> dict[str, bytes]:
    """Whole small files of each kind: reports, references, a letter, and a compressed picture with a comment."""
    found = {}
    for path in dicom_files(small_set()):
        content = path.read_bytes()
        if len(content) < 30_000:
            found.setdefault(str(dcmread(path, specific_tags=["Modality"]).Modality), content)
    picture = PICTURE[:2] + segment(0xFE, NAME) + PICTURE[2:]
    return {
        **found,
        "JPEG": file_of(JPEG, picture),
        "RLE": file_of(RLE, rle(PLANE + NAME)),
        "WAVELET": file_of(WAVELET, WAVES + NAME),
    }


@cache
def told(kind: str) -> tuple[Identities, tuple[bytes, ...]]:
    """Whom a whole file names, and what of it must not be in any cleaned copy, however it was damaged."""
    content, identities = small_files()[kind], Identities()
    file = read_bytes(content)
    identities.learn(file)
    known = identities.of(patient_key(file))
    words = {part for name in known.names for part in re.split(r"[\^=]", name)} | known.numbers
    return identities, (NAME, *(word.encode() for word in words if len(word) >= 6 and word.isascii()))


def damaged(kind: str, dice: Random) -> bytes:
    content = bytearray(small_files()[kind])
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(132, len(content))
        put = dice.choice((b"UN", b"OB", b"CS", b"7", b"^", *[dice.randbytes(dice.randint(1, 4))] * 4))
        content[at : at + len(put) - dice.choice((0, 0, 0, 0, 2))] = put
    return bytes(content)


def test_whatever_is_done_to_a_file_it_is_cleaned_or_left_behind_and_names_nobody() -> None:
    """Half are still cleaned, so that it is the cleaner that is tried and not the reader alone."""
    fates: Counter[tuple[str, bool]] = Counter()
    for number in range(500):
        dice = Random(number)
        kind = dice.choice(sorted(small_files()))
        identities, secrets = told(kind)
        one = FileCleaner(WITHOUT_PIXELS, Secret(bytes(32)), identities)
        try:
            after = b"".join(map(bytes, one.clean_read(read_bytes(damaged(kind, dice))).pieces))
        except Unclean:
            fates[kind, False] += 1
            continue
        fates[kind, True] += 1
        assert [secret for secret in secrets if secret in after] == [], number
    assert min(fates[kind, True] for kind in small_files()) >= 10
    assert sum(fates[kind, False] for kind in small_files()) >= 100


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
