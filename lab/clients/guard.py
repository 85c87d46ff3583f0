"""Every client's first question: does this address belong to the sandbox? There is no switch to skip it."""

from __future__ import annotations

import time
from ipaddress import AddressValueError, IPv4Address

import httpx

from lab.clients.patience import is_left, left
from lab.errors import AddressRefused
from lab.i18n import t
from lab.site.zones import BENCHMARK, LOOPBACK, Network

# Orthanc closes a connection that was idle for a second; a request sent at that very moment would find nobody.
KEPT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 4


def require_inside(address: str, network: Network) -> str:
    """Return ``address`` if it is loopback or in a zone of this sandbox; raise AddressRefused otherwise.

    Only numbers are accepted: a name, even ``localhost``, could lead anywhere by the time it is resolved. And whatever
    plan ``network`` claims, its zones count only in the range that is never a real host. No effects.
    """
    try:
        number = IPv4Address(address)
    except AddressValueError:
        raise _refusal(address, network) from None
    if number in LOOPBACK or (number in BENCHMARK and network.contains(number)):
        return address
    raise _refusal(address, network)


def _refusal(address: str, network: Network) -> AddressRefused:
    return AddressRefused(
        t("{address} is not an address of the sandbox.", address=address),
        t(
            "The lab's clients connect to the zones {first}.1–3.x and to loopback only. Trying them on other people's systems "
            "may be a crime; there is no switch for it.",
            first=network.prefix,
        ),
    )


class GuardedTransport(httpx.HTTPTransport):
    """httpx's transport, from a fixed source address and only to the sandbox; redirects pass here too.

    A ``patient`` client that is told to come back later (429) waits as it is told and asks again.
    """

    def __init__(self, network: Network, source: str, verify: object, *, patient: bool = True) -> None:
        limits = httpx.Limits(keepalive_expiry=KEPT_SECONDS)
        super().__init__(local_address=source, verify=verify, retries=0, limits=limits)  # type: ignore[arg-type]
        self._network = network
        self._patient = patient

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        require_inside(request.url.host, self._network)
        limits = request.extensions.get("timeout", {})
        request.extensions["timeout"] = {what: left(limit) for what, limit in limits.items() if limit is not None}
        answer = super().handle_request(request)
        waited = 0
        while self._patient and answer.status_code == 429 and waited < LONGEST_WAIT_SECONDS:
            seconds = _seconds(answer)
            if not is_left(seconds):
                break
            answer.close()
            time.sleep(seconds)
            waited += seconds
            answer = super().handle_request(request)
        return answer


def _seconds(answer: httpx.Response) -> int:
    """How long a server wants one to wait (RFC 9110, 10.2.3); a second where it does not say."""
    value = answer.headers.get("Retry-After", "")
    return min(int(value), LONGEST_WAIT_SECONDS) if value.isdecimal() and value != "0" else 1
