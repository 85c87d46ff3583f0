"""The lines of the logs, and the packets of the capture, that can be ascribed to a request of the truth."""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

from lab.detection.recording import Recording
from lab.detection.sensors.ascribing import Ascription
from lab.detection.truth import Request

_ORTHANC = re.compile(r"([A-Z])(\d{4} \d\d:\d\d:\d\d\.\d+)\s+(?:\S+ )?[\w.]+:\d+\] ?(.*)")
_NAMED = re.compile(r'AET "?([^" ]+)"? on IP ([\d.]+)')
_HTTP = re.compile(r"\(http\) (GET|POST|PUT|DELETE) (\S+)")
_LUA = "Lua says:"
_DICOM = ("(dicom)", "DICOM", "C-FIND", "C-GET", "Store SCU", "Rejected association")
_ACCESS = re.compile(r'(\S+) \S+ (.*?) \[[^]]*\] "(\S+) (\S+)[^"]*" .*? (\d+\.\d+)$')
_STREAM = re.compile(r"(\S+) \[[^]]*\] \S+:(\d+) .*? (\d+\.\d+)$")


def orthanc_lines(recording: Recording, ascription: Ascription, kind: str) -> Iterator[Request]:
    """Lines of Orthanc's log: ``default`` (level W and E), ``verbose`` (all), ``audit`` (what Lua wrote)."""
    year = datetime.fromtimestamp(recording.day.real_start).year
    zone = timezone(timedelta(seconds=recording.day.utc_offset))
    for line in _read(recording.sensor("orthanc")):
        parts = _ORTHANC.match(line)
        if parts is None or (_LUA in line) != (kind == "audit") or (kind == "default" and parts[1] not in "WE"):
            continue
        moment = datetime.strptime(f"{year}{parts[2]}", "%Y%m%d %H:%M:%S.%f").replace(tzinfo=zone).timestamp()
        request = _orthanc_line(ascription, moment, parts[3])
        if request is not None:
            yield request


def _orthanc_line(ascription: Ascription, moment: float, text: str) -> Request | None:
    if named := _NAMED.search(text):
        return ascription.association(moment, named[2], named[1])
    if asked := _HTTP.search(text):
        return ascription.web(moment, asked[1], asked[2])
    return ascription.alone(moment, "dicom" if any(word in text for word in _DICOM) else None)


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
