"""The hospital's synthetic patients: made and loaded once, then kept as a snapshot that every reset returns to."""

from __future__ import annotations

from collections.abc import Callable

from lab.clients.live import LiveSite
from lab.clients.loader import load_hospital
from lab.sandbox.protocol import Sandbox
from synthetic_data import generate

SEED, PATIENTS, LOCALE = 2019, 30, "fr_FR"
SNAPSHOT = "patients"
BEFORE_A_DAY = "before-the-day"
"""The content that the archive had before a day is played in it."""


def put_patients(
    sandbox: Sandbox, site: LiveSite, patients: int = PATIENTS, report: Callable[[int, int], None] | None = None
) -> int:
    """Empty the archive, load a hospital through its REST API and keep the result. Returns the number of instances.

    A load that was cut off left no snapshot, so the next start does it again from the beginning.
    """
    sandbox.clear()
    stored = load_hospital(site, generate(seed=SEED, patients=patients, locale=LOCALE), report)
    sandbox.snapshot(SNAPSHOT)
    return stored
