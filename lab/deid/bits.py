"""Bits of uncompressed pixels (DICOM PS3.5 8.1): those above or below the stored ones may hold a drawing of their own."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lab.deid.elements import PIXEL_DATA, Buffer, Element
from lab.deid.facts import BITS_ALLOCATED, BITS_STORED, HIGH_BIT, PHOTOMETRIC, PLANAR, SIGNED, Facts

Array = NDArray[Any]
OFFSETS = frozenset((0x7FE00001, 0x7FE00002, 0x7FE00003))
"""Extended Offset Table, its lengths, and the length of all: true only for the very stream that they came with."""


def without_spare_bits(samples: Array, facts: Facts) -> Array:
    """The samples with nothing but their stored bits, signed ones with their sign; the same array when they are so."""
    allocated, stored = facts.number(BITS_ALLOCATED), facts.number(BITS_STORED)
    if not facts.has_spare_bits or samples.dtype.kind not in "iu" or samples.dtype.itemsize * 8 != allocated:
        return samples
    lowest = max(facts.number(HIGH_BIT, stored - 1) - stored + 1, 0)
    kind = "i" if lowest == 0 and facts.number(SIGNED) else "u"
    values = samples.view(np.dtype(f"{kind}{allocated // 8}").newbyteorder(samples.dtype.byteorder))
    least, most = (-(1 << stored - 1), (1 << stored - 1) - 1) if kind == "i" else (0, (1 << stored) - 1)
    if lowest == 0 and least <= values.min(initial=0) and values.max(initial=0) <= most:
        return samples
    if kind == "i":
        clean: Array = values << (allocated - stored) >> (allocated - stored)
    else:
        clean = values & (((1 << stored) - 1) << lowest & (1 << allocated) - 1)
    return clean.astype(values.dtype).view(samples.dtype)


def stored_without_spare_bits(value: Buffer, facts: Facts) -> Buffer:
    """The same for the value of Pixel Data."""
    if not facts.has_spare_bits:
        return value
    samples = np.frombuffer(value, f"{'>' if facts.big else '<'}u{facts.number(BITS_ALLOCATED) // 8}")
    clean = without_spare_bits(samples, facts)
    return value if clean is samples else clean.tobytes()


def with_pixels(dataset: list[Element], frames: Array, facts: Facts) -> list[Element]:
    """The dataset with these pixels, uncompressed, and their description put right."""
    if facts.number(BITS_ALLOCATED) == 1:
        content = np.packbits(frames.astype(bool).ravel(), bitorder="little").tobytes()
    else:
        order: Literal["<", ">"] = ">" if facts.big else "<"
        content = np.ascontiguousarray(frames).astype(frames.dtype.newbyteorder(order), copy=False).tobytes()
    vr = "OB" if frames.dtype.itemsize == 1 and not facts.big else "OW"
    new = {PIXEL_DATA: Element(PIXEL_DATA, vr, content + b"\0" * (len(content) % 2))}
    if frames.ndim == 4:
        new[PHOTOMETRIC] = Element(PHOTOMETRIC, "CS", b"RGB")
        new[PLANAR] = Element(PLANAR, "US", b"\0\0")
    kept = (element for element in dataset if element.tag not in new and element.tag not in OFFSETS)
    return sorted([*kept, *new.values()], key=lambda element: element.tag)
