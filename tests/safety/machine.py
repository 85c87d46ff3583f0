"""What runs and listens on this machine, read from the kernel. Read-only."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

Address = tuple[str, int]
LISTEN, UNCONNECTED = "0A", "07"


def until(condition: Callable[[], object], seconds: float = 10.0, what: str = "it did not come true in time") -> None:
    """Wait for a condition; fail after a while, saying what was still there."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether a process runs. One that has ended and waits for its parent to notice does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def mentioning(text: str) -> set[int]:
    """The processes whose command line or environment has this text, but for this one."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            for name in ("cmdline", "environ"):
                try:
                    if text.encode() in (entry / name).read_bytes() and is_alive(int(entry.name)):
                        found.add(int(entry.name))
                except OSError:
                    continue
    return found


def sockets_of(pids: set[int]) -> set[str]:
    """The inodes of the sockets that these processes hold."""
    found = set()
    for pid in pids:
        try:
            descriptors = list(Path(f"/proc/{pid}/fd").iterdir())
        except OSError:
            continue  # ended, or the keeper, into which nobody but root may look; its sockets are its parent's, too
        for descriptor in descriptors:
            try:
                target = os.readlink(descriptor)
            except OSError:
                continue
            if target.startswith("socket:["):
                found.add(target[8:-1])
    return found


def listening(pids: set[int] | None = None, prefix: str = "") -> set[Address]:
    """The addresses on which somebody listens (TCP) or receives (UDP): these processes or all, below a prefix or all."""
    inodes = None if pids is None else sockets_of(pids)
    found = set()
    for name, state in (("tcp", LISTEN), ("tcp6", LISTEN), ("udp", UNCONNECTED), ("udp6", UNCONNECTED)):
        for line in Path("/proc/net", name).read_text("ascii").splitlines()[1:]:
            _, local, _, now, *rest = line.split()
            if now == state and (inodes is None or rest[5] in inodes):
                found.add(_address(local))
    return {address for address in found if address[0].startswith(prefix)}


def _address(local: str) -> Address:
    number, port = local.split(":")
    words = b"".join(bytes.fromhex(number[i : i + 8])[::-1] for i in range(0, len(number), 8))
    return socket.inet_ntop(socket.AF_INET if len(words) == 4 else socket.AF_INET6, words), int(port, 16)


def own_address() -> str | None:
    """An address of this machine that is not loopback, or None. No packet is sent for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.254", 9))
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if address.startswith("127.") else address
