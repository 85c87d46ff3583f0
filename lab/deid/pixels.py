"""Clean Pixel Data (DICOM PS3.15 E.3.1): what is written in a picture is painted over.

Three rules, from the surest on. A scanned paper is covered as a whole. Above and below the regions of an ultrasound
picture is only what the device writes. Everything else that may bear letters is read by OCR, in several renderings, until
nothing more is found. Compressed pictures that had to be changed are written uncompressed.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, ExplicitVRLittleEndian

from lab.deid.elements import PIXEL_DATA, DicomFile, Element
from lab.deid.marking import file_head
from lab.deid.problems import Reason, Unclean
from lab.deid.reading_letters import Letters, Picture, find_letters
from lab.deid.writing import write_elements

Array = NDArray[Any]
Box = tuple[int, int, int, int]
_BURNING = frozenset(
    [
        "US",
        "SC",
        "OT",
        "XA",
        "RF",
        "ES",
        "XC",
        "GM",
        "SM",
        "DOC",
        "IVUS",
        "ECG",
        "EPS",
        "HC",
        "OP",
        "IO",
        "PX",
        "MG",
        "CR",
        "DX",
        "RG",
        "XR",
        "BI",
        "DG",
        "LP",
        "BMD",
    ]
)
"""Modalities whose pictures bear letters: screens, papers, photographs, radiographs with a name plate."""
_SAFE = frozenset(["CT", "MR", "PT", "NM", "RTDOSE", "RTIMAGE", "SEG", "OCT"])
_SCANNED = ("SD", "DF")
_MODALITY, _BURNED_IN, _IMAGE_TYPE, _CONVERSION, _REGIONS = 0x00080060, 0x00280301, 0x00080008, 0x00080064, 0x00186011
_ROWS, _COLUMNS, _SAMPLES, _FRAMES, _ALLOCATED = 0x00280010, 0x00280011, 0x00280002, 0x00280008, 0x00280100
_PHOTOMETRIC, _PLANAR = 0x00280004, 0x00280006
_LARGEST = 1 << 30
_ROUNDS, _SAMPLED, _MARGIN = 3, 3, 3


@dataclass(frozen=True)
class Seen:
    """What became of the pixels: whether one may say that no name is burned in, what was covered, whether re-encoded."""

    clean: bool
    looked: bool = False
    boxes: tuple[Box, ...] = ()
    recoded: bool = False


@dataclass(frozen=True)
class _Facts:
    """What the dataset says about its pixels."""

    by_tag: dict[int, Element]
    big: bool

    def text(self, tag: int) -> str:
        element = self.by_tag.get(tag)
        return "" if element is None else bytes(element.value).decode("ascii", "replace").strip("\0 ")

    def number(self, tag: int, default: int = 0) -> int:
        element = self.by_tag.get(tag)
        if element is None or not len(element.value):
            return default
        if element.vr in ("IS", "DS"):
            text = self.text(tag)
            return int(text) if text.isdigit() else default
        return int.from_bytes(bytes(element.value)[:2], "big" if self.big else "little")

    @property
    def frames(self) -> int:
        return self.number(_FRAMES, 1) or 1

    @property
    def may_bear_letters(self) -> bool:
        if self.text(_BURNED_IN) == "YES" or self.text(_CONVERSION):
            return True
        kind = self.text(_IMAGE_TYPE).upper()
        if "SCREEN" in kind or "SECONDARY" in kind:
            return True
        return self.text(_MODALITY) not in _SAFE

    @property
    def has_markers(self) -> bool:
        """Whether short words belong to the picture; on a sheet of text they do not, and need not be read."""
        return not self.text(_CONVERSION)

    @property
    def is_scanned(self) -> bool:
        return self.text(_CONVERSION) in _SCANNED

    @property
    def size(self) -> int:
        """Bytes of the pixels when they are not compressed."""
        bits = self.number(_ALLOCATED) * self.number(_SAMPLES, 1) * self.number(_ROWS) * self.number(_COLUMNS)
        return (bits * self.frames + 7) // 8


class PixelCleaner:
    """Cleans pixels where the option asks for it; otherwise lets only pass what bears no letters."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled

    def clean(self, dataset: list[Element], file: DicomFile) -> tuple[list[Element], str, Seen]:
        """The dataset, its transfer syntax, and what became of the pixels. Raises Unclean."""
        facts = _Facts({element.tag: element for element in dataset}, file.form.big)
        pixels = facts.by_tag.get(PIXEL_DATA)
        if pixels is None:
            return dataset, file.syntax, Seen(True)
        dataset = _checked(dataset, pixels, facts)
        if not facts.may_bear_letters:
            return dataset, file.syntax, Seen(False)  # nobody looked, so the device's word stays as it is
        if not self._enabled:
            if facts.text(_BURNED_IN) == "NO":
                return dataset, file.syntax, Seen(False)
            raise Unclean(Reason.NEEDS_PIXEL_CLEANING)
        return self._looked_at(dataset, file, facts)

    def _looked_at(self, dataset: list[Element], file: DicomFile, facts: _Facts) -> tuple[list[Element], str, Seen]:
        if facts.size > _LARGEST:
            raise Unclean(Reason.TOO_LARGE)
        frames = _decoded(dataset, file, facts)
        boxes = _covered(frames, facts)
        if not boxes:
            return dataset, file.syntax, Seen(True, looked=True)
        compressed = UID(file.syntax).is_encapsulated
        syntax = str(ExplicitVRLittleEndian) if compressed else file.syntax
        new = _with_pixels(dataset, frames, facts)
        return new, syntax, Seen(True, True, tuple(boxes), compressed)


def _checked(dataset: list[Element], pixels: Element, facts: _Facts) -> list[Element]:
    """The dataset with pixels of just the length that is described. Raises Unclean when there are fewer."""
    if pixels.fragments is not None:
        return dataset
    if len(pixels.value) < facts.size or not facts.size:
        raise Unclean(Reason.PIXELS_MISFIT)
    if len(pixels.value) == facts.size:
        return dataset
    exact = Element(PIXEL_DATA, pixels.vr, memoryview(pixels.value)[: facts.size])
    if facts.size % 2:
        exact.value = bytes(exact.value) + b"\0"
    return [exact if element is pixels else element for element in dataset]


def _decoded(dataset: list[Element], file: DicomFile, facts: _Facts) -> Array:
    """The frames, shape (frames, rows, columns) or with three colours behind; yours to paint on."""
    wanted = [e for e in dataset if (e.tag >> 16 == 0x0028 and e.items is None) or e.tag in (PIXEL_DATA, 0x00080016)]
    content = b"".join((file_head("1.2", "1.2", file.syntax), *write_elements(wanted, file.form)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            described: Dataset = dcmread(io.BytesIO(content))
            frames = np.array(pixel_array(described))
    except Exception as error:  # decoders raise whatever they like
        raise Unclean(Reason.PIXELS_UNDECODABLE) from error
    frames = frames if facts.frames > 1 else frames[None]
    if frames.shape[:3] != (facts.frames, facts.number(_ROWS), facts.number(_COLUMNS)):
        raise Unclean(Reason.PIXELS_MISFIT)
    return frames


def _covered(frames: Array, facts: _Facts) -> list[Box]:
    """Cover what is written, in all frames; returns where."""
    rows, columns = frames.shape[1:3]
    if facts.is_scanned:
        boxes = [(0, 0, columns, rows)]
        _cover(frames, boxes)
        return boxes
    boxes = _outside_regions(facts, rows, columns)
    _cover(frames, boxes)
    for _ in range(_ROUNDS):
        found = {
            _grown(letters, rows, columns)
            for picture in _renderings(frames)
            for letters in find_letters(picture, facts.has_markers)
            if not _is_marker(letters)
        }
        if not found:
            break
        _cover(frames, list(found))
        boxes += sorted(found)
    else:
        if any(
            not _is_marker(letters)
            for picture in _renderings(frames)
            for letters in find_letters(picture, facts.has_markers)
        ):
            boxes = [(0, 0, columns, rows)]
            _cover(frames, boxes)
    return boxes


def _outside_regions(facts: _Facts, rows: int, columns: int) -> list[Box]:
    """Above and below the regions in which an ultrasound device shows what it hears (PS3.3 C.8.5.5)."""
    regions = facts.by_tag.get(_REGIONS)
    spans = []
    for item in (regions.items or []) if regions is not None else []:
        numbers = {element.tag: int.from_bytes(bytes(element.value), "big" if facts.big else "little") for element in item
                   if element.vr == "UL"}  # fmt: skip
        if 0x0018601A in numbers and 0x0018601E in numbers:
            spans.append((numbers[0x0018601A], numbers[0x0018601E]))
    if not spans:
        return []
    top, bottom = min(first for first, _ in spans), max(last for _, last in spans) + 1
    boxes = [(0, 0, columns, min(top, rows)), (0, bottom, columns, rows)]
    return [box for box in boxes if box[1] < box[3]]


def _renderings(frames: Array) -> Iterator[Picture]:
    """What is looked at: some frames and the brightest and darkest of all, full range and without the outermost values."""
    chosen = sorted({0, len(frames) // 2, len(frames) - 1})[:_SAMPLED]
    pictures = [frames[index] for index in chosen]
    if len(frames) > 1:
        pictures = [pictures[0], frames.max(0), frames.min(0)]
    for picture in pictures:
        yield _eight_bits(picture, 0, 100)
        if picture.dtype != np.uint8:
            yield _eight_bits(picture, 2, 98)


def _eight_bits(picture: Array, low: float, high: float) -> Picture:
    if picture.dtype == np.uint8:
        return picture
    bottom, top = np.percentile(picture, (low, high))
    scaled = (picture.astype(np.float32) - bottom) * (255.0 / max(float(top - bottom), 1.0))
    eight: Picture = np.clip(scaled, 0, 255).astype(np.uint8)
    return eight


def _is_marker(letters: Letters) -> bool:
    """Whether it is a side or view marker, or one letter: L, R, AP, LAT. They are part of the picture's meaning."""
    text = letters.text.strip()
    return 0 < len(text) <= 3 and not any(char.isdigit() for char in text)


def _grown(letters: Letters, rows: int, columns: int) -> Box:
    """The box with a margin in proportion to its letters: detectors cut first and last letters short."""
    margin = _MARGIN + (letters.bottom - letters.top) // 4
    left, top = max(0, letters.left - 2 * margin), max(0, letters.top - margin)
    return left, top, min(columns, letters.right + 2 * margin), min(rows, letters.bottom + margin)


def _cover(frames: Array, boxes: list[Box]) -> None:
    """Paint boxes over with one value: the picture's own at the box's rim, so that no edge draws the eye."""
    for left, top, right, bottom in boxes:
        rim = np.concatenate([frames[:, top, left:right], frames[:, bottom - 1, left:right]], 1)
        whole = (right - left, bottom - top) == (frames.shape[2], frames.shape[1])
        sample = rim if not whole else frames[:, ::16, ::16].reshape(len(frames), -1, *frames.shape[3:])
        frames[:, top:bottom, left:right] = np.median(sample, axis=(0, 1)).astype(frames.dtype)


def _with_pixels(dataset: list[Element], frames: Array, facts: _Facts) -> list[Element]:
    """The dataset with these pixels, uncompressed, and their description put right."""
    order: Literal["<", ">"] = ">" if facts.big else "<"
    content = np.ascontiguousarray(frames).astype(frames.dtype.newbyteorder(order), copy=False).tobytes()
    vr = "OB" if frames.dtype.itemsize == 1 and not facts.big else "OW"
    new = {PIXEL_DATA: Element(PIXEL_DATA, vr, content + b"\0" * (len(content) % 2))}
    if frames.ndim == 4:
        new[_PHOTOMETRIC] = Element(_PHOTOMETRIC, "CS", b"RGB")
        new[_PLANAR] = Element(_PLANAR, "US", b"\0\0")
    return sorted([*(e for e in dataset if e.tag not in new), *new.values()], key=lambda element: element.tag)
