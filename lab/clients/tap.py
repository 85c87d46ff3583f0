"""A tap on the wire: what somebody between a client and the hospital (a café's Wi-Fi, a provider) can read.

The tap forwards a TCP connection unchanged and keeps the bytes of both directions as they crossed: a real capture of a
real connection, which needs no privilege and works the same in both sandboxes.
"""

from __future__ import annotations

import socket
import threading
import time
import zlib
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from lab.clients.guard import require_inside
from lab.site.zones import Network, Station


@dataclass
class Capture:
    """The bytes that crossed the tap, by direction, in order."""

    sent: bytearray = field(default_factory=bytearray)
    received: bytearray = field(default_factory=bytearray)

    @property
    def content(self) -> bytes:
        return bytes(self.sent + self.received)

    @property
    def is_tls(self) -> bool:
        """Whether the client opened with a TLS handshake record (RFC 8446, section 5.1)."""
        return self.sent[:1] == b"\x16" and self.sent[1:2] == b"\x03"

    def readable(self) -> bytes:
        """What an eavesdropper reads without any key: both directions, with gzip and deflate bodies unpacked."""
        return self.content + b"\n" + b"\n".join(_unpacked(bytes(self.received)))

    def answers(self) -> bytes:
        """What came back, with the gzip and deflate bodies of HTTP answers unpacked in their places."""
        if not self.received.startswith(b"HTTP/"):
            return bytes(self.received)
        return b"\n".join(
            b"HTTP/1.1 " + head + b"\r\n\r\n" + (_unpack(head, body) or body)
            for head, body in _answers(bytes(self.received))
        )

    def credentials(self) -> tuple[tuple[str, str], ...]:
        """User names and passwords that stand in the clear (HTTP Basic, RFC 7617), each once."""
        found = []
        for line in bytes(self.sent).split(b"\r\n"):
            name, _, value = line.partition(b":")
            scheme, _, token = value.strip().partition(b" ")
            if name.lower() == b"authorization" and scheme.lower() == b"basic":
                with suppress(ValueError):
                    user, _, password = b64decode(token).decode("utf-8", "replace").partition(":")
                    found.append((user, password))
        return tuple(dict.fromkeys(found))


@contextmanager
def tap(network: Network, station: Station, address: str, port: int) -> Iterator[tuple[int, Capture]]:
    """Listen on a free port of 127.0.0.1 and pass what comes on to (address, port), from ``station``'s address.

    Yields the port to connect to and the growing capture. Raises AddressRefused for a target outside the sandbox.
    """
    require_inside(address, network)
    capture = Capture()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        stop = threading.Event()
        thread = threading.Thread(
            target=_serve, args=(listener, (address, port), station.address, capture, stop), daemon=True
        )
        thread.start()
        try:
            yield listener.getsockname()[1], capture
        finally:
            stop.set()
            thread.join()


def _serve(
    listener: socket.socket, target: tuple[str, int], source: str, capture: Capture, stop: threading.Event
) -> None:
    workers = []
    while not stop.is_set():
        try:
            client, _ = listener.accept()
        except TimeoutError:
            continue
        worker = threading.Thread(target=_carry, args=(client, target, source, capture), daemon=True)
        worker.start()
        workers.append(worker)
    deadline = time.monotonic() + 1.0
    for worker in workers:
        worker.join(max(0.0, deadline - time.monotonic()))


def _carry(client: socket.socket, target: tuple[str, int], source: str, capture: Capture) -> None:
    with client:
        try:
            server = socket.create_connection(target, timeout=4.0, source_address=(source, 0))
        except OSError:
            return
        with server:
            back = threading.Thread(target=_pump, args=(server, client, capture.received), daemon=True)
            back.start()
            _pump(client, server, capture.sent)
            back.join(5.0)


def _pump(source: socket.socket, target: socket.socket, kept: bytearray) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            kept += data
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _unpacked(stream: bytes) -> Iterator[bytes]:
    """The bodies of HTTP answers that were sent compressed, unpacked as far as they go."""
    for head, body in _answers(stream):
        if unpacked := _unpack(head, body):
            yield unpacked


def _unpack(head: bytes, body: bytes) -> bytes | None:
    """A body as it was before it was compressed; None when it was not, or cannot be unpacked."""
    encoding = head.lower()
    if b"content-encoding: gzip" in encoding:
        unpacker = zlib.decompressobj(wbits=31)
    elif b"content-encoding: deflate" in encoding:
        unpacker = zlib.decompressobj()
    else:
        return None
    with suppress(zlib.error):
        return unpacker.decompress(body)
    return None


def _answers(stream: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Split a stream of HTTP/1.1 answers into (head, rest up to the next answer)."""
    for part in stream.split(b"HTTP/1.1 ")[1:]:
        head, _, body = part.partition(b"\r\n\r\n")
        yield head, body
