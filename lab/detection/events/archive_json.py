"""What the archive says of itself, as events: ``/changes``, ``/jobs`` and the metadata of each image that is still there.

None of these is a log: ``/changes`` names nobody, and what was deleted is gone from it; ``/jobs`` keeps the last ten; metadata name
who stored an image, once. Times are those of the archive, in UTC, mostly whole seconds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from lab.detection.events.lines import written_out
from lab.detection.events.schema import KEPT, Event

CHANGES, JOBS, METADATA = "orthanc.changes", "orthanc.jobs", "orthanc.metadata"
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PEER = ("RemoteAet", "TargetAet", "Peer")
_LEVELS = frozenset({"patient", "study", "series", "instance"})


def change_events(content: Any, since: datetime, file: str = "changes.json") -> Iterator[Event]:
    """One event for each entry of ``/changes`` from a moment on: ``new-instance``, ``stable-study`` …"""
    for number, entry in _entries(content):
        level = str(entry.get("ResourceType")).lower()
        more = {"dicom.resource": _text(entry, "ID"), "dicom.resource_type": level if level in _LEVELS else None}
        yield from _event(CHANGES, entry, "Date", _spelt(entry.get("ChangeType")), since, file, number, more)


def job_events(content: Any, since: datetime, file: str = "jobs.json") -> Iterator[Event]:
    """One event for each job from a moment on: ``job-archive``, ``job-dicom-move-scu`` … and to whom the archive sent."""
    for number, entry in _entries(content):
        state, details = entry.get("State"), entry.get("Content")
        outcome = {"Success": "success", "Failure": "failure"}.get(str(state))
        peers = [_text(details, name) for name in _PEER] if isinstance(details, Mapping) else []
        more = {"event.outcome": outcome, "dicom.peer_aet": next((peer for peer in peers if peer), None)}
        more["event.reason"] = _text(entry, "ErrorDescription") if outcome == "failure" else None
        yield from _event(JOBS, entry, "CreationTime", f"job-{_spelt(entry.get('Type'))}", since, file, number, more)


def kept_events(content: Any, since: datetime, file: str = "metadata.json") -> Iterator[Event]:
    """One event for each image that came in from a moment on and is still there: ``instance-kept``, with who stored it."""
    images = content.items() if isinstance(content, Mapping) else ()
    for number, (identifier, entry) in enumerate(images, 1):
        if isinstance(entry, Mapping):
            more = {
                "dicom.resource": written_out(str(identifier), KEPT), "dicom.resource_type": "instance",
                "dicom.instance_uid": _text(entry, "SOPInstanceUID"), "dicom.origin": _text(entry, "Origin"),
                "dicom.calling_aet": _text(entry, "RemoteAET"), "dicom.called_aet": _text(entry, "CalledAET"),
                "source.ip": _text(entry, "RemoteIP"), "user.name": _text(entry, "HttpUsername"),
            }  # fmt: skip
            yield from _event(METADATA, entry, "ReceptionDate", "instance-kept", since, file, number, more)


def _event(
    dataset: str, entry: Mapping[str, Any], time: str, action: str, since: datetime, file: str, number: int, more: Event
) -> Iterator[Event]:
    moment = _moment(entry.get(time))
    if moment is not None and moment >= since.replace(microsecond=0):
        yield {
            "timestamp": f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}", "event.dataset": dataset, "event.action": action, **more,
            "log.file": file, "log.line": number, "event.original": written_out(json.dumps(entry, ensure_ascii=True), KEPT),
        }  # fmt: skip


def _entries(content: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, entry in enumerate(content if isinstance(content, list) else (), 1):
        if isinstance(entry, Mapping):
            yield number, entry


def _moment(stamp: Any) -> datetime | None:
    """A time as Orthanc writes it: ``20261121T235558``, or with microseconds."""
    shape = "%Y%m%dT%H%M%S.%f" if "." in str(stamp) else "%Y%m%dT%H%M%S"
    try:
        return datetime.strptime(str(stamp), shape).replace(tzinfo=UTC)
    except ValueError:
        return None


def _spelt(name: Any) -> str:
    """``NewInstance`` as ``new-instance``."""
    return written_out(_CAPITAL.sub("-", str(name)).lower(), 64)


def _text(entry: Mapping[str, Any], name: str) -> str | None:
    value = entry.get(name)
    return written_out(value, KEPT) or None if isinstance(value, str) else None
