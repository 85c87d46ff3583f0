"""What the archive says of itself, and its storage folder: entries that can be ascribed to a request of the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from lab.detection.recording import Recording
from lab.detection.sensors.ascribing import Ascription
from lab.detection.truth import Effect, Request

_WRITES = (Effect.CHANGED, Effect.DELETED)
# type of a job -> the requests that order one
_ORDERS: dict[str, Callable[[Request], bool]] = {
    "Archive": lambda request: request.target.endswith("/archive"),
    "DicomMoveScu": lambda request: request.verb == "C-MOVE",
    "DicomModalityStore": lambda request: request.verb == "C-MOVE",
    "ResourceModification": lambda request: request.target.endswith("/anonymize"),
}


def changes(recording: Recording, ascription: Ascription) -> Iterator[Request]:
    """Entries of ``/changes`` within the second in which a request wrote something and nobody else did."""
    for change in recording.json("changes") or ():
        if change["ChangeType"].startswith("Stable"):
            continue  # the archive's own remark, seconds later
        if request := _written_at(recording, change["Date"]):
            yield request


def jobs(recording: Recording, ascription: Ascription) -> Iterator[Request]:
    """Jobs that a request had the archive do: ZIP files, sending, anonymising."""
    for job in recording.json("jobs") or ():
        request = ascription.alone(_utc(recording, job["CreationTime"]), _ORDERS.get(job["Type"], lambda request: True))
        if request is not None:
            yield request


def metadata(recording: Recording, ascription: Ascription) -> Iterator[Request]:
    """Instances whose metadata name the AE title or account, and address, that stored them."""
    stored = [request for request in recording.truth.requests if _writes(request)]
    by_origin = {(request.aet or request.account, _address(recording, request)): request for request in stored}
    for instance in (recording.json("metadata") or {}).values():
        origin = instance.get("RemoteAET") or instance.get("HttpUsername")
        request = by_origin.get((origin, instance.get("RemoteIP") if recording.day.transparent else None))
        received = str(instance.get("ReceptionDate", ""))
        if request is not None and received and _utc(recording, received) >= int(recording.day.real_start):
            yield request


def changed_files(recording: Recording, ascription: Ascription) -> Iterator[Request]:
    """Files of the storage that a request wrote. What was deleted is gone, and no file tells by whom."""
    found: dict[str, Any] = recording.json("files") or {"after": ()}
    for file in found["after"]:
        request = ascription.alone(float(file["changed"]), _writes)
        if request is not None:
            yield request


def _written_at(recording: Recording, stamp: str) -> Request | None:
    second = _utc(recording, stamp)
    writers = [
        request
        for request in recording.truth.requests
        if request.began < second + 1 and request.ended >= second and _writes(request)
    ]
    return writers[0] if writers and len({request.incident for request in writers}) == 1 else None


def _writes(request: Request) -> bool:
    return any(touch.effect in _WRITES for touch in request.touches)


def _address(recording: Recording, request: Request) -> str | None:
    return request.address if recording.day.transparent else None


def _utc(recording: Recording, stamp: str) -> float:
    """A time of Orthanc's (``20261121T235558``, in UTC) in seconds since 1970."""
    shape = "%Y%m%dT%H%M%S.%f" if "." in stamp else "%Y%m%dT%H%M%S"
    return datetime.strptime(f"{stamp}+0000", f"{shape}%z").timestamp()
