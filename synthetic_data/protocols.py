"""What an examination consists of: its modality, the region, and its series with their sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit

Contents = Literal["images", "all"]
"""What a set holds: pictures only, or documents too: reports, letters, key objects, presentation states, waveforms."""


@dataclass(frozen=True)
class SeriesProtocol:
    """A series: `images` instances of `rows` by `columns` pixels, of `frames` frames each.

    `modality` and `content` (see `modalities`) are the examination's modality unless said otherwise. `weight` estimates
    an instance's bytes besides its header (0: two a pixel). A `document` is planned on request.
    """

    key: str
    images: int
    rows: int
    columns: int
    modality: str = ""
    content: str = ""
    transfer_syntax_uid: str = ExplicitVRLittleEndian
    frames: int = 1
    weight: int = 0
    document: bool = False

    @property
    def bytes_each(self) -> int:
        return self.weight or self.rows * self.columns * self.frames * 2


@dataclass(frozen=True)
class Exam:
    """An examination; `body_part` is a Body Part Examined (DICOM PS3.16 annex L)."""

    modality: str
    body_part: str
    series: tuple[SeriesProtocol, ...]


def _ultrasound(stills: str, cine: str) -> tuple[SeriesProtocol, ...]:
    """Two stills in colour and a loop in grey, compressed as devices do."""
    jpeg = JPEGBaseline8Bit
    return (
        SeriesProtocol(stills, 2, 480, 640, transfer_syntax_uid=jpeg, weight=80_000),
        SeriesProtocol(cine, 1, 480, 640, content="USMF", transfer_syntax_uid=jpeg, frames=5, weight=325_000),
    )


def _papers(*protocols: tuple[str, str, str, int]) -> tuple[SeriesProtocol, ...]:
    """Documents: key, modality, kind of object and about how many bytes each takes."""
    return tuple(
        SeriesProtocol(key, 1, 0, 0, modality, content, weight=weight, document=True)
        for key, modality, content, weight in protocols
    )


_P = SeriesProtocol
_REPORT = _papers(("srbasic_report", "SR", "SRBASIC", 2500))
_FULL_REPORT = _papers(("srfull_report", "SR", "SRFULL", 3600), ("ko_key", "KO", "KO", 2000))
_NOTED = _papers(("pr_view", "PR", "PR", 1600))
_LETTER = _papers(("pdf_letter", "DOC", "PDF", 3000))
_CONSENT = _papers(("pdf_consent", "DOC", "PDF", 2500), ("pdf_card", "DOC", "PDF", 40_000))
_ECG = _papers(("ecg_rest", "ECG", "ECG", 62_000))
_ICON = 160 * 160
_SCAN = (
    SeriesProtocol(
        "sc_paper",
        1,
        1169,
        827,
        "OT",
        "SCAN",
        transfer_syntax_uid=JPEGBaseline8Bit,
        weight=270_000 + _ICON,
        document=True,
    ),
)
_DOSE = _P("sc_dose", 1, 512, 512, content="SC", weight=512 * 512 + _ICON)
_SCOUT = _P("ct_scout", 1, 288, 256, content="CTSCOUT")
_HEAD_SCOUT = _P("ct_scout", 1, 224, 192, content="CTSCOUT")
_MR_SCOUT = _P("mr_scout", 3, 84, 84, content="MRSCOUT")
_CHEST_PA = _P("dx_chest_pa", 1, 480, 400)

_PICTURES: dict[str, Exam] = {
    "ct_head": Exam("CT", "HEAD", (_P("ct_brain", 8, 192, 192), _P("ct_skull", 8, 192, 192), _DOSE, _HEAD_SCOUT)),
    "ct_chest": Exam("CT", "CHEST", (_P("ct_mediastinum", 9, 192, 192), _P("ct_lung", 9, 192, 192), _DOSE, _SCOUT)),
    "mr_head": Exam(
        "MR", "BRAIN", (_P("mr_t1", 8, 160, 160), _P("mr_t2", 8, 160, 160), _P("mr_flair", 8, 160, 160), _MR_SCOUT)
    ),
    "dx_chest": Exam("DX", "CHEST", (_CHEST_PA, _P("dx_chest_lateral", 1, 480, 400))),
    "dx_chest_control": Exam("DX", "CHEST", (_CHEST_PA,)),
    "dx_hand": Exam("DX", "HAND", (_P("dx_hand_pa", 1, 440, 360), _P("dx_hand_oblique", 1, 440, 360))),
    "us_abdomen": Exam("US", "ABDOMEN", _ultrasound("us_liver", "uscine_liver")),
    "us_obstetric": Exam("US", "ABDOMEN", _ultrasound("us_foetus", "uscine_foetus")),
    "cr_chest_bed": Exam("CR", "CHEST", (_P("cr_chest_ap", 1, 480, 400),)),
    "mg_breast": Exam("MG", "BREAST", (_P("mg_views", 4, 560, 432),)),
    "xa_coronary": Exam("XA", "HEART", (_P("xa_run", 1, 400, 400, frames=10, weight=10 * 400 * 400),)),
    "pt_body": Exam("PT", "CHEST", (_P("pt_axial", 24, 128, 128),)),
    "nm_bone": Exam("NM", "WHOLEBODY", (_P("nm_whole", 1, 512, 160, frames=2),)),
}

_DOCUMENTS: dict[str, tuple[SeriesProtocol, ...]] = {
    "ct_head": _FULL_REPORT + _NOTED,
    "ct_chest": _FULL_REPORT + _NOTED + _LETTER,
    "mr_head": _FULL_REPORT + _CONSENT,
    "dx_chest": _REPORT + _LETTER,
    "dx_chest_control": _REPORT,
    "dx_hand": _REPORT,
    "us_abdomen": _REPORT + _SCAN,
    "us_obstetric": _REPORT,
    "cr_chest_bed": _REPORT,
    "mg_breast": _FULL_REPORT + _SCAN,
    "xa_coronary": _REPORT + _ECG + _CONSENT,
    "pt_body": _FULL_REPORT + _CONSENT,
    "nm_bone": _REPORT,
}

EXAMS: dict[str, Exam] = {
    name: Exam(exam.modality, exam.body_part, exam.series + _DOCUMENTS[name]) for name, exam in _PICTURES.items()
}
"""Every examination by name: its pictures, then its documents."""
