"""A doctor in Orthanc Explorer, request by request as her browser makes them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from lab.detection.traffic.stock import Held
from lab.detection.traffic.web import Web

PAGE = (
    "/app/explorer.html",
    "/app/explorer.css",
    "/app/explorer.js",
    "/app/orthanc-logo.png",
    "/app/images/favicon.ico",
)
"""What a browser asks for that has Orthanc Explorer's libraries in its cache."""
PICTURES = 6


def open_study(web: Web, study: Held, random: Random) -> Iterator[float]:
    """Load the page, look the patient up, open a study and look at pictures of one series. Yields pauses in seconds."""
    for path in PAGE:
        web.get(path)
    web.get("/system")
    yield random.uniform(10, 40)
    web.ask("POST", "/tools/find", {"Level": "Patient", "Query": {"PatientID": study.patient}, "Expand": True})
    web.get(f"/patients/{study.patient_oid}")
    web.get(f"/patients/{study.patient_oid}/studies")
    yield random.uniform(10, 60)
    web.get(f"/studies/{study.id}")
    web.get(f"/studies/{study.id}/series")
    series, instances = random.choice(study.series)
    web.get(f"/series/{series}")
    for instance in instances[: random.randint(2, PICTURES)]:
        yield random.uniform(2, 20)
        web.get(f"/instances/{instance}/preview")
