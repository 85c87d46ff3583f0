"""The hospital's synthetic patients: made and loaded once, then kept as a snapshot that every reset returns to."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

from pydicom import dcmwrite

from lab.clients.live import LiveSite
from lab.clients.loader import load_hospital
from lab.sandbox.protocol import Sandbox
from lab.site.certificates import write_private
from synthetic_data import Hospital, generate

SEED, PATIENTS, LOCALE = 2019, 30, "fr_FR"
SNAPSHOT = "patients"
BEFORE_A_DAY = "before-the-day"
"""The content that the archive had before a day is played in it."""


def put_patients(
    sandbox: Sandbox, site: LiveSite, patients: int = PATIENTS, report: Callable[[int, int], None] | None = None
) -> int:
    """Empty the archive, load a hospital through its REST API and keep the result. Returns the number of instances.

    What was kept before is forgotten first: a load that was cut off leaves no snapshot, so the next start does it again from
    the beginning.
    """
    for snapshot in {SNAPSHOT, BEFORE_A_DAY} & set(sandbox.snapshots()):
        sandbox.forget(snapshot)
    sandbox.clear()
    hospital = generate(seed=SEED, patients=patients, locale=LOCALE, worklist=True)
    stored = load_hospital(site, hospital, report)
    sandbox.put_worklist(dict(_tomorrow(hospital)))
    sandbox.snapshot(SNAPSHOT)
    return stored


def outlived(sandbox: Sandbox, record: Path) -> bool:
    """Whether a newer Orthanc had the archive's index before: it changes it, and an older one then fails to store. Read-only.

    ``record`` is the file in which ``note_orthanc`` keeps which Orthanc has had it.
    """
    try:
        had = record.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return bool(had) and _numbers(_version(sandbox)) < _numbers(had)


def note_orthanc(sandbox: Sandbox, record: Path) -> None:
    """Keep which Orthanc has the archive's index now."""
    write_private(record, _version(sandbox).encode())


def _version(sandbox: Sandbox) -> str:
    return sandbox.health().archive.version


def _numbers(version: str) -> tuple[int, ...]:
    """A version to compare; a build between versions has no number and counts as newest."""
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    return tuple(map(int, found.groups())) if found else (sys.maxsize,)


def _tomorrow(hospital: Hospital) -> Iterator[tuple[str, bytes]]:
    """Everybody comes back: one entry of the worklist for each patient, like the last examination, for the next day."""
    day = date.today() + timedelta(days=1)
    last = {entry.study.patient.index: entry for shard in hospital.shards() for entry in hospital.worklist(shard)}
    for entry in last.values():
        dataset = entry.dataset
        dataset.ScheduledProcedureStepSequence[0].ScheduledProcedureStepStartDate = f"{day:%Y%m%d}"
        file = BytesIO()
        dcmwrite(file, dataset, enforce_file_format=True)
        yield entry.path.rpartition("/")[2], file.getvalue()
