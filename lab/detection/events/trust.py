"""Which lines of a log were planted by what a visitor sent, as far as that can be told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from lab.detection.events.lines import written_out
from lab.detection.events.schema import KEPT, Event

_AHEAD = timedelta(seconds=2)


class Trust:
    """Follows the events of one log in their order and marks those that are forged (``event.forged``).

    ``recent`` are the events that may still be marked by what follows them.
    """

    def __init__(self, recent: Iterable[Event]) -> None:
        self._recent = recent
        self._last: Event = {}
        self._earlier: Event = {}
        self._fallen: Event = {}

    def follow(self, event: Event) -> None:
        """Orthanc writes its lines in order: one that runs ahead of the next, or falls behind those before it, was not written then.

        When the line after the one that fell behind fits to it, the clock itself was set back, and nothing is forged.
        """
        last, earlier, fallen = self._last, self._earlier, self._fallen
        self._fallen = {}
        if not (last and _behind(event, last)):
            self._earlier, self._last = last, event
        elif earlier and not _behind(event, earlier):
            last["event.forged"] = 1
            self._last = event
        elif fallen and not _behind(event, fallen):
            del fallen["event.forged"]
            self._earlier, self._last = fallen, event
        else:
            event["event.forged"] = 1
            self._fallen = event

    def unmask(self, path: str) -> None:
        """Mark the events whose lines stand in the path of a request that has just been audited."""
        planted = {written_out(line, KEPT) for line in path.split("\n")[1:] if line}
        for event in self._recent:
            if event["event.original"] in planted or any(line.startswith(event["event.original"]) for line in planted):
                event["event.forged"] = 1


def _behind(event: Event, other: Event) -> bool:
    """Whether an event's time lies well before another's."""
    one, two = event["timestamp"], other["timestamp"]
    return one[:19] < two[:19] and datetime.fromisoformat(two) - datetime.fromisoformat(one) > _AHEAD
