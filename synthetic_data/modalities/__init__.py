"""One file per kind of object: the elements that its IOD asks for, and its pixels."""

from __future__ import annotations

from typing import Any, Protocol

from numpy.typing import NDArray

from synthetic_data.columns import Columns
from synthetic_data.modalities import cr, ct, dx, ecg, ko, mg, mr, mr_scout, nm, pdf, pr, pt, sc, scout, sr, us, xa
from synthetic_data.model import Series, Study
from synthetic_data.record import Record
from synthetic_data.scene import Scene


class Modality(Protocol):
    """What the module of a kind of object offers. Image numbers count from 1.

    An object that comes alone in its series (a report, a document, a loop) is best written in `add_series` altogether;
    `add_images` may then do nothing.
    """

    @property
    def SOP_CLASS_UID(self) -> str: ...

    def add_series(self, record: Record, study: Study, series: Series) -> None:
        """Add what all images of a series share."""

    def add_images(self, columns: Columns, study: Study, series: Series) -> None:
        """Add in what the images differ, except the pixels: columns of short texts, `columns.image(n)` for the rest."""

    def pixels(self, scene: Scene, series: Series, number: int) -> NDArray[Any] | None:
        """The stored pixel values, little endian, shape ([frames,] rows, columns[, samples]); None if it has none."""


MODALITIES: dict[str, Modality] = {
    "CT": ct,
    "CTSCOUT": scout,
    "MR": mr,
    "MRSCOUT": mr_scout,
    "DX": dx,
    "CR": cr,
    "MG": mg,
    "XA": xa,
    "PT": pt,
    "NM": nm,
    "US": us.STILL,
    "USMF": us.LOOP,
    "SC": sc,
    "SCAN": sc.PAPER,
    "SRBASIC": sr.BASIC,
    "SRFULL": sr.FULL,
    "PDF": pdf,
    "KO": ko,
    "PR": pr,
    "ECG": ecg,
}
"""By a series' `content`, which is its modality where that has one kind of object only."""
