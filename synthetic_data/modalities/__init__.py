"""One file per modality: the elements that its IOD asks for, and its pixels."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from synthetic_data.modalities import ct, dx, mr
from synthetic_data.model import Series, Study
from synthetic_data.record import Record
from synthetic_data.scene import Scene


class Modality(Protocol):
    """What a modality's module offers. Image numbers count from 1."""

    SOP_CLASS_UID: str

    def add_series(self, record: Record, study: Study, series: Series) -> None:
        """Add what all images of a series share."""

    def add_image(self, record: Record, study: Study, series: Series, number: int) -> None:
        """Add what is the image's own, except the pixels."""

    def pixels(self, scene: Scene, series: Series, number: int) -> NDArray[np.uint16]:
        """The stored pixel values, shape (rows, columns)."""


MODALITIES: dict[str, Modality] = {"CT": ct, "MR": mr, "DX": dx}
