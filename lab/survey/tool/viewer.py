"""Does a system show patients in a web page to anybody? One GET of its start page, read up to a limit."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress

from lab.survey.addresses import require_on_internet

MOST_BYTES = 65_536
_SHOWS = (b"PatientName", b"PatientBirthDate")
_SERVER = re.compile(rb"\r\nServer: ([ -~]{1,60})\r\n")
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")


async def look(address: str, port: int, seconds: float) -> tuple[bool, str]:
    """Whether the page lists patients without a login, and what was seen. Raises AddressRefused outside the lab."""
    require_on_internet(address)
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(address, port, limit=MOST_BYTES)
            try:
                writer.write(f"GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode("ascii"))
                page = await _read(reader)
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError) as error:
        return False, f"GET /: {type(error).__name__}"
    status = _STATUS.match(page)
    if status is None:
        return False, "GET /: no HTTP"
    shows = status[1] == b"200" and all(word in page for word in _SHOWS)
    server = _SERVER.search(page)
    named = f", {server[1].decode('latin-1').strip()}" if server is not None else ""
    return shows, f"GET / {status[1].decode()}{named}{', lists patients' if shows else ''}"


async def _read(reader: asyncio.StreamReader) -> bytes:
    page = b""
    while len(page) < MOST_BYTES and (more := await reader.read(MOST_BYTES - len(page))):
        page += more
    return page
