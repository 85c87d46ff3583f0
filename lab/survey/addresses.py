"""The address space of the simulated Internet, and the question that every client of the survey asks first."""

from __future__ import annotations

import socket
from functools import cache
from ipaddress import AddressValueError, IPv4Address, IPv4Network

from lab.errors import AddressRefused
from lab.i18n import t
from synthetic_data.seeding import Role, scattered

INTERNET = IPv4Network("127.64.0.0/10")
PRIVILEGED = range(1, 1024)
MOVED_BY = 10_000
_HOSTS = range(1, 255)  # last octets that look like a host's
_THIRDS = 256
_SECONDS = range(64, 128)


def require_on_internet(address: str) -> str:
    """Return ``address`` if it belongs to the simulated Internet; raise AddressRefused otherwise. No effects, no switch."""
    try:
        if IPv4Address(address) in INTERNET:
            return address
    except AddressValueError:
        pass
    raise AddressRefused(
        t("{address} is not an address of the simulated Internet.", address=address),
        t(
            "The survey examines {network} only, on this machine. Examining other people's systems without their consent may be a "
            "crime; there is no switch for it.",
            network=INTERNET,
        ),
    )


def address_of(role: Role, index: int) -> str:
    """The address of the index-th system: looks random, and no two systems share one."""
    place = scattered(role, index, len(_SECONDS) * _THIRDS * len(_HOSTS))
    rest, host = divmod(place, len(_HOSTS))
    second, third = divmod(rest, _THIRDS)
    return f"127.{_SECONDS[second]}.{third}.{_HOSTS[host]}"


def bindable(port: int) -> int:
    """The port on which this machine serves a port of the simulated Internet.

    Where an ordinary user may not listen below 1024, 104 becomes 10104, 80 becomes 10080, and so on.
    """
    return port + MOVED_BY if port in PRIVILEGED and not _may_listen_low() else port


@cache
def _may_listen_low() -> bool:
    with socket.socket() as attempt:
        try:
            attempt.bind(("127.64.0.0", 104))
        except PermissionError:
            return False
        except OSError:
            return True
    return True
