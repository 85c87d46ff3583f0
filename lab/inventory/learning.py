"""Who is named in the header of a file; and the memory that spares looking at the same element twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from lab.inventory.people import LEARNT, Fact
from lab.inventory.raw import leaves
from lab.inventory.text import Near
from lab.inventory.vocabulary import INSTITUTION, STAFF, expected_vr, kind_of, owner_of
from lab.model import readable_name

PIXEL_TAGS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010, 0x00420011})
"""Elements that have a search of their own."""
_PATIENT_ID, _PATIENT_NAME = 0x00100020, 0x00100010
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


def searched(dataset: Dataset) -> Iterator[tuple[int, Any]]:
    """The tags to look at, as plain numbers (comparing pydicom's is slow), each with its element, decoded or not."""
    for tag, raw in list(dataset._dict.items()):
        number = int(tag)
        if number >> 16 > 0x0002 and number not in PIXEL_TAGS:
            yield number, raw


@cache
def _teaches(tag: int, vr: str) -> bool:
    """Whether an element may say something about people, or hold others that do."""
    return vr == "SQ" or kind_of(tag, vr) in LEARNT


def facts_of(dataset: Dataset, memory: Memory) -> list[Fact]:
    """What the elements of a dataset say about people, in sequences too. Never raises for what is in the dataset."""
    patient = patient_of(dataset)
    context = ("facts", patient, charset_of(dataset), creators_in(dataset))
    facts: list[Fact] = []
    for tag, raw in searched(dataset):
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


def charset_of(dataset: Dataset) -> bytes | str:
    raw = dataset._dict.get(0x00080005)  # type: ignore[call-overload]
    return getattr(raw, "value", b"") if isinstance(raw, RawDataElement) else str(raw.value if raw else "")


def creators_in(dataset: Dataset) -> tuple[Any, ...]:
    """The private creators: they decide whose an element of their blocks is."""
    creators = []
    for tag, raw in dataset._dict.items():
        number = int(tag)
        if number & 0x10000 and number & 0xFFFF < 0x100:
            creators.append((number, str(raw.value)))
    return tuple(creators)
