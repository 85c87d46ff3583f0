"""A DICOM object as the score looks at it: read tolerantly, whoever wrote it."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pixel_array

_STEP = re.compile(r"\(([0-9A-F]{4}),([0-9A-F]{4})\)(?:\[(\d+)\])?")
_BULK = frozenset((0x7FE00010, 0x54001010, 0x00420011, 0x7FE00008, 0x7FE00009))
_GRID = 16


@dataclass
class Seen:
    """One file."""

    path: Path
    root: Path

    @cached_property
    def dataset(self) -> Dataset:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return dcmread(self.path, force=True)

    @property
    def name(self) -> str:
        """The path below its folder, with forward slashes."""
        return self.path.relative_to(self.root).as_posix()

    def text(self, keyword: str) -> str:
        value = self.dataset.get(keyword)
        return "" if value is None else str(value)

    @cached_property
    def shape(self) -> tuple[str, ...]:
        """What no de-identifier changes; some of them remove even the SOP class."""
        return tuple(self.text(word) for word in ("Modality", "Rows", "Columns", "NumberOfFrames"))

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the pixels or samples as they are stored; empty for an object without."""
        for tag in (0x7FE00010,):
            if tag in self.dataset:
                return hashlib.blake2b(bytes(self.dataset[tag].value), digest_size=16).hexdigest()
        if "WaveformSequence" in self.dataset:
            samples = b"".join(bytes(item.get("WaveformData", b"")) for item in self.dataset.WaveformSequence)
            return hashlib.blake2b(samples, digest_size=16).hexdigest()
        return ""

    @cached_property
    def frames(self) -> NDArray[Any] | None:
        """The pixels, shape (frames, rows, columns[, 3]); None when there are none or they cannot be decoded."""
        if "PixelData" not in self.dataset:
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                pixels = np.asarray(pixel_array(self.dataset))
        except Exception:  # decoders raise whatever they like
            return None
        return pixels if int(self.dataset.get("NumberOfFrames") or 1) > 1 else pixels[None]

    @cached_property
    def sketch(self) -> NDArray[np.float64] | None:
        """The first frame in a few grey blocks, by which a picture is known although parts of it were covered."""
        if self.frames is None:
            return None
        grey = self.frames[0].astype(np.float64)
        grey = grey.mean(2) if grey.ndim == 3 else grey
        rows, columns = (size // _GRID * _GRID for size in grey.shape)
        if not rows or not columns:
            return None
        blocks: NDArray[np.float64] = (
            grey[:rows, :columns].reshape(_GRID, rows // _GRID, _GRID, columns // _GRID).mean((1, 3))
        )
        return blocks

    def value(self, path: str) -> str | None:
        """The text of the element at a tag path; None when it is not there."""
        at: Any = self.dataset
        steps = _STEP.findall(path)
        for group, element, item in steps:
            tag = int(group + element, 16)
            source = at.file_meta if tag >> 16 == 2 else at
            if source is None or tag not in source:
                return None
            value = source[tag].value
            if not item:
                return _plain(value)
            if value is None or isinstance(value, (str, bytes)) or int(item) >= len(value):
                return None
            at = value[int(item)]
        return None

    def icon(self, path: str) -> NDArray[np.uint8] | None:
        """The picture at a tag path as a plane of bytes, shape (rows, columns); None when it is none."""
        at: Any = self.dataset
        for group, element, item in _STEP.findall(path):
            tag = int(group + element, 16)
            if tag not in at or (item and int(item) >= len(at[tag].value)):
                return None
            if not item:
                rows, columns, value = at.get("Rows") or 0, at.get("Columns") or 0, at[tag].value or b""
                plane = np.frombuffer(value, np.uint8)[: rows * columns]
                return plane.reshape(rows, columns) if plane.size == rows * columns > 0 else None
            at = at[tag].value[int(item)]
        return None

    @cached_property
    def words(self) -> str:
        """Everything that can be read in the file but its pictures: all elements, file meta, preamble, document, name."""
        parts = [_plain(e.value) for e in self.dataset.iterall() if e.tag not in _BULK and e.VR != "SQ"]
        parts += [_plain(element.value) for element in getattr(self.dataset, "file_meta", ())]
        preamble = getattr(self.dataset, "preamble", None) or b""
        return "\n".join((*parts, preamble.decode("latin-1").strip("\0"), self.name, self.document))

    @cached_property
    def leaves(self) -> frozenset[tuple[int, str]]:
        """Tag and value of every element but dates, at every depth."""
        return frozenset(
            (int(e.tag), _plain(e.value))
            for e in self.dataset.iterall()
            if e.tag not in _BULK and e.VR not in ("SQ", "DA", "DT")
        )

    @cached_property
    def days(self) -> frozenset[tuple[int, str]]:
        """Tag and value of every date, at every depth."""
        return frozenset((int(e.tag), _plain(e.value)) for e in self.dataset.iterall() if e.VR in ("DA", "DT"))

    @cached_property
    def document(self) -> str:
        """The text of an encapsulated PDF, with its title and author."""
        content = self.dataset.get("EncapsulatedDocument")
        if not content:
            return ""
        from pypdf import PdfReader

        try:
            reader = PdfReader(io.BytesIO(content))
            pages = [page.extract_text() for page in reader.pages]
            return "\n".join((*pages, *(str(value) for value in (reader.metadata or {}).values())))
        except Exception:  # a document that no reader opens; its bytes are looked at instead
            return bytes(content).decode("latin-1")

    @cached_property
    def document_pictures(self) -> frozenset[str]:
        """A digest of each picture in an encapsulated PDF."""
        content = self.dataset.get("EncapsulatedDocument")
        if not content:
            return frozenset()
        from pypdf import PdfReader

        try:
            reader = PdfReader(io.BytesIO(content))
            return frozenset(
                hashlib.blake2b(image.data, digest_size=16).hexdigest()
                for page in reader.pages
                for image in page.images
            )
        except Exception:
            return frozenset()

    @cached_property
    def overlay(self) -> NDArray[np.uint8] | None:
        """The first overlay plane, shape (rows, columns)."""
        try:
            plane: NDArray[np.uint8] = self.dataset.overlay_array(0x6000)
        except Exception:
            return None
        return plane


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip("\0 ")
    if isinstance(value, (list, tuple)) or type(value).__name__ == "MultiValue":
        return "\\".join(_plain(one) for one in value)
    return str(value)


def is_dicom(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False


def read_folder(folder: Path, *, faults: bool = False) -> list[Seen]:
    """The DICOM files of a folder, in the order of their names; broken copies in `faults` folders if they are wanted."""
    return [
        Seen(path, folder)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (faults or "faults" not in path.relative_to(folder).parts) and is_dicom(path)
    ]
