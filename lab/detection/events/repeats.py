"""Who overwrote an image, and was it only sent again? A modality repeats what it has no answer to, and an archive that overwrites
takes the second one.

The archive's line about it names the image by the archive's own identifier alone. Where several clients store at once, the line before
need not be the culprit's; the index tells the patient, and so who it was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime

from lab.detection.events.schema import Event

SOON = 3600.0
_MOST, _NEAR = 200_000, 100
_CLIENT = (
    "source.ip", "network.zone", "source.expected", "user.name", "user.role", "user.usual_zone", "dicom.calling_aet", "dicom.declared",
    "dicom.origin", "dicom.study_uid", "dicom.instance_uid",
)  # fmt: skip


def with_repeats(events: Iterable[Event]) -> Iterator[Event]:
    """The same events; those of an image that came in before, or overwrote another, have ``dicom.resent``. Changes them."""
    last: dict[str, tuple[object, object, float]] = {}
    again: dict[str, int] = {}
    near: deque[Event] = deque(maxlen=_NEAR)
    for event in events:
        image = event.get("dicom.instance_uid")
        if image and event.get("event.action") == "instance-received" and not event.get("event.forged"):
            moment = datetime.fromisoformat(event["timestamp"]).timestamp()
            client = event.get("dicom.calling_aet"), event.get("source.ip")
            if before := last.get(image):
                event["dicom.resent"] = again[image] = int(client == before[:2] and moment - before[2] < SOON)
            if len(last) >= _MOST:
                last.clear()
                again.clear()
            last[image] = (*client, moment)
            near.append(event)
        elif event.get("event.action") == "instance-overwritten":
            _blame(event, near)
            event["dicom.resent"] = again.get(str(event.get("dicom.instance_uid")), 0)
        yield event


def _blame(event: Event, near: deque[Event]) -> None:
    """Name the client that stored an image of this patient last."""
    patient = event.get("dicom.patient")
    received = next((other for other in reversed(near) if patient and other.get("dicom.patient") == patient), None)
    if received is not None:
        event |= {name: received.get(name) for name in _CLIENT}
