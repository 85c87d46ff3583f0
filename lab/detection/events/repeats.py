"""Which images were sent again: a modality repeats what it has no answer to, and an archive that overwrites takes the second one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from lab.detection.events.schema import Event

SOON = 3600.0
_MOST = 200_000


def with_repeats(events: Iterable[Event]) -> Iterator[Event]:
    """The same events; those of an image that came in before, or overwrote another, have ``dicom.resent``. Changes them."""
    last: dict[str, tuple[object, object, float]] = {}
    again: dict[str, int] = {}
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
        elif event.get("event.action") == "instance-overwritten":
            event["dicom.resent"] = again.get(str(image), 0)
        yield event
