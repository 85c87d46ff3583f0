"""Does a system show patients in a web page to anybody? One GET of its start page, read up to a limit."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from http import HTTPStatus

from lab.survey.addresses import require_on_internet

MOST_BYTES = 65_536
_SHOWS = (b"PatientName", b"PatientBirthDate")
_SERVER = re.compile(rb"\r\nServer: ([ -~]{1,60})\r\n")
_KIND = re.compile(rb"\r\nContent-Type: ([a-zA-Z0-9.+/-]{1,60})")
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")


async def look(address: str, port: int, seconds: float) -> tuple[bool, str]:
    """Whether the page lists patients without a login, and what was seen. Raises AddressRefused outside the lab."""
    try:
        answer = await fetch(address, port, seconds)
    except (OSError, TimeoutError) as error:
        return False, f"GET /: {type(error).__name__}"
    status = status_of(answer)
    if status is None:
        return False, "GET /: no HTTP"
    shows = status == HTTPStatus.OK and all(word in answer for word in _SHOWS)
    server = _SERVER.search(answer)
    named = f", {server[1].decode('latin-1').strip()}" if server is not None else ""
    return shows, f"GET / {status}{named}{', lists patients' if shows else ''}"


async def fetch(address: str, port: int, seconds: float, path: str = "/") -> bytes:
    """What a system answers to ``GET path``, head included, ``MOST_BYTES`` at most. Raises AddressRefused, OSError, TimeoutError."""
    require_on_internet(address)
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(address, port, limit=MOST_BYTES)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode("ascii"))
            return await _read(reader)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def status_of(answer: bytes) -> int | None:
    """The status of an HTTP answer; None when it is none."""
    status = _STATUS.match(answer)
    return int(status[1]) if status is not None else None


def parts_of(answer: bytes) -> tuple[int, str, str]:
    """Status, media type and text of an HTTP answer. Raises ValueError when it is none."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, kind = status_of(head), _KIND.search(head)
    if status is None:
        raise ValueError("no HTTP")
    return (
        status,
        kind[1].decode("ascii").lower() if kind is not None else "text/plain",
        body.decode("utf-8", "replace"),
    )


async def _read(reader: asyncio.StreamReader) -> bytes:
    page = b""
    while len(page) < MOST_BYTES and (more := await reader.read(MOST_BYTES - len(page))):
        page += more
    return page
