"""Talking HTTP to the archive, from a station of the hospital or from outside."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from lab.clients.guard import GuardedTransport
from lab.site.zones import Network, Station

TIMEOUT_SECONDS = 4.0
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
"""What a browser calls itself, and whoever wants to be taken for one."""


@contextmanager
def rest(
    network: Network,
    station: Station,
    base_url: str,
    *,
    user: tuple[str, str] | None = None,
    authority: Path | None = None,
    check_certificate: bool = True,
    patient: bool = True,
) -> Iterator[httpx.Client]:
    """An HTTP client that connects from ``station``, as a context.

    ``user`` is (name, password) for Basic authentication. ``authority`` is the PEM of the certificate authority to trust;
    an outsider who does not care passes ``check_certificate=False``; one
    who does not wait when asked to, ``patient=False``. Requests to any address outside the sandbox raise
    AddressRefused, redirects included; the proxies of the environment are not used.
    """
    transport = GuardedTransport(network, station.address, _trust(authority, check_certificate), patient=patient)
    headers = {"User-Agent": f"pacslab-{station.name}"}
    with httpx.Client(
        transport=transport, base_url=base_url, auth=user, timeout=TIMEOUT_SECONDS, headers=headers, trust_env=False
    ) as client:
        yield client


def _trust(authority: Path | None, check: bool) -> ssl.SSLContext:
    """Trust in this authority and no other. The system's own are of no use in the sandbox, and loading them takes its time."""
    if authority and check:
        return ssl.create_default_context(cafile=str(authority))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not check:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
