"""One patient with the studies that belong to a set."""

from __future__ import annotations

from dataclasses import dataclass

from synthetic_data.model import Patient, Study

HEADER_BYTES = 3300
"""A typical size of everything but the pixels, for estimates."""
WORKLIST_BYTES = 2000


@dataclass(frozen=True)
class Shard:
    """One patient with the studies that belong to the set: what is planned, rendered and written on its own."""

    patient: Patient
    studies: tuple[Study, ...]

    @property
    def name(self) -> str:
        """The patient's folder in a set."""
        return f"patient-{self.patient.index + 1:04d}"

    @property
    def instance_count(self) -> int:
        return sum(series.images for study in self.studies for series in study.series)

    @property
    def byte_estimate(self) -> int:
        return sum(series.images * (series.weight + HEADER_BYTES) for study in self.studies for series in study.series)
