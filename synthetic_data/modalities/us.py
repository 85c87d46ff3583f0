"""Ultrasound: US Image and US Multi-frame Image IODs (DICOM PS3.3 A.6 and A.7), with the banner that devices burn in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import UltrasoundImageStorage, UltrasoundMultiFrameImageStorage

from synthetic_data.anatomy.belly import biparietal, foetus_view, liver_view
from synthetic_data.anatomy.texture import noise
from synthetic_data.anatomy.ultrasound import DEPTH, View, echoes, sector
from synthetic_data.burned import Line, draw_lines, plant_lines
from synthetic_data.columns import Columns
from synthetic_data.modalities.screen import add_byte_pixels, banner
from synthetic_data.model import Series, Study
from synthetic_data.phrases import phrases_for
from synthetic_data.record import Record
from synthetic_data.scene import Scene
from synthetic_data.shown import shown_identifiers

_TOP, _SCALE = 78, 2.45
_FRAME_MS = 66
_BREATH = (0, 2, 4, 6, 7, 6, 4, 2)
_WHITE, _YELLOW, _GREEN = (225, 225, 225), (250, 220, 60), (90, 230, 120)


@dataclass(frozen=True)
class Ultrasound:
    """Stills in colour (`loop` False), or a loop in grey."""

    SOP_CLASS_UID: str
    loop: bool

    def add_series(self, record: Record, study: Study, series: Series) -> None:
        """US Image, US Region Calibration, Cine and Multi-frame Modules (DICOM PS3.3 C.8.5.6, C.8.5.5, C.7.6.5, C.7.6.6)."""
        add_byte_pixels(record, series, colour=not self.loop, burned=True)
        record.put(
            ImageType=["ORIGINAL", "PRIMARY", "OBSTETRICAL" if _is_foetus(series) else "ABDOMINAL", "0001"],
            PatientOrientation=None,
            TransducerData=["C5-2", "", ""],
            TransducerType="CURVED LINEAR",
        )
        _add_region(record, series)
        if self.loop:
            record.put(
                NumberOfFrames=str(series.frames), FrameIncrementPointer=0x00181063, FrameTime=str(_FRAME_MS),
                CineRate=str(1000 // _FRAME_MS), StartTrim="1", StopTrim=str(series.frames),
            )  # fmt: skip
        plant_lines(record, _lines(study, series), series.frames)

    def add_images(self, columns: Columns, study: Study, series: Series) -> None:
        """The stills differ in what they show only."""

    def pixels(self, scene: Scene, series: Series, number: int) -> NDArray[np.uint8]:
        """The screen: shape (rows, columns, 3) for a still, (frames, rows, columns) for a loop."""
        study = scene.study
        if not self.loop:
            picture = np.repeat(_frame(study, series, number, 0)[:, :, None], 3, 2)
            _draw_screen(picture, study, series, colour=True)
            if _is_foetus(series) and number == 1:
                _draw_calipers(picture, study)
            return picture
        frames = np.stack([_frame(study, series, 1, frame) for frame in range(series.frames)])
        for frame in frames:
            _draw_screen(frame, study, series, colour=False)
        return frames


STILL = Ultrasound(UltrasoundImageStorage, False)
LOOP = Ultrasound(UltrasoundMultiFrameImageStorage, True)


def weeks_of(study: Study) -> float:
    """How long the pregnancy has lasted: 19 weeks at the patient's first study, 10 more at each later one."""
    return 19.4 + 9.6 * (study.number - 1)


def _is_foetus(series: Series) -> bool:
    return series.key.endswith("foetus")


def _frame(study: Study, series: Series, number: int, frame: int) -> NDArray[np.uint8]:
    """One sector as grey values; `frame` moves what breathes or beats."""
    role = study.role.child("ultrasound")
    move = _BREATH[frame % len(_BREATH)]
    if _is_foetus(series):
        view: View = foetus_view(role, weeks_of(study), 2 if series.frames > 1 else number, move * 0.5)
        polar = echoes(view)
    else:
        polar = echoes(liver_view(role, study.findings, number), move)
    picture = sector(polar, series.rows, series.columns, _TOP, _SCALE)
    if study.device.grain > 1.0:  # an older device's electronics are heard between the echoes
        hiss = noise(study.role.child(series.key, number, "hiss", frame), series.rows, series.columns, 1)
        strength = np.float32(0.05 * (study.device.grain - 1.0))
        picture = np.clip(np.where(picture > 0, picture + hiss * strength, picture), 0.0, 1.0)
    grey: NDArray[np.uint8] = np.rint(picture * np.float32(255)).astype(np.uint8)
    return grey


def _add_region(record: Record, series: Series) -> None:
    """Where the sector is and how large its pixels are, in cm (DICOM PS3.3 C.8.5.5)."""
    region = record.item("SequenceOfUltrasoundRegions")
    region.put(
        RegionSpatialFormat=1, RegionDataType=1, RegionFlags=2, RegionLocationMinX0=20, RegionLocationMinY0=52,
        RegionLocationMaxX1=series.columns - 21, RegionLocationMaxY1=_TOP + round(DEPTH * _SCALE),
        ReferencePixelX0=series.columns // 2 - 20, ReferencePixelY0=_TOP - 52, PhysicalUnitsXDirection=3,
        PhysicalUnitsYDirection=3, PhysicalDeltaX=round(0.1 / _SCALE, 6), PhysicalDeltaY=round(0.1 / _SCALE, 6),
        ReferencePixelPhysicalValueX=0.0, ReferencePixelPhysicalValueY=0.0, TransducerFrequency=3500,
    )  # fmt: skip


def _lines(study: Study, series: Series) -> list[Line]:
    """What the screen says: the banner, and below the sector the sonographer and what was measured."""
    who, labels = shown_identifiers(study), phrases_for(study.locale).labels
    return [*banner(study, series), Line(8, series.rows - 24, "small", (labels["operator"], ": ", who["operator"]))]


def _draw_screen(picture: NDArray[np.uint8], study: Study, series: Series, colour: bool) -> None:
    """Banner, settings, grey scale and depth marks, drawn into a frame in place."""
    draw_lines(_lines(study, series), picture, _WHITE if colour else 225)
    settings = [
        Line(560, 60 + 20 * i, "small", (text,)) for i, text in enumerate(("C5-2", "MI 0.9", "TIs 0.4", "62 %"))
    ]
    draw_lines(settings, picture, _GREEN if colour else 180)
    ramp = np.arange(255, 0, -1).astype(np.uint8)[::2]
    bar = picture[70 : 70 + len(ramp), 14:24]
    bar[:] = ramp.reshape(-1, *(1,) * (bar.ndim - 1))
    for depth in range(0, int(DEPTH) + 1, 10):
        row = _TOP + round(depth * _SCALE)
        picture[row : row + 1, series.columns - (18 if depth % 50 == 0 else 12) : series.columns - 6] = 150
    if not _is_foetus(series):
        return
    weeks = weeks_of(study)
    text = f"BPD {biparietal(weeks):.1f} mm   GA {int(weeks)}w{int(weeks % 1 * 7)}d"
    draw_lines([Line(380, series.rows - 24, "small", (text,))], picture, _YELLOW if colour else 225)


def _draw_calipers(picture: NDArray[np.uint8], study: Study) -> None:
    """Two crosses and a dotted line across the foetal head."""
    half = biparietal(weeks_of(study)) / 2
    x, z = 320 + round(6 * _SCALE), _TOP + round(82 * _SCALE)
    reach = round((half + 1) * _SCALE)
    for row in (z - reach, z + reach):
        picture[row, x - 5 : x + 6] = _YELLOW
        picture[row - 5 : row + 6, x] = _YELLOW
    picture[z - reach : z + reach : 5, x] = _YELLOW
