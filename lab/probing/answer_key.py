"""The answer key of what the archive was loaded with, and what of it can still be read in a copy that was to say nothing.

The lab made its patients itself, so that it knows every identifier of every image (the ledger). Whoever judges a copy by the
tags that the copy carries believes its maker; here each identifier is looked for at its place, pixels included.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from pydicom import dcmread

from lab.patients import LOCALE, PATIENTS, SEED
from synthetic_data import Hospital, LedgerEntry, generate
from synthetic_data.instance import instances_of

_MOST_PATIENTS = 1000


class Survival(NamedTuple):
    """What came of the identifiers of one image: those that can still be read, how many there were, how many nobody could judge."""

    leaked: tuple[LedgerEntry, ...]
    planted: int
    unsure: int


@lru_cache(maxsize=64)
def survival(original: bytes, copy: bytes) -> Survival | None:
    """Hold a copy against the answer key of its original; None for an original that is not one of the lab's own patients."""
    from lab.deid.score.judging import Fate, found_elsewhere, judge  # loaded here: few commands hold a copy against it
    from lab.deid.score.objects import Seen

    key = key_of(original)
    if not key:
        return None
    with TemporaryDirectory(prefix="pacslab-score-") as folder:
        paths = [Path(folder) / name for name in ("original.dcm", "copy.dcm")]
        for path, content in zip(paths, (original, copy), strict=True):
            path.write_bytes(content)
        source, target = (Seen(path, Path(folder)) for path in paths)
        judged = [judge(entry, source, target) for entry in key]
        leaked = [one.entry for one in judged if one.fate is Fate.LEAKED]
        known = {entry.value for entry in leaked}
        leaked += [one.entry for one in judged if one.entry.value not in known and found_elsewhere(one.entry, target)]
        return Survival(tuple(leaked), len(key), sum(one.fate is Fate.NOT_CHECKED for one in judged))


def key_of(original: bytes) -> tuple[LedgerEntry, ...]:
    """Every identifier that was planted in this image of the lab's own patients; empty when it is none of theirs."""
    header = dcmread(BytesIO(original), specific_tags=["PatientID", "SOPInstanceUID"])
    index = _index_of(str(header.get("PatientID", "")))
    return () if index is None else _keys(index).get(str(header.get("SOPInstanceUID", "")), ())


@cache
def _hospital() -> Hospital:
    return generate(seed=SEED, patients=PATIENTS, locale=LOCALE)


@cache
def _index_of(patient_id: str) -> int | None:
    numbers: Iterable[int] = range(_MOST_PATIENTS if patient_id.startswith("SYN-") else 0)
    return next((index for index in numbers if _hospital().patient(index).patient_id == patient_id), None)


@cache
def _keys(index: int) -> dict[str, tuple[LedgerEntry, ...]]:
    """The keys of a patient's images, by SOP Instance UID. Renders no pixels."""
    hospital = _hospital()
    return {
        instance.sop_instance_uid: tuple(instance.ledger)
        for study in hospital.shard(index).studies
        for instance in instances_of(study, hospital.words)
    }
