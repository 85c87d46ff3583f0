"""Which lines of a log were planted by what a visitor sent, as far as their times tell. What audit lines tell stands in planted.py."""

from __future__ import annotations

from datetime import datetime, timedelta

from lab.detection.events.schema import Event

_AHEAD = timedelta(seconds=2)


class Trust:
    """Follows the events of one log in their order and marks those that are forged (``event.forged``)."""

    def __init__(self) -> None:
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


def _behind(event: Event, other: Event) -> bool:
    """Whether an event's time lies well before another's."""
    one, two = event["timestamp"], other["timestamp"]
    return one[:19] < two[:19] and datetime.fromisoformat(two) - datetime.fromisoformat(one) > _AHEAD
