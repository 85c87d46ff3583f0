"""The broken files of a set: which image they are made from, and which of its identifiers they still hold."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydicom.uid import ExplicitVRLittleEndian

from synthetic_data.faults import FAULTS, lost
from synthetic_data.instance import Instance, SeriesShare
from synthetic_data.ledger import Plant
from synthetic_data.locales.locale import Locale
from synthetic_data.model import Study
from synthetic_data.scene import Scene

FOLDER = "faults"


@dataclass(frozen=True)
class BrokenFile:
    """A copy of `source`, which is in explicit VR little endian, broken as `fault` says."""

    fault: str
    source: Instance

    @property
    def path(self) -> str:
        """Where the file belongs below a set's folder."""
        return f"{self.source.path.split('/', 1)[0]}/{FOLDER}/{self.fault}.dcm"

    @property
    def content(self) -> bytes:
        """The file's bytes."""
        return FAULTS[self.fault](self.source.encode())

    @property
    def plants(self) -> list[Plant]:
        """The identifiers of the source that are still there."""
        return [plant for plant in self.source.plants if not lost(self.fault, plant)]


def has_source(studies: tuple[Study, ...]) -> bool:
    """Whether there is an image among a patient's series, of which broken copies can be made."""
    return any(series.rows for study in studies for series in study.series)


def source_of(studies: tuple[Study, ...], words: Locale) -> Instance | None:
    """The patient's first plain image; where every image is compressed or implicit, the first one made plain."""
    images = [(study, series) for study in studies for series in study.series if series.rows]
    if not images:
        return None
    plain = (one for one in images if one[1].transfer_syntax_uid == ExplicitVRLittleEndian)
    study, series = next(plain, images[0])
    series = replace(series, transfer_syntax_uid=ExplicitVRLittleEndian)
    return Instance(SeriesShare(study, series, Scene(study), words), 1)
