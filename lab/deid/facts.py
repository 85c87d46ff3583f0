"""What a dataset says about its pixels: their number and form, and what kind of picture they are."""

from __future__ import annotations

from dataclasses import dataclass

from lab.deid.elements import Element

_MEASURED = frozenset(["CT", "MR", "PT", "NM", "RTDOSE", "RTIMAGE", "SEG", "OCT"])
"""Modalities whose devices write no letters into their pictures, though somebody else may."""
_SCANNED = ("SD", "DF")
_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_MODALITY, _IMAGE_TYPE, _CONVERSION, _SOP_CLASS = 0x00080060, 0x00080008, 0x00080064, 0x00080016
BURNED_IN, REGIONS = 0x00280301, 0x00186011
ROWS, COLUMNS, SAMPLES, FRAMES = 0x00280010, 0x00280011, 0x00280002, 0x00280008
BITS_ALLOCATED, BITS_STORED, HIGH_BIT, SIGNED = 0x00280100, 0x00280101, 0x00280102, 0x00280103
PHOTOMETRIC, PLANAR = 0x00280004, 0x00280006


@dataclass(frozen=True)
class Facts:
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
        return self.number(FRAMES, 1) or 1

    @property
    def may_bear_letters(self) -> bool:
        """Whether it is a kind of picture that bears letters: from a screen, a paper, a camera, with a name plate."""
        if self.text(BURNED_IN) == "YES" or self.text(_CONVERSION) or self.text(_SOP_CLASS).startswith(_CAPTURE):
            return True
        kind = self.text(_IMAGE_TYPE).upper()
        if "SCREEN" in kind or "SECONDARY" in kind:
            return True
        return self.text(_MODALITY) not in _MEASURED

    @property
    def has_markers(self) -> bool:
        """Whether short words belong to the picture; on a sheet of text they do not, and need not be read."""
        return not self.text(_CONVERSION)

    @property
    def is_scanned(self) -> bool:
        return self.text(_CONVERSION) in _SCANNED

    @property
    def has_spare_bits(self) -> bool:
        """Whether samples have room for more bits than are stored in them."""
        allocated, stored = self.number(BITS_ALLOCATED), self.number(BITS_STORED)
        return allocated in (8, 16, 32) and 0 < stored < allocated

    @property
    def size(self) -> int:
        """Bytes of the pixels when they are not compressed."""
        bits = self.number(BITS_ALLOCATED) * self.number(SAMPLES, 1) * self.number(ROWS) * self.number(COLUMNS)
        return (bits * self.frames + 7) // 8
