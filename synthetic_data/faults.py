"""Broken files, on request only: a catalogue of what goes wrong with DICOM in the field, for tests of what must cope.

Each fault is made from one whole file in explicit VR little endian; what it does is its docstring. A broken copy holds
the identifiers of the object it was made from but those that `lost` names. None holds anything that runs: a marker
stands for it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from synthetic_data.errors import SyntheticDataError
from synthetic_data.ledger import Place, Plant

Fault = Callable[[bytes], bytes]

MARKER = b"PACSLAB-HARMLESS-MARKER"
HUGE = 8 * 1024 * 1024
DEPTH = 400

_LONG_VRS = {b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"}
_PREAMBLE = 128
_META_START = 132
_CHARACTER_SET, _SOP_INSTANCE_UID, _STUDY_DATE = 0x00080005, 0x00080018, 0x00080020
_SYNTAX, _META_UID, _ROWS, _PIXELS = 0x00020010, 0x00020003, 0x00280010, 0x7FE00010


class Element(NamedTuple):
    """A top-level element of a file: tag, VR, value, and its bytes as they stand there."""

    tag: int
    vr: bytes
    value: bytes
    raw: bytes


def elements(file: bytes) -> Iterator[Element]:
    """The elements of a file in explicit VR little endian with defined lengths, the file meta information first."""
    at = _META_START
    while at < len(file):
        group, number, vr = struct.unpack_from("<HH2s", file, at)
        length, start = (
            (struct.unpack_from("<I", file, at + 8)[0], at + 12)
            if vr in _LONG_VRS
            else (struct.unpack_from("<H", file, at + 6)[0], at + 8)
        )
        yield Element(group << 16 | number, vr, file[start : start + length], file[at : start + length])
        at = start + length


def element(tag: int, vr: bytes, value: bytes, length: int | None = None) -> bytes:
    """An element in explicit VR little endian (DICOM PS3.5 7.1.2), with another length than its value's if asked."""
    size = len(value) if length is None else length
    start = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr)
    return start + (struct.pack("<HI", 0, size) if vr in _LONG_VRS else struct.pack("<H", size)) + value


def _changed(file: bytes, change: Callable[[Element], bytes]) -> bytes:
    return file[:_META_START] + b"".join(change(one) for one in elements(file))


def _replaced(file: bytes, tag: int, raw: bytes) -> bytes:
    """The file with an element put in another's place."""
    return _changed(file, lambda one: raw if one.tag == tag else one.raw)


def _before(file: bytes, tag: int, raw: bytes) -> bytes:
    """The file with bytes put in before an element."""
    return _changed(file, lambda one: raw + one.raw if one.tag == tag else one.raw)


def wrong_charset(file: bytes) -> bytes:
    """Specific Character Set (0008,0005) says ISO_IR 144, Cyrillic, whatever the texts are in."""
    return _replaced(file, _CHARACTER_SET, element(_CHARACTER_SET, b"CS", b"ISO_IR 144"))


def missing_charset(file: bytes) -> bytes:
    """Specific Character Set (0008,0005) is left out, so that letters beyond ASCII have no meaning."""
    return _replaced(file, _CHARACTER_SET, b"")


def missing_uid(file: bytes) -> bytes:
    """SOP Instance UID (0008,0018), type 1, is left out."""
    return _replaced(file, _SOP_INSTANCE_UID, b"")


def illegal_uid(file: bytes) -> bytes:
    """SOP Instance UID has a component with a leading zero and one with letters (PS3.5 9.1)."""
    return _replaced(file, _SOP_INSTANCE_UID, element(_SOP_INSTANCE_UID, b"UI", b"2.25.007.synth\0"[:14]))


def long_uid(file: bytes) -> bytes:
    """SOP Instance UID is 80 characters long; 64 are allowed (PS3.5 9.1)."""
    return _replaced(file, _SOP_INSTANCE_UID, element(_SOP_INSTANCE_UID, b"UI", b"2.25." + b"1" * 75))


def meta_mismatch(file: bytes) -> bytes:
    """Media Storage SOP Instance UID (0002,0003) is not the dataset's SOP Instance UID (PS3.10 7.1)."""
    return _changed(file, lambda one: element(one.tag, b"UI", one.value[::-1]) if one.tag == _META_UID else one.raw)


def odd_length(file: bytes) -> bytes:
    """Study Date has an odd number of bytes; values are padded to even lengths (PS3.5 7.1.1)."""
    return _changed(file, lambda one: element(one.tag, b"DA", one.value[:7]) if one.tag == _STUDY_DATE else one.raw)


def wrong_vr(file: bytes) -> bytes:
    """Study Date (VR DA) holds words (PS3.5 6.2)."""
    return _replaced(file, _STUDY_DATE, element(_STUDY_DATE, b"DA", b"last Tuesday"))


def huge_private(file: bytes) -> bytes:
    """A private element of 8 MB stands before Study Date's group ends (PS3.5 7.8)."""
    block = element(0x00090020, b"LO", b"PACSLAB HUGE") + element(0x00092001, b"OB", bytes(HUGE))
    return _before(file, 0x00100010, block)


def preamble_marker(file: bytes) -> bytes:
    """The preamble starts as a Windows program's does, with a harmless marker behind it (CVE-2019-11687)."""
    return (b"MZ" + MARKER).ljust(_PREAMBLE, b"\0") + file[_PREAMBLE:]


def no_preamble(file: bytes) -> bytes:
    """The 128 bytes and DICM are left out, as in files from before PS3.10."""
    return file[_META_START:]


def no_meta(file: bytes) -> bytes:
    """The file meta information (group 0002) is left out (PS3.10 7.1)."""
    return _changed(file, lambda one: b"" if one.tag >> 16 == 0x0002 else one.raw)


def unknown_syntax(file: bytes) -> bytes:
    """Transfer Syntax UID (0002,0010) is one that no one has defined."""
    return _replaced(file, _SYNTAX, element(_SYNTAX, b"UI", b"1.2.840.10008.1.2.9999"))


def wrong_syntax(file: bytes) -> bytes:
    """Transfer Syntax UID says implicit VR; the dataset is explicit."""
    return _replaced(file, _SYNTAX, element(_SYNTAX, b"UI", b"1.2.840.10008.1.2\0"))


def truncated(file: bytes) -> bytes:
    """The file ends in the middle of its last element."""
    return file[: len(file) - len(file) // 3]


def length_bomb(file: bytes) -> bytes:
    """A private element of 16 bytes says that it has 4 GB."""
    return _before(file, 0x00100010, element(0x00090021, b"OB", bytes(16), 0xFFFFFFF0))


def deep_nesting(file: bytes) -> bytes:
    """Other Patient IDs Sequence is nested 400 levels deep."""
    inner = b""
    for _ in range(DEPTH):
        inner = element(0x00101002, b"SQ", struct.pack("<HHI", 0xFFFE, 0xE000, len(inner)) + inner)
    return _replaced(file, 0x00101002, inner)


def pixel_mismatch(file: bytes) -> bytes:
    """Rows (0028,0010) says more than Pixel Data holds (PS3.3 C.7.6.3)."""
    return _changed(file, lambda one: element(_ROWS, b"US", b"\xff\x7f") if one.tag == _ROWS else one.raw)


def duplicate_element(file: bytes) -> bytes:
    """Patient ID (0010,0020) is there twice, with two values (PS3.5 7.1)."""
    return _before(file, 0x00100020, element(0x00100020, b"LO", b"SYN-00000000"))


def wrong_order(file: bytes) -> bytes:
    """Elements do not come in the order of their tags: Pixel Data is first (PS3.5 7.1)."""
    parts = list(elements(file))
    meta = b"".join(one.raw for one in parts if one.tag >> 16 == 0x0002)
    pixels = b"".join(one.raw for one in parts if one.tag == _PIXELS)
    others = b"".join(one.raw for one in parts if one.tag >> 16 != 0x0002 and one.tag != _PIXELS)
    return file[:_META_START] + meta + pixels + others


FAULTS: dict[str, Fault] = {
    fault.__name__.replace("_", "-"): fault
    for fault in (
        wrong_charset, missing_charset, missing_uid, illegal_uid, long_uid, meta_mismatch, odd_length, wrong_vr,
        huge_private, preamble_marker, no_preamble, no_meta, unknown_syntax, wrong_syntax, truncated, length_bomb,
        deep_nesting, pixel_mismatch, duplicate_element, wrong_order,
    )
}  # fmt: skip
"""Every fault by the name that `--fault` takes."""


_LOST: dict[str, tuple[str, ...]] = {
    "missing-uid": ("(0008,0018)",),
    "illegal-uid": ("(0008,0018)",),
    "long-uid": ("(0008,0018)",),
    "meta-mismatch": ("(0002,0003)",),
    "odd-length": ("(0008,0020)",),
    "wrong-vr": ("(0008,0020)",),
    "no-meta": ("(0002,",),
    "deep-nesting": ("(0010,1002)",),
}
_WITHOUT_PREAMBLE = ("preamble-marker", "no-preamble")

GROWTH = {"huge-private": HUGE}
"""How many bytes a broken file has more than its source, where that matters."""


def lost(name: str, plant: Plant) -> bool:
    """Whether a fault takes away or overwrites an identifier of its source. The broken file's own name says nothing."""
    if plant.place is Place.FILE_NAME:
        return True
    if plant.place is Place.PREAMBLE:
        return name in _WITHOUT_PREAMBLE
    return plant.tag.startswith(_LOST.get(name, "-"))


def find_faults(names: tuple[str, ...]) -> dict[str, Fault]:
    """The faults of these names; raises SyntheticDataError for one that there is not."""
    for name in names:
        if name not in FAULTS:
            raise SyntheticDataError(f"unknown fault {name!r}; accepted are {', '.join(FAULTS)}.")
    return {name: FAULTS[name] for name in names}


def describe_fault(name: str) -> str:
    """What a fault does, in one sentence."""
    return str(FAULTS[name].__doc__)
