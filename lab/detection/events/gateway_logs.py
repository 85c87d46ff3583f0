"""The gateway's logs: nginx's access log of the https door, and the stream log of the doors that lead straight to the archive.

Their formats are those of lab/site/render.py. nginx escapes what a visitor sends (``\\xHH``), so that no line is forged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache

from lab.detection.events.lines import written_out
from lab.detection.events.schema import KEPT, Event

ACCESS, STREAM = "nginx.access", "nginx.stream"
_MSEC = r"(?: (\d{9,11}\.\d{3}))?$"  # seconds since 1970; older logs of the lab have whole seconds only
_ACCESS = re.compile(
    r'(\S+) - (.+?) \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d{1,18}) "((?:[^"\\]|\\.)*)" (\S+):(\d{1,5})' + _MSEC,
    re.ASCII,
)
_STREAM = re.compile(
    r"(\S+) \[([^\]]+)\] (\S+):(\d{1,5}) (\d{3}) in=(\d{1,18}) out=(\d{1,18}) (\d{1,9}(?:\.\d+)?)" + _MSEC, re.ASCII
)
_ESCAPE = re.compile(r"\\x([0-9A-Fa-f]{2})")


def access_events(lines: Iterable[str], file: str = "gateway-access.log") -> Iterator[Event]:
    """One event for each request that the https door answered."""
    for number, line in enumerate(lines, 1):
        found = _ACCESS.match(line)
        stamp = _utc(found[10] or found[3]) if found else None
        if found is None or stamp is None:
            continue
        ip, user, _, request, status, size, agent, _, port, _ = found.groups()
        method, _, rest = request.partition(" ")
        target = rest.rsplit(" HTTP/", 1)[0]
        path, _, query = target.partition("?")
        yield {
            "timestamp": stamp, "event.dataset": ACCESS, "event.action": "http", "source.ip": ip,
            "event.outcome": "success" if status < "400" else "failure", "user.name": None if user == "-" else _plain(user),
            "http.request.method": method[:32], "url.path": path[:KEPT], "url.query": query[:KEPT] or None,
            "http.response.status_code": int(status), "destination.bytes": int(size), "user_agent.original": _plain(agent)[:KEPT],
            "destination.port": int(port), "log.file": file, "log.line": number, "event.original": written_out(line, KEPT),
        }  # fmt: skip


def stream_events(lines: Iterable[str], file: str = "gateway-stream.log") -> Iterator[Event]:
    """One event for each connection through a door that leads straight to the archive."""
    for number, line in enumerate(lines, 1):
        found = _STREAM.match(line)
        stamp = _utc(found[9] or found[2]) if found else None
        if found is None or stamp is None:
            continue
        ip, _, _, port, status, sent, received, seconds, _ = found.groups()
        yield {
            "timestamp": stamp, "event.dataset": STREAM, "event.action": "connection", "source.ip": ip,
            "event.outcome": "success" if status == "200" else "failure", "destination.port": int(port),
            "source.bytes": int(sent), "destination.bytes": int(received), "event.duration": float(seconds),
            "log.file": file, "log.line": number, "event.original": written_out(line, KEPT),
        }  # fmt: skip


@lru_cache(maxsize=4096)
def _utc(stamp: str) -> str | None:
    """An ISO 8601 time with its zone, or seconds since 1970, in UTC."""
    try:
        moment = datetime.fromtimestamp(float(stamp), UTC) if stamp[10:11] == "." else datetime.fromisoformat(stamp)
        return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}" if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _plain(text: str) -> str:
    """What nginx escaped, as it was sent, but for control characters."""
    if "\\" not in text:
        return text
    raw = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return written_out(
        raw.encode("latin-1", "replace").decode("utf-8", "replace") if raw.isascii() is False else raw, KEPT
    )
