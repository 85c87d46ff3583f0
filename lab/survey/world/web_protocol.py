"""The web side of a simulated archive: a small viewer and QIDO-RS (PS3.18 10.6), open or behind a login. GET only."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

from lab.survey.system import System, Viewer
from lab.survey.world import qido, viewer_page
from lab.survey.world.limits import ASSOCIATION_SECONDS, Connections

MAX_HEAD = 16_384
_TYPES = {"html": "text/html; charset=utf-8", "json": "application/dicom+json", "text": "text/plain; charset=utf-8"}


class WebProtocol(asyncio.Protocol):
    """One connection, one request, one answer."""

    __slots__ = ("_connections", "_head", "_system", "_transport", "deadline")

    def __init__(self, system: System, connections: Connections) -> None:
        self._system, self._connections = system, connections
        self._head = bytearray()
        self.deadline = 0.0

    @property
    def address(self) -> str:
        return self._system.address

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.deadline = asyncio.get_running_loop().time() + ASSOCIATION_SECONDS
        if not self._connections.admit(self):
            transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.leave(self)

    def expire(self) -> None:
        """The time of this connection is up."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._head += data
        if b"\r\n\r\n" in self._head:
            status, kind, body, head_only = self._answer(bytes(self._head))
        elif len(self._head) > MAX_HEAD:
            status, kind, body, head_only = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "text", b"", False
        else:
            return
        self._send(status, kind, body, head_only)

    def _answer(self, head: bytes) -> tuple[HTTPStatus, str, bytes, bool]:
        line = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        if len(line) != 3 or not line[2].startswith("HTTP/1."):
            return HTTPStatus.BAD_REQUEST, "text", b"", False
        if line[0] not in ("GET", "HEAD"):
            return HTTPStatus.METHOD_NOT_ALLOWED, "text", b"", False
        if self._system.viewer is Viewer.LOGIN:
            return HTTPStatus.UNAUTHORIZED, "text", b"Log in.\n", line[0] == "HEAD"
        try:
            target = urlsplit(line[1])
            query = parse_qsl(target.query, keep_blank_values=True, max_num_fields=32)
        except ValueError:
            return HTTPStatus.BAD_REQUEST, "text", b"", False
        status, kind, body = self._route([part for part in unquote(target.path).split("/") if part], query)
        return status, kind, body, line[0] == "HEAD"

    def _route(self, path: list[str], query: list[tuple[str, str]]) -> tuple[HTTPStatus, str, bytes]:
        if not path:
            return HTTPStatus.OK, "html", viewer_page.patients(self._system, dict(query).get("name", ""))
        if path[0] == "study" and len(path) == 2:
            page = viewer_page.study(self._system, path[1])
            return (
                (HTTPStatus.NOT_FOUND, "text", b"No such study.\n") if page is None else (HTTPStatus.OK, "html", page)
            )
        if path[0] == "dicom-web":
            try:
                return HTTPStatus.OK, "json", qido.search(self._system, path[1:], query)
            except qido.BadQuery as error:
                return HTTPStatus.BAD_REQUEST, "text", f"{error}\n".encode()
        return HTTPStatus.NOT_FOUND, "text", b"Not found.\n"

    def _send(self, status: HTTPStatus, kind: str, body: bytes, head_only: bool) -> None:
        lines = [
            f"HTTP/1.1 {status.value} {status.phrase}",
            f"Server: {self._system.product}/{self._system.version}",
            f"Content-Type: {_TYPES[kind]}",
            f"Content-Length: {len(body)}",
            "Connection: close",
        ]
        if status is HTTPStatus.UNAUTHORIZED:
            lines.append('WWW-Authenticate: Basic realm="PACS"')
        self._transport.write(
            "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + (b"" if head_only else body)
        )
        self._transport.close()
