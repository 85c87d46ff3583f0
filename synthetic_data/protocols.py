"""What an examination consists of: its modality, the region, and its series with their sizes."""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.uid import ExplicitVRLittleEndian


@dataclass(frozen=True)
class SeriesProtocol:
    """A series: `images` instances of `rows` by `columns` pixels.

    `modality` and `content` (see `modalities`) are the examination's modality unless said otherwise.
    """

    key: str
    images: int
    rows: int
    columns: int
    modality: str = ""
    content: str = ""
    transfer_syntax_uid: str = ExplicitVRLittleEndian


@dataclass(frozen=True)
class Exam:
    """An examination; `body_part` is a Body Part Examined (DICOM PS3.16 annex L)."""

    modality: str
    body_part: str
    series: tuple[SeriesProtocol, ...]


EXAMS: dict[str, Exam] = {
    "ct_head": Exam("CT", "HEAD", (SeriesProtocol("ct_brain", 8, 192, 192), SeriesProtocol("ct_skull", 8, 192, 192))),
    "ct_chest": Exam(
        "CT", "CHEST", (SeriesProtocol("ct_mediastinum", 9, 192, 192), SeriesProtocol("ct_lung", 9, 192, 192))
    ),
    "mr_head": Exam(
        "MR",
        "BRAIN",
        (
            SeriesProtocol("mr_t1", 8, 160, 160),
            SeriesProtocol("mr_t2", 8, 160, 160),
            SeriesProtocol("mr_flair", 8, 160, 160),
        ),
    ),
    "dx_chest": Exam(
        "DX", "CHEST", (SeriesProtocol("dx_chest_pa", 1, 480, 400), SeriesProtocol("dx_chest_lateral", 1, 480, 400))
    ),
    "dx_chest_control": Exam("DX", "CHEST", (SeriesProtocol("dx_chest_pa", 1, 480, 400),)),
    "dx_hand": Exam(
        "DX", "HAND", (SeriesProtocol("dx_hand_pa", 1, 440, 360), SeriesProtocol("dx_hand_oblique", 1, 440, 360))
    ),
}
