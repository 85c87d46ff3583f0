"""Orthanc's log (``--verbose``; at the default level few of these lines exist) and the audit lines of its Lua filters.

Lines have neither year nor time zone: ``<level>MMDD hh:mm:ss.µs [thread] file:line] (category) text``; the thread came with
1.12.2. What belongs together stands on several lines, among those of others: the number of matches follows the query, the
resources that a C-GET sends follow its request. They are put back together by thread where the log names it, else in order.

A visitor can plant lines here: Orthanc writes a request's path decoded, so that ``%0A`` in it ends the line. The audit line
of the same request has the path as JSON, which escapes line ends; what the path planted is found by it (planted.py), marked
forged, and has no effect on any other event. Without audit lines a forged line is told only by a clock that runs ahead of its
neighbours, or behind them.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from lab.detection.events import audit_lines
from lab.detection.events.audit_lines import AUDIT
from lab.detection.events.lines import Clock, written_out
from lab.detection.events.messages import messages, title
from lab.detection.events.planted import planted_in
from lab.detection.events.schema import KEPT, Event
from lab.detection.events.trust import Trust

LOG = "orthanc.log"
_INCOMING = re.compile(r"Incoming (\w+) request from AET (.*) on IP (\S+), calling AET (.*)", re.DOTALL)
_RECEIVED = re.compile(r"Association Received from AET (.*) on IP (\S+)$", re.DOTALL)
_BAD_CALLED = re.compile(r"Rejected association, because of a bad called AET in the request \((.*)\)$", re.DOTALL)
_REFUSED_AET = re.compile(r"Rejected association for remote AET (.*) on IP (\S+)$", re.DOTALL)
_REFUSED_REQUEST = re.compile(
    r'Rejected (\w+) request from remote DICOM modality with AET "(.*)" and hostname "(\S*)"', re.DOTALL
)
_WRONG_HOST = re.compile(r'Forbidding access from AET "?(.*?)"? given its hostname \((\S+?)\)', re.DOTALL)
_UNKNOWN = re.compile(r"C-(FIND|GET): Allowing SCU request from unknown modality with AET: (.*)", re.DOTALL)
_SENDING = re.compile(r'C-(?:GET|MOVE): Sending resource (\S+) to modality "(.*)"', re.DOTALL)
_MOVE = re.compile(r'Move-SCU request received for AET "(.*)"', re.DOTALL)
_LEVEL = re.compile(r"REST API call has switched the log level to: (\w+)")
_LEVEL_OF_CATEGORY = re.compile(r'REST API call has switched the log level of category "(\w+)" to "?(\w+)')
_HTTP = re.compile(r"(GET|POST|PUT|DELETE|HEAD|PATCH|PROPFIND|OPTIONS|MKCOL|LOCK|UNLOCK) (/.*)", re.DOTALL)
_SCU = re.compile(r'Opening a DICOM SCU connection .*to AET "(.*)" on host (\S+):(\d+)')
_TLS = re.compile(r"Receiving Association failed: (.*)")
_WINDOW = 400
"""Events to which later lines may add."""
_MOST_CLIENTS = 5000
_MOST_DIGITS = 9
"""Of a count: no archive has more matches, and a longer number is no integer of SQLite's."""


def log_events(read: Callable[[], Iterable[str]], clock: Clock, file: str = "orthanc.log") -> Iterator[Event]:
    """The events of one Orthanc log. ``read`` gives its lines anew each time it is called: what was planted is looked for first."""
    return OrthancLog(clock, file, planted_in(read)).events(read())


class OrthancLog:
    """Turns the lines of one Orthanc log into events. Feed it ``lines`` in order; it keeps what later lines may add to.

    ``planted`` are the numbers of those lines that a visitor wrote.
    """

    def __init__(self, clock: Clock, file: str = "orthanc.log", planted: frozenset[int] = frozenset()) -> None:
        self._clock, self._file, self._planted = clock, file, planted
        self._days: dict[str, tuple[datetime, str] | None] = {}
        self._recent: deque[Event] = deque(maxlen=_WINDOW)
        self._trust = Trust()
        self._queries: dict[str, Event] = {}
        self._requests: dict[str, Event] = {}
        self._received: dict[str, str] = {}
        self._associations: dict[tuple[object, object], int] = {}
        self._by_word: dict[str, Callable[[Event, str], bool]] = {
            "Incoming": self._incoming, "Association": self._association, "Rejected": self._rejected, "Forbidding": self._forbidden,
            "Receiving": self._tls, "Number": self._matches, "C-FIND:": self._unknown, "C-GET:": self._transfer, "C-MOVE:": self._transfer,
            "Move-SCU": self._move, "Lua": self._lua, "New": self._stored, "Overwriting": self._overwritten, "REST": self._level,
            "Opening": self._opened, "DICOM": self._query_level,
        }  # fmt: skip
        for method in (
            "GET",
            "POST",
            "PUT",
            "DELETE",
            "HEAD",
            "PATCH",
            "PROPFIND",
            "OPTIONS",
            "MKCOL",
            "LOCK",
            "UNLOCK",
        ):
            self._by_word[method] = self._http

    def events(self, lines: Iterable[str]) -> Iterator[Event]:
        """The events, in the order of the lines. Lines that are no event, or no line of Orthanc, are passed over."""
        for number, line, head in messages(lines):
            event = self._planted_event(number, line) if number in self._planted else self._event(number, line, head)
            if event is None:
                continue
            if len(self._recent) == _WINDOW:
                yield self._recent.popleft()
            self._recent.append(event)
        yield from self._recent
        self._recent.clear()

    def _event(self, number: int, line: str, head: re.Match[str]) -> Event | None:
        month, day, time, thread, text = head.groups()
        handler = self._by_word.get(text.split(" ", 1)[0])
        if handler is None:
            return None
        event: Event = {"_thread": thread or "", "event.dataset": LOG, "log.line": number}
        stamp = self._stamp(month + day, time)
        if stamp is None or not handler(event, text):
            return None
        if client := event.get("dicom.calling_aet"):
            event["dicom.association"] = self._associations.get((client, event.get("source.ip")))
        event["timestamp"], event["log.file"] = stamp, self._file
        event["event.original"] = line if len(line) <= KEPT and line.isprintable() else written_out(line, KEPT)
        self._trust.follow(event)
        return event

    def _planted_event(self, number: int, line: str) -> Event | None:
        """What a planted line pretends to be, read apart from the true ones."""
        event = next(iter(OrthancLog(self._clock, self._file).events([line])), None)
        return event | {"event.forged": 1, "log.line": number} if event else None

    def _before(self, event: Event, fits: Callable[[Event], bool]) -> Event | None:
        """The last true event that fits: of the same thread where the log names it, else simply the last."""
        last: Event | None = None
        for other in reversed(self._recent):
            if fits(other) and not other.get("event.forged"):
                if other["_thread"] == event["_thread"]:
                    return other
                last = last or other
        return last

    # -- time and trust ------------------------------------------------------------------------------------------

    def _stamp(self, day: str, time: str) -> str | None:
        if time[:2] > "23" or time[3:5] > "59" or time[6:8] > "59":
            return None
        if day not in self._days:
            self._days[day] = self._clock.day(int(day[:2]), int(day[2:]))
        found = self._days[day]
        if found is None:
            return None
        midnight, date = found
        zone = self._clock.reference.tzinfo
        if zone is UTC:
            return f"{date}T{time}Z"
        hours, minutes, seconds = time.split(":")
        moment = midnight + timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    # -- DICOM ---------------------------------------------------------------------------------------------------

    def _incoming(self, event: Event, text: str) -> bool:
        found = _INCOMING.match(text)
        if found is None:
            return False  # "Incoming connection", which says no more than the association's line
        verb, calling, ip, called = found.groups()
        event |= {"event.action": f"c-{verb.lower()}", "event.outcome": "success", "source.ip": ip}
        event |= {"dicom.calling_aet": title(calling), "dicom.called_aet": title(called)}
        if verb in ("Find", "FindWorklist", "Worklist"):
            event["event.action"] = "c-find"
            self._queries.pop(event["_thread"], None)  # the worklist is a plugin's: no line says how many it had
            if verb == "Find":
                self._queries[event["_thread"]] = event
        self._remember(event, verb)
        return True

    def _association(self, event: Event, text: str) -> bool:
        if found := _RECEIVED.match(text):
            event |= {"event.action": "association", "dicom.calling_aet": title(found[1]), "source.ip": found[2]}
            if len(self._associations) > _MOST_CLIENTS:
                self._associations.clear()
            self._associations[title(found[1]), found[2]] = event["log.line"]
            return True
        return False

    def _rejected(self, event: Event, text: str) -> bool:
        event |= {"event.action": "association-rejected", "event.outcome": "failure"}
        if found := _BAD_CALLED.match(text):
            event |= {"dicom.called_aet": title(found[1]), "event.reason": "called AE title"}
            asked = self._before(event, lambda other: other["event.action"] == "association")
            if asked is not None:
                event |= {"dicom.calling_aet": asked["dicom.calling_aet"], "source.ip": asked["source.ip"]}
            return True
        if found := _REFUSED_AET.match(text):
            event |= {"dicom.calling_aet": title(found[1]), "source.ip": found[2]}
            event["event.reason"] = "calling AE title"
            return True
        if found := _REFUSED_REQUEST.match(text):
            event |= {"event.action": f"c-{found[1].lower()}", "source.ip": found[3]}
            event["dicom.calling_aet"] = title(found[2])
            event["event.reason"] = "not permitted to this modality"
            return True
        return False

    def _forbidden(self, event: Event, text: str) -> bool:
        if found := _WRONG_HOST.match(text):
            event |= {
                "event.action": "association-rejected",
                "event.outcome": "failure",
                "event.reason": "address of the AE title",
            }
            event |= {"dicom.calling_aet": title(found[1]), "source.ip": found[2]}
            return True
        return False

    def _tls(self, event: Event, text: str) -> bool:
        if found := _TLS.match(text):
            event |= {
                "event.action": "association-rejected",
                "event.outcome": "failure",
                "event.reason": found[1][:200],
            }
            return True
        return False

    def _query_level(self, event: Event, text: str) -> bool:
        if text.startswith("DICOM C-Find request at level: "):
            query = self._open_query(event)
            if query is not None:
                query["dicom.level"] = text.rsplit(" ", 1)[1].upper().replace("INSTANCE", "IMAGE")[:16]
        return False

    def _matches(self, event: Event, text: str) -> bool:
        """Later versions write the number of candidates only, which the index alone has found."""
        if text.startswith(("Number of matching resources: ", "Number of candidate resources after ")):
            query = self._open_query(event)
            count = text.rsplit(" ", 1)[1]
            if query is not None and count.isascii() and count.isdecimal() and len(count) <= _MOST_DIGITS:
                for known in (query, query.get("_audit")):
                    if known is not None:
                        known["dicom.matches"] = int(count)
                if text.startswith("Number of matching"):
                    self._queries.pop(event["_thread"], None)
        return False

    def _remember(self, request: Event, verb: str) -> None:
        """Keep a request that later lines may tell more about. Visitors choose AE titles freely: no more than some thousands are kept."""
        if len(self._requests) > _MOST_CLIENTS:
            self._requests.clear()
            self._received.clear()
        self._requests[f"{request['_thread']}\n{verb}\n{request['dicom.calling_aet']}"] = request
        self._received[request["dicom.calling_aet"]] = request["source.ip"]

    def _open_query(self, event: Event) -> Event | None:
        return self._queries.get(event["_thread"])

    def _unknown(self, event: Event, text: str) -> bool:
        if found := _UNKNOWN.match(text):
            verb = found[1].title()
            request = self._requests.get(f"{event['_thread']}\n{verb}\n{title(found[2])}")
            if request is not None:
                request["dicom.known"] = 0
        return False

    def _transfer(self, event: Event, text: str) -> bool:
        if found := _SENDING.match(text):
            event |= {
                "event.action": "resource-sent",
                "event.outcome": "success",
                "dicom.resource": found[1],
                "dicom.peer_aet": title(found[2]),
            }
            event["dicom.calling_aet"] = title(found[2])
            request = self._requests.get(f"{event['_thread']}\nGet\n{title(found[2])}")
            event["source.ip"] = request["source.ip"] if request else self._received.get(title(found[2]))
            return True
        return self._unknown(event, text)

    def _move(self, event: Event, text: str) -> bool:
        if found := _MOVE.match(text):
            request = self._before(event, lambda other: other["event.action"] == "c-move")
            if request is not None:
                request["dicom.peer_aet"] = title(found[1])
        return False

    def _opened(self, event: Event, text: str) -> bool:
        if found := _SCU.match(text):
            event |= {
                "event.action": "scu-connection",
                "dicom.peer_aet": found[1],
                "event.reason": f"{found[2]}:{found[3]}",
            }
            return True
        return False

    def _stored(self, event: Event, text: str) -> bool:
        if text == "New instance stored":
            event["event.action"] = "instance-stored"
            return True
        return False

    def _overwritten(self, event: Event, text: str) -> bool:
        event |= {
            "event.action": "instance-overwritten",
            "dicom.resource": text.rsplit(" ", 1)[1],
            "dicom.resource_type": "instance",
        }
        asked = self._before(event, lambda other: other["event.action"] == "instance-received")
        if asked is not None:
            for name in (
                "source.ip",
                "user.name",
                "dicom.calling_aet",
                "dicom.origin",
                "dicom.study_uid",
                "dicom.instance_uid",
            ):
                event[name] = asked.get(name)
        return True

    # -- HTTP ----------------------------------------------------------------------------------------------------

    def _http(self, event: Event, text: str) -> bool:
        if found := _HTTP.match(text):
            event |= {"event.action": "http", "http.request.method": found[1], "url.path": written_out(found[2], KEPT)}
            return True
        return False

    def _level(self, event: Event, text: str) -> bool:
        found = _LEVEL.match(text) or _LEVEL_OF_CATEGORY.match(text)
        if found is None:
            return False
        event |= {
            "event.action": "log-level-changed",
            "event.outcome": "success",
            "event.reason": " ".join(found.groups()),
        }
        asked = self._before(
            event, lambda other: "/log-level" in str(other.get("url.path")) and other["event.dataset"] == AUDIT
        )
        if asked is not None:
            event |= {"source.ip": asked["source.ip"], "user.name": asked["user.name"]}
        return True

    # -- audit lines ---------------------------------------------------------------------------------------------

    def _lua(self, event: Event, text: str) -> bool:
        kind = audit_lines.read(event, text)
        if kind == "find" and (request := self._open_query(event)) is not None:
            request["_audit"] = event
        return kind is not None
