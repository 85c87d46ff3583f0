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
from collections.abc import Callable, Iterable, Iterator

from lab.detection.events.archive_lines import ArchiveLines
from lab.detection.events.dicom_lines import DicomLines
from lab.detection.events.lines import Clock, written_out
from lab.detection.events.memory import WINDOW, Memory
from lab.detection.events.messages import messages
from lab.detection.events.planted import planted_in
from lab.detection.events.schema import KEPT, Event
from lab.detection.events.stamps import Stamps
from lab.detection.events.trust import Trust

LOG = "orthanc.log"


def log_events(read: Callable[[], Iterable[str]], clock: Clock, file: str = "orthanc.log") -> Iterator[Event]:
    """The events of one Orthanc log. ``read`` gives its lines anew each time it is called: what was planted is looked for first."""
    return OrthancLog(clock, file, planted_in(read)).events(read())


class OrthancLog:
    """Turns the lines of one Orthanc log into events. Feed it ``lines`` in order; it keeps what later lines may add to.

    ``planted`` are the numbers of those lines that a visitor wrote.
    """

    def __init__(self, clock: Clock, file: str = "orthanc.log", planted: frozenset[int] = frozenset()) -> None:
        self._clock, self._file, self._planted = clock, file, planted
        self._stamps, self._memory, self._trust = Stamps(clock), Memory(), Trust()
        self._by_word = {**DicomLines(self._memory).by_word, **ArchiveLines(self._memory).by_word}

    def events(self, lines: Iterable[str]) -> Iterator[Event]:
        """The events, in the order of the lines. Lines that are no event, or no line of Orthanc, are passed over."""
        for number, line, head in messages(lines):
            event = self._planted_event(number, line) if number in self._planted else self._event(number, line, head)
            if event is None:
                continue
            if len(self._memory.recent) == WINDOW:
                yield self._memory.recent.popleft()
            self._memory.recent.append(event)
        yield from self._memory.recent
        self._memory.recent.clear()

    def _event(self, number: int, line: str, head: re.Match[str]) -> Event | None:
        month, day, time, thread, text = head.groups()
        handler = self._by_word.get(text.split(" ", 1)[0])
        if handler is None:
            return None
        event: Event = {"_thread": thread or "", "event.dataset": LOG, "log.line": number}
        stamp = self._stamps.of(month + day, time)
        if stamp is None or not handler(event, text):
            return None
        if client := event.get("dicom.calling_aet"):
            event["dicom.association"] = self._memory.association(client, event.get("source.ip"))
        event["timestamp"], event["log.file"] = stamp, self._file
        event["event.original"] = line if len(line) <= KEPT and line.isprintable() else written_out(line, KEPT)
        self._trust.follow(event)
        return event

    def _planted_event(self, number: int, line: str) -> Event | None:
        """What a planted line pretends to be, read apart from the true ones."""
        event = next(iter(OrthancLog(self._clock, self._file).events([line])), None)
        return event | {"event.forged": 1, "log.line": number} if event else None
