"""Lines of Orthanc's log about DICOM: associations, requests and refusals, queries and their answers, transfers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from lab.detection.events.memory import Memory
from lab.detection.events.messages import title
from lab.detection.events.schema import Event

_INCOMING = re.compile(r"Incoming (\w+) request from AET (.*) on IP (\S+), calling AET (.*)", re.DOTALL)
_RECEIVED = re.compile(r"Association Received from AET (.*) on IP (\S+)$", re.DOTALL)
_INVALID = re.compile(
    r"Association Received from an invalid AET \(sanitized: (.*)\) on IP (\S+), rejecting the association", re.DOTALL
)
_BAD_CALLED = re.compile(r"Rejected association, because of a bad called AET in the request \((.*)\)$", re.DOTALL)
_REFUSED_AET = re.compile(r"Rejected association for remote AET (.*) on IP (\S+)$", re.DOTALL)
_REFUSED_REQUEST = re.compile(
    r'Rejected (\w+) request from remote DICOM modality with AET "(.*)" and hostname "(\S*)"', re.DOTALL
)
_WRONG_HOST = re.compile(r'Forbidding access from AET "?(.*?)"? given its hostname \((\S+?)\)', re.DOTALL)
_UNKNOWN = re.compile(r"C-(FIND|GET): Allowing SCU request from unknown modality with AET: (.*)", re.DOTALL)
_SENDING = re.compile(r'C-(?:GET|MOVE): Sending resource (\S+) to modality "(.*)"', re.DOTALL)
_MOVE = re.compile(r'Move-SCU request received for AET "(.*)"', re.DOTALL)
_SCU = re.compile(r'Opening a DICOM SCU connection .*to AET "(.*)" on host (\S+):(\d+)')
_TLS = re.compile(r"Receiving Association failed: (.*)")
_MOST_DIGITS = 9
"""Of a count: no archive has more matches, and a longer number is no integer of SQLite's."""


class DicomLines:
    """Handlers by a message's first word. Each fills an event, or adds to one before it; False: the line is no event of its own."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.by_word: Mapping[str, Callable[[Event, str], bool]] = {
            "Incoming": self._incoming, "Association": self._association, "Rejected": self._rejected, "Forbidding": self._forbidden,
            "Receiving": self._tls, "Number": self._matches, "C-FIND:": self._unknown, "C-GET:": self._transfer, "C-MOVE:": self._transfer,
            "Move-SCU": self._move, "Opening": self._opened, "DICOM": self._query_level,
        }  # fmt: skip

    def _incoming(self, event: Event, text: str) -> bool:
        found = _INCOMING.match(text)
        if found is None:
            return False  # "Incoming connection", which says no more than the association's line
        verb, calling, ip, called = found.groups()
        event |= {"event.action": f"c-{verb.lower()}", "event.outcome": "success", "source.ip": ip}
        event |= {"dicom.calling_aet": title(calling), "dicom.called_aet": title(called)}
        if verb in ("Find", "FindWorklist", "Worklist"):
            event["event.action"] = "c-find"
            self._memory.queries.pop(event["_thread"], None)  # the worklist is a plugin's: no line says how many it had
            if verb == "Find":
                self._memory.queries[event["_thread"]] = event
        self._memory.remember(event, verb)
        return True

    def _association(self, event: Event, text: str) -> bool:
        if found := _RECEIVED.match(text):
            event |= {"event.action": "association", "dicom.calling_aet": title(found[1]), "source.ip": found[2]}
            self._memory.associate(title(found[1]), found[2], event["log.line"])
            return True
        if found := _INVALID.match(text):  # of 1.13; also for a connection that was closed again without a word
            event |= {"event.action": "association-rejected", "event.outcome": "failure", "source.ip": found[2]}
            event |= {"dicom.calling_aet": title(found[1]) or None, "event.reason": "invalid calling AE title"}
            return True
        return False

    def _rejected(self, event: Event, text: str) -> bool:
        event |= {"event.action": "association-rejected", "event.outcome": "failure"}
        if found := _BAD_CALLED.match(text):
            event |= {"dicom.called_aet": title(found[1]), "event.reason": "called AE title"}
            asked = self._memory.before(event, lambda other: other["event.action"] == "association")
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
            query = self._memory.open_query(event)
            if query is not None:
                query["dicom.level"] = text.rsplit(" ", 1)[1].upper().replace("INSTANCE", "IMAGE")[:16]
        return False

    def _matches(self, event: Event, text: str) -> bool:
        """Later versions write the number of candidates only, which the index alone has found."""
        if text.startswith(("Number of matching resources: ", "Number of candidate resources after ")):
            query = self._memory.open_query(event)
            count = text.rsplit(" ", 1)[1]
            if query is not None and count.isascii() and count.isdecimal() and len(count) <= _MOST_DIGITS:
                for known in (query, query.get("_audit")):
                    if known is not None:
                        known["dicom.matches"] = int(count)
                if text.startswith("Number of matching"):
                    self._memory.queries.pop(event["_thread"], None)
        return False

    def _unknown(self, event: Event, text: str) -> bool:
        if found := _UNKNOWN.match(text):
            request = self._memory.request(event, found[1].title(), title(found[2]))
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
            request = self._memory.request(event, "Get", title(found[2]))
            event["source.ip"] = request["source.ip"] if request else self._memory.address(title(found[2]))
            return True
        return self._unknown(event, text)

    def _move(self, event: Event, text: str) -> bool:
        if found := _MOVE.match(text):
            request = self._memory.before(event, lambda other: other["event.action"] == "c-move")
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
