"""Lines of Orthanc's log about the archive itself: objects that it stored, web requests, its log level, the audit lines of its filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from lab.detection.events import audit_lines
from lab.detection.events.audit_lines import AUDIT
from lab.detection.events.lines import written_out
from lab.detection.events.memory import Memory
from lab.detection.events.schema import KEPT, Event

_LEVEL = re.compile(r"REST API call has switched the log level to: (\w+)")
_LEVEL_OF_CATEGORY = re.compile(r'REST API call has switched the log level of category "(\w+)" to "?(\w+)')
_METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "PROPFIND", "OPTIONS", "MKCOL", "LOCK", "UNLOCK")
_HTTP = re.compile(rf"({'|'.join(_METHODS)}) (/.*)", re.DOTALL)
_ANSWERED = re.compile(r"(.*) \(elapsed: \d+ us\)", re.DOTALL)
_STORED = re.compile(r"New instance stored(?: \(([0-9a-f-]{44})\))?")


class ArchiveLines:
    """Handlers by a message's first word, as in ``dicom_lines``."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.by_word: Mapping[str, Callable[[Event, str], bool]] = {
            "Lua": self._lua, "New": self._stored, "Overwriting": self._overwritten, "REST": self._level,
            **dict.fromkeys(_METHODS, self._http),
        }  # fmt: skip

    def _stored(self, event: Event, text: str) -> bool:
        """Orthanc 1.13 names the instance."""
        if found := _STORED.fullmatch(text):
            event["event.action"] = "instance-stored"
            if found[1]:
                event |= {"dicom.resource": found[1], "dicom.resource_type": "instance"}
            return True
        return False

    def _overwritten(self, event: Event, text: str) -> bool:
        event |= {
            "event.action": "instance-overwritten",
            "dicom.resource": text.rsplit(" ", 1)[1],
            "dicom.resource_type": "instance",
        }
        asked = self._memory.before(event, lambda other: other["event.action"] == "instance-received")
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

    def _http(self, event: Event, text: str) -> bool:
        if found := _HTTP.match(text):
            if self._answers(event, found[1], found[2]):
                return False
            event |= {"event.action": "http", "http.request.method": found[1], "url.path": written_out(found[2], KEPT)}
            return True
        return False

    def _answers(self, event: Event, method: str, path: str) -> bool:
        """Whether a line tells how long a request took of which a line was written before, as Orthanc 1.13 does; each has one.

        A path may end in the same words: whoever asks for such a one is not passed over.
        """
        answered = _ANSWERED.fullmatch(path)
        if answered is None:
            return False
        asked = (method, written_out(answered[1], KEPT))
        request = self._memory.before(
            event,
            lambda other: (
                (other.get("http.request.method"), other.get("url.path")) == asked
                and other["event.dataset"] == event["event.dataset"]
                and not other.get("_answered")
            ),
        )
        if request is not None:
            request["_answered"] = True
        return request is not None

    def _level(self, event: Event, text: str) -> bool:
        found = _LEVEL.match(text) or _LEVEL_OF_CATEGORY.match(text)
        if found is None:
            return False
        event |= {
            "event.action": "log-level-changed",
            "event.outcome": "success",
            "event.reason": " ".join(found.groups()),
        }
        asked = self._memory.before(
            event, lambda other: "/log-level" in str(other.get("url.path")) and other["event.dataset"] == AUDIT
        )
        if asked is not None:
            event |= {"source.ip": asked["source.ip"], "user.name": asked["user.name"]}
        return True

    def _lua(self, event: Event, text: str) -> bool:
        kind = audit_lines.read(event, text)
        if kind == "find" and (request := self._memory.open_query(event)) is not None:
            request["_audit"] = event
        return kind is not None
