"""The functions that other rooms use: one dataset, one text, one picture, one document, one file at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from pydicom.dataset import Dataset

from lab.inventory.documents import search_pdf
from lab.inventory.elements import search_dataset, search_file_meta
from lab.inventory.file import search_dicom
from lab.inventory.finding import Finding, Region
from lab.inventory.learning import Memory, facts_of, near_of
from lab.inventory.likeness import search_regions
from lab.inventory.people import KnownPeople
from lab.inventory.reader import read_picture
from lab.inventory.text import NOBODY, Hit, Near, search_text


def learn(datasets: Iterable[Dataset]) -> KnownPeople:
    """Who is named in the headers of these datasets. The more of a set it has seen, the more the searches find."""
    known, memory = KnownPeople(), Memory()
    for dataset in datasets:
        known.learn(facts_of(dataset, memory))
    return known


def near_to(dataset: Dataset) -> Near:
    """The people whom a dataset itself names: for them a family name alone is found in a text."""
    return near_of(dataset, facts_of(dataset, Memory()))


def find_in_dataset(dataset: Dataset, known: KnownPeople | None = None) -> list[Finding]:
    """Personal data in the elements of a dataset and its file meta information, not in pixels and documents.

    Without `known`, what its own header says is looked for in its texts.
    """
    known, near = known or learn([dataset]), near_to(dataset)
    return search_dataset(dataset, known, near, Memory(), []) + list(search_file_meta(dataset, known, near))


def find_in_text(text: str, known: KnownPeople, near: Near = NOBODY) -> list[Hit]:
    """What a text gives away: spans of characters with kind, person, sureness and reason, in the text's order."""
    return search_text(text, known, near)


def find_in_picture(pixels: NDArray[Any]) -> list[Region]:
    """Every line of text in a picture, personal or not: shape (rows, columns) or (rows, columns, 3), any number of bits.

    Who hides all of them needs to know nobody; `find_personal_in_picture` tells which are personal.
    """
    return read_picture(pixels)


def find_personal_in_picture(pixels: NDArray[Any], known: KnownPeople, near: Near) -> list[tuple[Region, Hit]]:
    """The lines of text in a picture that are personal, each with what it gives away."""
    return list(search_regions(read_picture(pixels), known, near))


def find_in_pdf(
    content: bytes,
    known: KnownPeople,
    near: Near = NOBODY,
    *,
    with_pictures: bool = True,
    troubles: list[str] | None = None,
) -> list[Finding]:
    """Personal data in a PDF: text, properties and, by reading them, pictures. Boxes in points from the upper left corner.

    Raises nothing; what could not be read is added to `troubles`.
    """
    reader = read_picture if with_pictures else None
    kept: list[str] = [] if troubles is None else troubles
    return list(search_pdf(content, known, near, "(0042,0011)", kept, reader, search_regions))


def find_in_file(path: Path, known: KnownPeople, *, with_pictures: bool = True) -> list[Finding]:
    """All that one DICOM file gives away, its name included. Raises NotDicom or Unreadable (`lab.inventory.errors`)."""
    found = search_dicom(path, path.name, known, Memory(), with_pictures=with_pictures)
    return [replace(one, file=path.name, sop_instance_uid=found.sop_instance_uid) for one in found.findings]
