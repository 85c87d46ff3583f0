"""12-lead ECG Waveform IOD (DICOM PS3.3 A.34.3): ten seconds at rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import TwelveLeadECGWaveformStorage

from synthetic_data.anatomy.texture import noise
from synthetic_data.columns import Columns
from synthetic_data.documents.text import study_fields
from synthetic_data.ledger import Kind
from synthetic_data.modalities.document import add_concept, leave_out
from synthetic_data.model import Series, Study
from synthetic_data.record import Record
from synthetic_data.scene import Scene

SOP_CLASS_UID: str = TwelveLeadECGWaveformStorage
RATE, SECONDS = 250, 10

_LEADS = (
    ("I", "2:1", 0.7), ("II", "2:2", 1.0), ("III", "2:61", 0.4), ("aVR", "2:62", -0.85), ("aVL", "2:63", 0.25),
    ("aVF", "2:64", 0.7), ("V1", "2:3", -0.6), ("V2", "2:4", -0.3), ("V3", "2:5", 0.4), ("V4", "2:6", 1.2),
    ("V5", "2:7", 1.3), ("V6", "2:8", 1.0),
)  # fmt: skip
"""Each lead's name, its code in ISO/IEEE 11073-10102 (scheme MDC as SCPECG), and how large the beat is in it."""

_WAVES = ((-0.17, 0.024, 150), (-0.035, 0.009, -110), (0.0, 0.011, 1100), (0.034, 0.010, -240), (0.26, 0.045, 300))
"""P, Q, R, S and T: when in seconds after R, how wide in seconds, and how high in microvolts."""


def add_series(record: Record, study: Study, series: Series) -> None:
    """Waveform Identification, Waveform, Annotation and Acquisition Context Modules (DICOM PS3.3 C.10.8 to C.10.10)."""
    leave_out(record, "ImageComments", "QualityControlImage", "BodyPartExamined")
    record.put(AcquisitionContextSequence=[])
    rate = _heart_rate(study)
    group = record.item("WaveformSequence")
    samples = _samples(study, rate)
    group.put(
        MultiplexGroupLabel="RHYTHM", WaveformOriginality="ORIGINAL", NumberOfWaveformChannels=len(_LEADS),
        NumberOfWaveformSamples=RATE * SECONDS, SamplingFrequency=str(RATE), WaveformBitsAllocated=16,
        WaveformSampleInterpretation="SS",
    )  # fmt: skip
    for name, code, _ in _LEADS:
        channel = group.item("ChannelDefinitionSequence")
        add_concept(channel, "ChannelSourceSequence", code, "MDC", f"Lead {name}")
        channel.put(ChannelSensitivity="1", ChannelSensitivityCorrectionFactor="1", ChannelBaseline="0")
        add_concept(channel, "ChannelSensitivityUnitsSequence", "uV", "UCUM", "microvolt")
        channel.put(ChannelSampleSkew="0", WaveformBitsStored=16, FilterLowFrequency="0.05", FilterHighFrequency="100")
    group.dataset.add_new(0x54001010, "OW", samples.tobytes())
    note = record.item("WaveformAnnotationSequence")
    note.put(ReferencedWaveformChannels=[1, 0])
    note.plant_text("UnformattedTextValue", f"{{full_name}}, {{birth_date}}: {rate}/min", study_fields(study))


def add_images(columns: Columns, study: Study, series: Series) -> None:
    """One recording."""
    moments = [column for column in columns.columns if column.keyword in ("AcquisitionDate", "AcquisitionTime")]
    columns.columns[:] = [column for column in columns.columns if column not in moments]
    days, times = (column.values for column in moments)
    columns.plant("AcquisitionDateTime", Kind.DATE, [f"{days[0]}{times[0]}"], study.patient.patient_id)


def pixels(scene: Scene, series: Series, number: int) -> None:
    """A recording has none."""


def _heart_rate(study: Study) -> int:
    return study.role.child("heart rate").random().randrange(56, 92)


def _samples(study: Study, rate: int) -> NDArray[np.int16]:
    """Microvolts, shape (samples, 12). The waves are rational functions, which every machine computes alike."""
    time = np.arange(RATE * SECONDS).astype(np.float32) * np.float32(1 / RATE)
    period = np.float32(60 / rate)
    since = time - np.floor(time * np.float32(rate / 60)) * period - np.float32(0.28)
    beat = np.zeros(len(time), np.float32)
    for moment, width, height in _WAVES:
        off = (since - np.float32(moment)) * np.float32(1 / width)
        bump = np.float32(1.0) / (np.float32(1.0) + off * off * np.float32(0.7))
        beat += bump * bump * np.float32(height)
    hum = noise(study.role.child("ecg"), len(_LEADS), 320, 2)[:, np.arange(len(time)) % 320]
    leads = [beat * np.float32(size) + hum[i] * np.float32(11) for i, (_, _, size) in enumerate(_LEADS)]
    samples: NDArray[np.int16] = np.rint(np.stack(leads, 1)).astype("<i2")
    return samples
