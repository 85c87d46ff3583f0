"""Somebody who waits for images at a station of the sandbox: a DICOM storage service (C-STORE SCP, PS3.4 B), or a web server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from pynetdicom import AE, ALL_TRANSFER_SYNTAXES, AllStoragePresentationContexts, evt

from lab.clients.guard import require_inside
from lab.site.zones import Network, Station


@dataclass
class Received:
    """Where the receiver listens, and what has come in: the SOP instance UIDs, or the lengths of what was sent over HTTP."""

    address: str
    port: int
    instances: list[str] = field(default_factory=list)


@contextmanager
def receiver(network: Network, station: Station, title: str) -> Iterator[Received]:
    """Listen on a free port of the station's own address until the end of the context. Keeps no image."""
    require_inside(station.address, network)
    entity = AE(ae_title=title)
    for context in AllStoragePresentationContexts:
        entity.add_supported_context(str(context.abstract_syntax), ALL_TRANSFER_SYNTAXES)

    def keep(event: evt.Event) -> int:
        inbox.instances.append(str(event.dataset.SOPInstanceUID))
        return 0x0000

    server = entity.start_server((station.address, 0), block=False, evt_handlers=[(evt.EVT_C_STORE, keep)])
    if server is None:
        raise OSError("the receiver did not start")
    inbox = Received(station.address, server.server_address[1])
    try:
        yield inbox
    finally:
        server.shutdown()


@contextmanager
def web_receiver(network: Network, station: Station, title: str) -> Iterator[Received]:
    """The same for an archive that sends to another one over HTTP (POST /instances). Answers as Orthanc does; keeps no image."""
    require_inside(station.address, network)

    class Inbox(BaseHTTPRequestHandler):
        server_version = title

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            inbox.instances.append(str(len(content)))
            self._answer(b'{"ID": "", "Path": "", "Status": "Success"}')

        def do_GET(self) -> None:
            self._answer(b"{}")

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer((station.address, 0), Inbox)
    inbox = Received(station.address, server.server_address[1])
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield inbox
    finally:
        server.shutdown()
        server.server_close()
