"""What earlier lines of Orthanc's log have begun and later ones may add to. Bounded, whatever visitors send."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from lab.detection.events.schema import Event

WINDOW = 400
"""Events to which later lines may add."""
_MOST_CLIENTS = 5000


class Memory:
    """The last events of one log, and its open queries, requests and associations."""

    def __init__(self) -> None:
        self.recent: deque[Event] = deque(maxlen=WINDOW)
        self.queries: dict[str, Event] = {}
        """Thread -> the C-FIND whose answers are not counted yet."""
        self._requests: dict[str, Event] = {}
        self._received: dict[str, str] = {}
        self._associations: dict[tuple[object, object], int] = {}

    def before(self, event: Event, fits: Callable[[Event], bool]) -> Event | None:
        """The last true event that fits: of the same thread where the log names it, else simply the last."""
        last: Event | None = None
        for other in reversed(self.recent):
            if fits(other) and not other.get("event.forged"):
                if other["_thread"] == event["_thread"]:
                    return other
                last = last or other
        return last

    def open_query(self, event: Event) -> Event | None:
        """The C-FIND of this event's thread that waits for the number of its answers."""
        return self.queries.get(event["_thread"])

    def associate(self, client: object, address: object, line: int) -> None:
        """A client's association begins on this line of the log."""
        if len(self._associations) > _MOST_CLIENTS:
            self._associations.clear()
        self._associations[client, address] = line

    def association(self, client: object, address: object) -> int | None:
        """The line on which the client's last association began."""
        return self._associations.get((client, address))

    def remember(self, request: Event, verb: str) -> None:
        """Keep a request that later lines may tell more about. Visitors choose AE titles freely: no more than some thousands are kept."""
        if len(self._requests) > _MOST_CLIENTS:
            self._requests.clear()
            self._received.clear()
        self._requests[f"{request['_thread']}\n{verb}\n{request['dicom.calling_aet']}"] = request
        self._received[request["dicom.calling_aet"]] = request["source.ip"]

    def request(self, event: Event, verb: str, client: str) -> Event | None:
        """The client's last request of this kind, on this event's thread."""
        return self._requests.get(f"{event['_thread']}\n{verb}\n{client}")

    def address(self, client: str) -> str | None:
        """Where the client's last request came from."""
        return self._received.get(client)
