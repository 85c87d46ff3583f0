"""What the bodies are made of, and how bright each tissue is in CT and in MR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np

from synthetic_data.anatomy.shapes import Box, Ellipsoid, Grid, Image, Tube


class Tissue(StrEnum):
    """The tissues; a `Contrast` gives each of them a brightness."""

    AIR = "air"
    LUNG = "lung"
    FAT = "fat"
    SKIN = "skin"
    MUSCLE = "muscle"
    BLOOD = "blood"
    HEART = "heart"
    LIVER = "liver"
    SPLEEN = "spleen"
    WATER = "water"
    CORTICAL_BONE = "cortical bone"
    MARROW = "marrow"
    CSF = "cerebrospinal fluid"
    GREY = "grey matter"
    WHITE = "white matter"
    EYE = "eye"
    HAEMATOMA = "fresh haematoma"
    INFARCT = "infarct"
    OLD_INFARCT = "old infarct"
    OEDEMA = "oedema"
    TUMOUR = "tumour"
    PLAQUE = "demyelinating plaque"
    NODULE = "solid nodule"
    CONSOLIDATION = "consolidation"


Contrast = Mapping[Tissue, float]

_T = Tissue

HOUNSFIELD: Contrast = {
    _T.AIR: -1000, _T.LUNG: -840, _T.FAT: -100, _T.SKIN: 30, _T.MUSCLE: 55, _T.BLOOD: 45, _T.HEART: 42, _T.LIVER: 60,
    _T.SPLEEN: 50, _T.WATER: 5, _T.CORTICAL_BONE: 1150, _T.MARROW: 320, _T.CSF: 6, _T.GREY: 39, _T.WHITE: 29,
    _T.EYE: 12, _T.HAEMATOMA: 68, _T.INFARCT: 20, _T.OLD_INFARCT: 10, _T.OEDEMA: 18, _T.TUMOUR: 44, _T.PLAQUE: 26,
    _T.NODULE: 35, _T.CONSOLIDATION: 15,
}  # fmt: skip

T1: Contrast = {
    _T.AIR: 0, _T.LUNG: 20, _T.FAT: 1500, _T.SKIN: 650, _T.MUSCLE: 520, _T.BLOOD: 120, _T.HEART: 500, _T.LIVER: 600,
    _T.SPLEEN: 480, _T.WATER: 190, _T.CORTICAL_BONE: 40, _T.MARROW: 1150, _T.CSF: 190, _T.GREY: 560, _T.WHITE: 880,
    _T.EYE: 240, _T.HAEMATOMA: 980, _T.INFARCT: 480, _T.OLD_INFARCT: 260, _T.OEDEMA: 520, _T.TUMOUR: 560,
    _T.PLAQUE: 560, _T.NODULE: 500, _T.CONSOLIDATION: 480,
}  # fmt: skip

T2: Contrast = {
    _T.AIR: 0, _T.LUNG: 20, _T.FAT: 900, _T.SKIN: 350, _T.MUSCLE: 260, _T.BLOOD: 60, _T.HEART: 380, _T.LIVER: 400,
    _T.SPLEEN: 560, _T.WATER: 1700, _T.CORTICAL_BONE: 40, _T.MARROW: 620, _T.CSF: 1650, _T.GREY: 760, _T.WHITE: 540,
    _T.EYE: 1600, _T.HAEMATOMA: 320, _T.INFARCT: 1080, _T.OLD_INFARCT: 1500, _T.OEDEMA: 1120, _T.TUMOUR: 900,
    _T.PLAQUE: 1150, _T.NODULE: 700, _T.CONSOLIDATION: 900,
}  # fmt: skip

FLAIR: Contrast = {
    **T2, _T.CSF: 130, _T.WATER: 160, _T.EYE: 150, _T.GREY: 760, _T.WHITE: 560, _T.FAT: 980, _T.OLD_INFARCT: 330,
    _T.INFARCT: 1250, _T.OEDEMA: 1200, _T.PLAQUE: 1300, _T.TUMOUR: 980,
}  # fmt: skip


class Canvas:
    """An axial slice in several contrasts at once: what is painted later covers what was there.

    `planes` has the shape (contrasts, rows, columns).
    """

    def __init__(self, grid: Grid, z: float, contrasts: Sequence[Contrast]) -> None:
        self.grid, self.z, self.contrasts = grid, z, contrasts
        self.planes = np.empty((len(contrasts), grid.rows, grid.columns), np.float32)
        for plane, contrast in zip(self.planes, contrasts, strict=True):
            plane[:] = contrast[Tissue.AIR]

    def paint(self, shape: Ellipsoid | Tube, tissue: Tissue) -> None:
        """Paint the shape's cut with this plane, its edge blended (partial volume)."""
        cut = shape.cut(self.grid, self.z)
        if cut is not None:
            self.cover(cut[1], tissue, cut[0])

    def cover(self, share: Image, tissue: Tissue, box: Box = (slice(None), slice(None))) -> None:
        """Blend `tissue` into a part of the slice, by the covered share of each pixel."""
        for plane, contrast in zip(self.planes, self.contrasts, strict=True):
            part = plane[box]
            part += share * (np.float32(contrast[tissue]) - part)
