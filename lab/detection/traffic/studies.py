"""The studies that come in on a day: synthetic patients who are not in the archive yet."""

from __future__ import annotations

from itertools import islice

from pydicom import Dataset
from pydicom.uid import UID

from synthetic_data import generate
from synthetic_data.instance import instances_of
from synthetic_data.model import Study

IMAGES = 5
"""Most images of a study that are sent, so that a day stays small."""


def new_studies(seed: int, count: int) -> list[list[Dataset]]:
    """The images of ``count`` studies of new patients, the same for the same seed; none is compressed."""
    # everybody has at least one study, and few have compressed ones only; those who are not needed are never made
    hospital = generate(seed=seed, patients=3 * count + 10)
    studies = (study for shard in hospital.shards() for study in shard.studies)
    return [
        [instance.dataset for instance in islice(instances_of(study, hospital.words), IMAGES)]
        for study in islice(filter(_is_plain, studies), count)
    ]


def _is_plain(study: Study) -> bool:
    """Whether all of its series are uncompressed: pynetdicom gets no answer when it sends the others."""
    return not any(UID(series.transfer_syntax_uid).is_encapsulated for series in study.series)


def new_study(seed: int) -> list[Dataset]:
    """The images of one study of a new patient."""
    return new_studies(seed, 1)[0]
