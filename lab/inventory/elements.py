"""Personal data in the elements of a dataset: what the standard says they hold, and what is written in all the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from lab.inventory.finding import Finding, Place, Reason
from lab.inventory.people import LEARNT, Fact, KnownPeople
from lab.inventory.raw import Leaf, Unreadable, leaves
from lab.inventory.text import Hit, Near, search_text
from lab.inventory.vocabulary import (
    BYTE_VRS,
    INSTITUTION,
    PATIENT,
    STAFF,
    TEXT_VRS,
    expected_vr,
    is_of_standard,
    kind_of,
    owner_of,
)
from lab.model import readable_name
from synthetic_data import Kind

PIXEL_TAGS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010, 0x00420011})
"""Elements that have a search of their own."""
_NOT_TEXT = frozenset({"IS", "DS"})
_PATIENT_ID, _PATIENT_NAME, _TRAILING_PADDING = 0x00100020, 0x00100010, 0xFFFCFFFC
_PRINTABLE = re.compile(rb"[\x20-\x7e\x80-\xff]{4,}")
_MOST_KEPT, _MOST_KEPT_BYTES, _LARGEST_KEPT = 20_000, 32_000_000, 100_000


def values_of(element: Any) -> list[str]:
    """The values of an element as texts; empty ones left out."""
    value = element.value
    if value is None:
        return []
    values = value if not isinstance(value, str | bytes) and isinstance(value, Iterable) and element.VM > 1 else [value]
    return [text for one in values if (text := str(one).strip("\0 "))]


def patient_of(dataset: Dataset) -> str:
    """How the inventory calls the patient of a dataset: by Patient ID, or by name where there is none."""
    for tag in (_PATIENT_ID, _PATIENT_NAME):
        try:
            if text := str(dataset[tag].value or "").strip():
                return text if tag == _PATIENT_ID else readable_name(text)
        except (KeyError, ValueError, TypeError):
            continue
    return ""


class Memory:
    """What the elements of the files seen last came to, by their bytes: the images of a series share most of them."""

    def __init__(self) -> None:
        self._kept: dict[Any, Any] = {}
        self._bytes = 0

    @staticmethod
    def key(tag: int, raw: Any, context: Any) -> Any:
        """What decides an element's outcome, or None when it was decoded already."""
        if not isinstance(raw, RawDataElement) or raw.value is None or len(raw.value) > _LARGEST_KEPT:
            return None
        return tag, raw.VR, raw.value, raw.is_little_endian, raw.is_implicit_VR, context

    def get(self, key: Any) -> Any:
        return None if key is None else self._kept.get(key)

    def put(self, key: Any, value: Any) -> None:
        if key is not None:
            self._bytes += len(key[2])
            if len(self._kept) >= _MOST_KEPT or self._bytes > _MOST_KEPT_BYTES:
                self._kept.clear()
                self._bytes = 0
            self._kept[key] = value


def _searched(dataset: Dataset) -> Iterator[tuple[int, Any]]:
    """The tags to look at, as plain numbers (comparing pydicom's is slow), each with its element, decoded or not."""
    for tag, raw in list(dataset._dict.items()):
        number = int(tag)
        if number >> 16 > 0x0002 and number not in PIXEL_TAGS:
            yield number, raw


@cache
def _teaches(tag: int, vr: str) -> bool:
    """Whether an element may say something about people, or hold others that do."""
    return vr == "SQ" or kind_of(tag, vr) in LEARNT


# -- learning ------------------------------------------------------------------------------------------------------


def facts_of(dataset: Dataset, memory: Memory) -> list[Fact]:
    """What the elements of a dataset say about people, in sequences too. Never raises for what is in the dataset."""
    patient = patient_of(dataset)
    context = ("facts", patient, _charset(dataset), _block(dataset))
    facts: list[Fact] = []
    for tag, raw in _searched(dataset):
        if not _teaches(tag, raw.VR or expected_vr(tag)):
            continue
        key = memory.key(tag, raw, context)
        found = memory.get(key)
        if found is None:
            found = tuple(_facts_in(dataset, tag, patient))
            memory.put(key, found)
        facts += found
    return facts


def _facts_in(dataset: Dataset, tag: int, patient: str) -> Iterator[Fact]:
    try:
        for leaf in leaves(dataset, tag):
            element = leaf.element
            kind = kind_of(int(element.tag), element.VR, leaf.parent)
            if kind in LEARNT and element.tag >> 16 not in (0x0009,):
                owner = owner_of(int(element.tag), kind)
                for value in values_of(element):
                    yield Fact(kind, value, _person(owner, value, patient), owner)
    except Exception:  # a broken value teaches nothing; the search reports it
        return


def _person(owner: str, value: str, patient: str) -> str:
    if owner == STAFF:
        return readable_name(value)
    return INSTITUTION if owner == INSTITUTION else patient


def near_of(dataset: Dataset, facts: Iterable[Fact]) -> Near:
    """The people whom the dataset itself names."""
    return Near(patient_of(dataset), frozenset(fact.person for fact in facts))


def _charset(dataset: Dataset) -> bytes | str:
    raw = dataset._dict.get(0x00080005)  # type: ignore[call-overload]
    return getattr(raw, "value", b"") if isinstance(raw, RawDataElement) else str(raw.value if raw else "")


def _block(dataset: Dataset) -> tuple[Any, ...]:
    """The private creators: they decide whose an element of their blocks is."""
    creators = []
    for tag, raw in dataset._dict.items():
        number = int(tag)
        if number & 0x10000 and number & 0xFFFF < 0x100:
            creators.append((number, str(raw.value)))
    return tuple(creators)


# -- searching -----------------------------------------------------------------------------------------------------


def search_dataset(
    dataset: Dataset, known: KnownPeople, near: Near, memory: Memory, troubles: list[str]
) -> list[Finding]:
    """The findings in every element of a dataset but pixels and documents; what cannot be read goes to `troubles`."""
    context = ("find", near, _charset(dataset), _block(dataset))
    findings: list[Finding] = []
    for tag, raw in _searched(dataset):
        key = memory.key(tag, raw, context)
        found = memory.get(key)
        if found is None:
            try:
                found = tuple(_findings_in(dataset, tag, known, near))
            except Unreadable as error:
                troubles.append(str(error))
                continue
            except RecursionError:
                troubles.append(f"{tag:08X}: sequences are nested too deep")
                continue
            except Exception as error:  # whatever pydicom's converters meet in a broken value
                troubles.append(f"({tag >> 16:04X},{tag & 0xFFFF:04X}): {type(error).__name__}: {error}"[:200])
                found = tuple(_in_undecodable(dataset, tag, known, near))
            memory.put(key, found)
        findings += found
    return findings


def _findings_in(dataset: Dataset, tag: int, known: KnownPeople, near: Near) -> Iterator[Finding]:
    for leaf in leaves(dataset, tag):
        if int(leaf.element.tag) not in PIXEL_TAGS:
            yield from search_leaf(leaf, known, near)


def search_leaf(leaf: Leaf, known: KnownPeople, near: Near) -> Iterator[Finding]:
    """The findings in one element."""
    element = leaf.element
    tag, vr = int(element.tag), element.VR
    if tag >> 16 & 1 and tag & 0xFFFF < 0x100:
        return
    kind = kind_of(tag, vr, leaf.parent)
    if kind is not None:
        yield from _by_standard(leaf, kind, known, near)
    elif vr in TEXT_VRS and (vr not in _NOT_TEXT or tag >> 16 & 1):
        for value in values_of(element):
            yield from _in_text(leaf, value, known, near)
    elif isinstance(element.value, bytes) and (vr in BYTE_VRS or tag >> 16 & 1):
        yield from _in_bytes(leaf, element.value, known, near)


def _by_standard(leaf: Leaf, kind: Kind, known: KnownPeople, near: Near) -> Iterator[Finding]:
    tag = int(leaf.element.tag)
    owner = owner_of(tag, kind)
    for value in values_of(leaf.element):
        if kind is Kind.UID and is_of_standard(value):
            continue
        actual, sure, reason = kind, 1.0, Reason.STANDARD
        if kind is Kind.DATE and value[:8] in known.birth_dates.get(near.patient, ()):
            actual, reason = Kind.BIRTH_DATE, Reason.KNOWN
        if tag >> 16 & 1:
            sure, reason = 0.9, Reason.REPRESENTATION
        person = near.patient if owner == PATIENT else INSTITUTION if owner == INSTITUTION else readable_name(value)
        yield Finding(Place.ELEMENT, actual, value, person, sure, reason, tag=leaf.path, private_creator=leaf.creator)


def _in_text(leaf: Leaf, value: str, known: KnownPeople, near: Near) -> Iterator[Finding]:
    readable = value.replace("^", " ").replace("=", " ") if "^" in value else value
    hits = search_text(readable, known, near)
    for hit in hits:
        whole = _covers_all(hit, value, hits)
        yield Finding(
            Place.ELEMENT if whole else Place.TEXT,
            hit.kind,
            value if whole else value[hit.start : hit.end],
            hit.person,
            hit.sure,
            hit.reason,
            tag=leaf.path,
            private_creator=leaf.creator,
            span=None if whole else (hit.start, hit.end),
        )


def _covers_all(hit: Hit, value: str, hits: list[Hit]) -> bool:
    """Whether a hit is all there is in a value: then the value is the finding."""
    if hit.kind is Kind.NAME and "=" in value:
        return hit is hits[0]
    rest = value[: hit.start] + value[hit.end :]
    return not any(char.isalnum() for char in rest)


def _in_bytes(leaf: Leaf, value: bytes, known: KnownPeople, near: Near) -> Iterator[Finding]:
    place = Place.PADDING if leaf.element.tag == _TRAILING_PADDING else Place.ELEMENT
    for text, hit in search_bytes(value, known, near):
        yield Finding(
            place, hit.kind, text, hit.person, hit.sure, hit.reason, tag=leaf.path, private_creator=leaf.creator
        )


def search_bytes(content: bytes, known: KnownPeople, near: Near) -> Iterator[tuple[str, Hit]]:
    """Known people in bytes that may be text: each finding's value with its hit. Dates and the like are not looked for."""
    for run in _PRINTABLE.finditer(content):
        text = decoded(run.group())
        for hit in search_text(text, known, near):
            if hit.sure >= 0.9:
                yield text[hit.start : hit.end], hit


def decoded(content: bytes) -> str:
    """Bytes as UTF-8, or as Latin-1 when they are not."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _in_undecodable(dataset: Dataset, tag: int, known: KnownPeople, near: Near) -> Iterator[Finding]:
    """A value that is not what its element allows is searched as the bytes that it is."""
    raw = dataset._dict[tag]  # type: ignore[index]
    if isinstance(raw, RawDataElement) and raw.value:
        path = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
        kind = kind_of(tag, raw.VR or expected_vr(tag))
        if kind is not None:
            yield Finding(Place.ELEMENT, kind, decoded(raw.value), near.patient, 0.9, Reason.STANDARD, tag=path)
            return
        for value, hit in search_bytes(raw.value, known, near):
            yield Finding(Place.ELEMENT, hit.kind, value, hit.person, hit.sure, hit.reason, tag=path)


def search_file_meta(dataset: Dataset, known: KnownPeople, near: Near) -> Iterator[Finding]:
    """The findings in the file meta information (PS3.10 7.1)."""
    meta = getattr(dataset, "file_meta", None)
    if meta is None:
        return
    for tag in meta._dict:
        try:
            for leaf in leaves(meta, tag):
                for finding in search_leaf(leaf, known, near):
                    yield replace(finding, place=Place.FILE_META)
        except Exception:  # broken meta information: the file was read without it
            continue
