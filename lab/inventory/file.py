"""One file searched from its first byte to its last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydicom.dataset import Dataset

from lab.inventory.documents import search_pdf
from lab.inventory.elements import decoded, search_bytes, search_dataset, search_file_meta
from lab.inventory.finding import Finding, Place, Reason
from lab.inventory.learning import Memory, facts_of, near_of
from lab.inventory.likeness import search_regions
from lab.inventory.people import KnownPeople
from lab.inventory.pictures import search_pixels
from lab.inventory.raw import MOST_BYTES, Opened, open_dicom
from lab.inventory.reader import read_picture
from lab.inventory.text import Hit, Near, search_run_together, search_text
from lab.inventory.vocabulary import INSTITUTION
from synthetic_data import Kind

_DOCUMENT = 0x00420011
_DOCUMENT_PATH = "(0042,0011)"
_LEAST_NAME = 4


@dataclass(slots=True)
class Searched:
    """What one file gave: `sop_instance_uid` is empty when it has none, `patient` when it names none."""

    findings: list[Finding]
    troubles: list[str] = field(default_factory=list)
    sop_instance_uid: str = ""
    patient: str = ""


def search_dicom(
    source: Path | bytes, name: str, known: KnownPeople, memory: Memory, *, with_pictures: bool = True
) -> Searched:
    """Search a DICOM file; `name` is its path below the searched folder. Raises NotDicom or Unreadable."""
    opened = open_dicom(source)
    troubles = opened.troubles
    dataset = opened.dataset
    near = near_of(dataset, facts_of(dataset, memory))
    findings = search_dataset(dataset, known, near, memory, troubles)
    findings += search_file_meta(dataset, known, near)
    findings += _in_preamble(opened, known, near)
    findings += _in_tail(opened.tail, known, near)
    findings += search_name(name, known, near)
    if _DOCUMENT in dataset._dict:
        findings += _in_document(opened, known, near, troubles, with_pictures)
    if with_pictures:
        findings += search_pixels(opened, known, near, troubles)
    return Searched(findings, troubles, _text(dataset, "SOPInstanceUID"), near.patient)


def _text(dataset: Dataset, keyword: str) -> str:
    try:
        return str(dataset.get(keyword, "")).strip()
    except Exception:  # a value that cannot be converted is none
        return ""


def _in_preamble(opened: Opened, known: KnownPeople, near: Near) -> Iterator[Finding]:
    if not any(opened.preamble):
        return
    text = opened.preamble.decode("latin-1")
    hits = _in_short_text(text, known, near)
    for device in _devices(opened.dataset):
        at = text.find(device)
        if at >= 0 and all(hit.end <= at or at + len(device) <= hit.start for hit in hits):
            hits.append(Hit(Kind.DEVICE, at, at + len(device), INSTITUTION, 0.9, Reason.KNOWN))
    for hit in hits:
        yield _finding(Place.PREAMBLE, hit, text)


def _devices(dataset: Dataset) -> list[str]:
    """What the header calls the device, of a length that is no chance: a console writes it where nobody looks."""
    found = {_text(dataset, keyword) for keyword in ("StationName", "DeviceSerialNumber")}
    return sorted(name for name in found if len(name) >= _LEAST_NAME)


def _in_tail(tail: bytes, known: KnownPeople, near: Near) -> Iterator[Finding]:
    if any(tail):
        for value, hit in search_bytes(tail, known, near):
            yield Finding(Place.PADDING, hit.kind, value, hit.person, hit.sure, hit.reason)


def search_name(name: str, known: KnownPeople, near: Near) -> Iterator[Finding]:
    """The findings in a file's name and in those of its folders. Spans are in the one name, and in the path of the folders."""
    folder, _, last = name.rpartition("/")
    for place, text in ((Place.FILE_NAME, last), (Place.PATH, folder)):
        for hit in _in_short_text(text, known, near):
            yield _finding(place, hit, text)


def _in_short_text(text: str, known: KnownPeople, near: Near) -> list[Hit]:
    """What a name gives away, underscores read as spaces, and known names without spaces."""
    if not text:
        return []
    hits = [hit for hit in search_text(text.replace("_", " "), known, near) if hit.sure >= 0.5]
    taken = [(hit.start, hit.end) for hit in hits]
    for hit in search_run_together(text, known, near):
        if all(hit.end <= start or end <= hit.start for start, end in taken):
            hits.append(hit)
    return hits


def _finding(place: Place, hit: Hit, text: str) -> Finding:
    span = (hit.start, hit.end)
    return Finding(place, hit.kind, text[hit.start : hit.end], hit.person, hit.sure, hit.reason, span=span)


def _in_document(
    opened: Opened, known: KnownPeople, near: Near, troubles: list[str], with_pictures: bool
) -> Iterator[Finding]:
    raw = opened.dataset._dict[_DOCUMENT]  # type: ignore[index]
    content = raw.value
    if not isinstance(content, bytes):
        troubles.append(f"{_DOCUMENT_PATH}: longer than {MOST_BYTES} bytes")
    elif b"%PDF" in content[:1024]:
        read = read_picture if with_pictures else None
        yield from search_pdf(content, known, near, _DOCUMENT_PATH, troubles, read, search_regions)
    else:
        text = decoded(content)
        for hit in search_text(text, known, near):
            yield Finding(
                Place.TEXT,
                hit.kind,
                text[hit.start : hit.end],
                hit.person,
                hit.sure,
                hit.reason,
                tag=_DOCUMENT_PATH,
                span=(hit.start, hit.end),
            )
