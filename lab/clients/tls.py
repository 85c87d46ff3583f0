"""How a DICOM client connects: in the clear, or over TLS with or without a certificate of its own (PS3.15 B.1, RFC 8446)."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lab.site.certificates import Credential

ANSWER_SECONDS = 2.0


@dataclass(frozen=True)
class Tls:
    """One way of doing TLS.

    ``authority`` is the certificate to trust; without it the other side's is not looked at, as somebody does who does not
    care whom he talks to. ``credential`` is what one shows when the other side asks.
    """

    authority: Path | None = None
    credential: Credential | None = None

    def context(self) -> ssl.SSLContext:
        """For a connection's socket. Raises OSError when a file cannot be read."""
        return _context(self)


ANONYMOUS = Tls()
"""TLS without a certificate of one's own: what anybody can do."""


@cache
def _context(tls: Tls) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(tls.authority) if tls.authority else None)
    if tls.authority is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.credential:
        context.load_cert_chain(tls.credential.chain, tls.credential.key)
    return context


def refusal(address: tuple[str, int], source: str, tls: Tls) -> str | None:
    """Why a door that speaks TLS turns this client away, in OpenSSL's words; None when it does not, or speaks no TLS.

    With TLS 1.3 a client counts itself connected before the server has looked for its certificate: that one is missing
    shows only when the client reads (RFC 8446, 4.4.2.4). So this connects once more, reads, and waits a moment at most.
    The caller has made sure that the address is one of the sandbox. Connects and closes.
    """
    try:
        with (
            socket.create_connection(address, ANSWER_SECONDS, (source, 0)) as plain,
            tls.context().wrap_socket(plain, server_hostname=address[0]) as wire,
        ):
            wire.recv(1)
    except ssl.SSLError as error:
        return error.reason if "ALERT" in (error.reason or "") else None
    except OSError:
        pass
    return None
