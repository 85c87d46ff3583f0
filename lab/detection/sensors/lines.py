"""The lines of the logs, and the packets of the capture, that can be ascribed to a request of the truth."""

from __future__ import annotations

import json
import re
import socket
import struct
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from lab.detection.recording import Recording
from lab.detection.sensors.ascribing import Ascription
from lab.detection.truth import Request

_ORTHANC = re.compile(r"([A-Z])(\d{4} \d\d:\d\d:\d\d\.\d+)\s+(?:\S+ )?[\w.]+:\d+\] ?(.*)")
_NAMED = re.compile(r'AET "?([^" ]+)"? on IP ([\d.]+)')
_HTTP = re.compile(r"\(http\) (GET|POST|PUT|DELETE) (\S+)")
_AUDIT = re.compile(r"Lua says: AUDIT (\{.*\})")
# what a line without a name is about -> the requests that it may belong to, the most telling first
_ABOUT: tuple[tuple[str, Callable[[Request], bool]], ...] = (
    ("switched the log level", lambda request: (request.verb, request.target) == ("PUT", "/tools/log-level")),
    ("bad called AET", lambda request: request.verb == "A-ASSOCIATE"),
    ("ZIP", lambda request: request.target.endswith("/archive")),
    ("C-GET", lambda request: request.verb == "C-GET"),
    ("Store SCU", lambda request: request.verb in ("C-GET", "C-MOVE")),
    ("Move", lambda request: request.verb == "C-MOVE"),
    ("C-MOVE", lambda request: request.verb == "C-MOVE"),
    ("C-F", lambda request: request.verb == "C-FIND"),
    ("DICOM C-Find", lambda request: request.verb == "C-FIND"),
    ("Number of", lambda request: request.verb == "C-FIND" or request.target == "/tools/find"),
    ("Creating attachment", lambda request: request.verb == "C-STORE" or request.target.endswith("/anonymize")),
    ("New instance stored", lambda request: request.verb == "C-STORE" or request.target.endswith("/anonymize")),
    ("(dicom)", lambda request: request.protocol == "dicom"),
)
_ACCESS = re.compile(r'(\S+) \S+ (.*?) \[[^]]*\] "(\S+) (\S+)[^"]*" .*? (\d+\.\d+)$')
_STREAM = re.compile(r"(\S+) \[[^]]*\] \S+:(\d+) .*? (\d+\.\d+)$")


def orthanc_lines(recording: Recording, ascription: Ascription, kind: str) -> Iterator[Request]:
    """Lines of Orthanc's log: ``default`` (level W and E), ``verbose`` (all), ``audit`` (what Lua wrote)."""
    year = datetime.fromtimestamp(recording.day.real_start).year
    zone = timezone(timedelta(seconds=recording.day.utc_offset))
    for line in _read(recording.sensor("orthanc")):
        parts = _ORTHANC.match(line)
        if parts is None or ("Lua says:" in line) != (kind == "audit") or (kind == "default" and parts[1] not in "WE"):
            continue
        try:
            moment = datetime.strptime(f"{year}{parts[2]}", "%Y%m%d %H:%M:%S.%f").replace(tzinfo=zone).timestamp()
            request = _orthanc_line(ascription, moment, parts[3])
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            continue  # a line that was cut, or that a visitor planted
        if request is not None:
            yield request


def _orthanc_line(ascription: Ascription, moment: float, text: str) -> Request | None:
    if named := _NAMED.search(text):
        return ascription.association(moment, named[2], named[1])
    if asked := _HTTP.search(text):
        return ascription.web(moment, asked[1], asked[2])
    if audit := _AUDIT.match(text):
        return _audit_line(ascription, moment, json.loads(audit[1]))
    fits = next((fits for words, fits in _ABOUT if words in text), lambda request: True)
    return ascription.alone(moment, fits)


def _audit_line(ascription: Ascription, moment: float, entry: dict[str, Any]) -> Request | None:
    """A line of the site's own Lua filters (lab/site/lua.py)."""
    if entry["event"] == "http":
        return ascription.web(moment, entry["method"], entry["uri"], entry["user"])
    if entry.get("aet"):
        return ascription.association(moment, entry["ip"], entry["aet"])
    return ascription.alone(moment)


def access_lines(recording: Recording, ascription: Ascription) -> Iterator[Request]:
    """Lines of the gateway's web log."""
    for line in _read(recording.sensor("gateway-access")):
        if parts := _ACCESS.match(line):
            request = ascription.visit(float(parts[5]), (parts[1], parts[2]), parts[3], parts[4])
            if request is not None:
                yield request


def stream_lines(recording: Recording, ascription: Ascription) -> Iterator[Request]:
    """Lines of the gateway's log of connections; their time is that of the end."""
    for line in _read(recording.sensor("gateway-stream")):
        if parts := _STREAM.match(line):
            request = ascription.association(float(parts[3]), parts[1])
            if request is not None:
                yield request


def packets(recording: Recording, ascription: Ascription) -> Iterator[Request]:
    """Packets of the capture (libpcap, Ethernet) by their client's address."""
    path = recording.sensor("capture")
    if path is None:
        return
    gateways = {f"{recording.day.prefix}.{zone}.1" for zone in (1, 2, 3)}
    with path.open("rb") as file:
        file.read(24)
        while len(head := file.read(16)) == 16:
            seconds, micros, size, _ = struct.unpack("<IIII", head)
            frame = file.read(size)
            ends = socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34])
            client = next((end for end in ends if end not in gateways), None)
            if client is not None:
                request = ascription.association(seconds + micros / 1e6, client)
                if request is not None:
                    yield request


def _read(path: Path | None) -> Iterator[str]:
    if path is not None:
        with path.open(encoding="utf-8", errors="replace") as lines:
            yield from (line.rstrip("\n") for line in lines)
