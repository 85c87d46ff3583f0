"""Clean Pixel Data (DICOM PS3.15 E.3.1): what is written in a picture is painted over, and what is no picture goes.

With the option every picture is looked at. Without it those pass that are not of a kind that bears letters, and they do
not say that they were cleaned. Compressed pictures that had to be changed are written uncompressed.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, ExplicitVRLittleEndian

from lab.deid.bits import OFFSETS, Array, stored_without_spare_bits, with_pixels, without_spare_bits
from lab.deid.covering import Box, covered
from lab.deid.elements import PIXEL_DATA, DicomFile, Element
from lab.deid.facts import BURNED_IN, COLUMNS, ROWS, Facts
from lab.deid.marking import file_head
from lab.deid.problems import Reason, Unclean
from lab.deid.stream import tidied
from lab.deid.writing import write_elements

_LARGEST = 1 << 30


@dataclass(frozen=True)
class Seen:
    """What became of the pixels: whether one may say that no name is burned in, what was covered, whether re-encoded."""

    clean: bool
    looked: bool = False
    boxes: tuple[Box, ...] = ()
    recoded: bool = False


class Undecoded(Exception):
    """The pixels have to be decoded, and this process is not to do it."""


class PixelCleaner:
    """Cleans pixels where the option asks for it; otherwise lets only pass what bears no letters."""

    def __init__(self, enabled: bool, decodes: bool = True) -> None:
        self._enabled, self._decodes = enabled, decodes

    def clean(self, dataset: list[Element], file: DicomFile) -> tuple[list[Element], str, Seen]:
        """The dataset, its transfer syntax, and what became of the pixels. Raises Unclean or Undecoded."""
        facts = Facts({element.tag: element for element in dataset}, file.form.big)
        pixels = facts.by_tag.get(PIXEL_DATA)
        if pixels is None:
            return dataset, file.syntax, Seen(True)
        if facts.size > _LARGEST:
            raise Unclean(Reason.TOO_LARGE)
        if not self._enabled and facts.may_bear_letters and facts.text(BURNED_IN) != "NO":
            raise Unclean(Reason.NEEDS_PIXEL_CLEANING)
        dataset, spare = _checked(dataset, pixels, file, facts)
        if self._enabled or spare:
            if not self._decodes:
                raise Undecoded
            return self._decoded(dataset, file, facts)
        return dataset, file.syntax, Seen(False)  # nobody looked, so the device's word stays as it is

    def _decoded(self, dataset: list[Element], file: DicomFile, facts: Facts) -> tuple[list[Element], str, Seen]:
        frames = _decoded(dataset, file, facts)
        clean = without_spare_bits(frames, facts)
        boxes = covered(clean, facts) if self._enabled else []
        if not boxes and clean is frames:
            return dataset, file.syntax, Seen(self._enabled, self._enabled)
        compressed = UID(file.syntax).is_encapsulated
        syntax = str(ExplicitVRLittleEndian) if compressed else file.syntax
        new = with_pixels(dataset, clean, facts)
        return new, syntax, Seen(self._enabled, self._enabled, tuple(boxes), compressed)


def _checked(dataset: list[Element], pixels: Element, file: DicomFile, facts: Facts) -> tuple[list[Element], bool]:
    """The dataset with its pixels and nothing beside them, and whether only decoding tells if that is all.

    Raises Unclean when there are fewer than described, and for a stream that is not understood.
    """
    if pixels.fragments is not None:
        fragments, spare = tidied(pixels.fragments, file.syntax, facts)
        tidy = Element(PIXEL_DATA, pixels.vr, fragments=fragments)
        gone = () if fragments[0] or (not pixels.fragments[0] and fragments == pixels.fragments) else OFFSETS
        return [tidy if element is pixels else element for element in dataset if element.tag not in gone], spare
    if len(pixels.value) < facts.size or not facts.size or UID(file.syntax).is_encapsulated:
        raise Unclean(Reason.PIXELS_MISFIT)
    exact = memoryview(pixels.value)[: facts.size]
    value = stored_without_spare_bits(exact, facts)
    if value is exact and len(pixels.value) == facts.size:
        return dataset, False
    if facts.size % 2:
        value = bytes(value) + b"\0"
    return [Element(PIXEL_DATA, pixels.vr, value) if element is pixels else element for element in dataset], False


def _decoded(dataset: list[Element], file: DicomFile, facts: Facts) -> Array:
    """The frames, shape (frames, rows, columns) or with three colours behind; yours to paint on."""
    wanted = [e for e in dataset if (e.tag >> 16 == 0x0028 and e.items is None) or e.tag in (PIXEL_DATA, 0x00080016)]
    content = b"".join((file_head("1.2", "1.2", file.syntax), *write_elements(wanted, file.form)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            described: Dataset = dcmread(io.BytesIO(content))
            frames = np.array(pixel_array(described, correct_unused_bits=False))
    except Exception as error:  # decoders raise whatever they like
        raise Unclean(Reason.PIXELS_UNDECODABLE) from error
    frames = frames if facts.frames > 1 else frames[None]
    if frames.shape[:3] != (facts.frames, facts.number(ROWS), facts.number(COLUMNS)):
        raise Unclean(Reason.PIXELS_MISFIT)
    return frames
