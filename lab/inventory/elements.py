"""Personal data in the elements of a dataset: what the standard says they hold, and what is written in all the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from lab.inventory.errors import Unreadable
from lab.inventory.finding import Finding, Place, Reason
from lab.inventory.learning import PIXEL_TAGS, Memory, charset_of, creators_in, searched, values_of
from lab.inventory.people import KnownPeople
from lab.inventory.raw import Leaf, leaves
from lab.inventory.text import Hit, Near, search_text
from lab.inventory.vocabulary import (
    BYTE_VRS,
    INSTITUTION,
    PATIENT,
    TEXT_VRS,
    expected_vr,
    is_of_standard,
    kind_of,
    owner_of,
)
from lab.model import readable_name
from synthetic_data import Kind

_NOT_TEXT = frozenset({"IS", "DS"})
_TRAILING_PADDING = 0xFFFCFFFC
_PRINTABLE = re.compile(rb"[\x20-\x7e\x80-\xff]{4,}")


def search_dataset(
    dataset: Dataset, known: KnownPeople, near: Near, memory: Memory, troubles: list[str]
) -> list[Finding]:
    """The findings in every element of a dataset but pixels and documents; what cannot be read goes to `troubles`."""
    context = ("find", near, charset_of(dataset), creators_in(dataset))
    findings: list[Finding] = []
    for tag, raw in searched(dataset):
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
