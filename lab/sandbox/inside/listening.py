"""What listens in this network namespace, as the kernel tells it: asked for, not tried out.

A connection would stand in the logs as a visitor's.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path

Address = tuple[str, int]

# sock_diag(7), netlink(7), linux/netlink.h, linux/inet_diag.h
_SOCK_DIAG, _SOCK_DIAG_BY_FAMILY = 4, 20
_REQUEST_DUMP = 0x301
_ERROR, _DONE = 2, 3
_LISTEN = 10
_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_QUESTION = struct.Struct("=BBBBI48x")  # family, protocol, extensions, pad, states, socket identity
_ANSWER = struct.Struct("!4xH2x4s")  # family and state, source port, destination port, source address


def listening() -> set[Address]:
    """Every TCP address (IPv4) that something listens on in this network namespace. Read-only.

    /proc/net/tcp says the same, but walks every connection of the machine: on a busy one that takes a thousand times as
    long. It is for kernels that do not answer sock_diag.
    """
    try:
        return _asked()
    except OSError:
        return _read(Path("/proc/net/tcp").read_text("ascii"))


def _asked() -> set[Address]:
    """Ask the kernel for sockets that listen. Raises OSError where it cannot be asked."""
    question = _QUESTION.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 1 << _LISTEN)
    header = _HEADER.pack(_HEADER.size + len(question), _SOCK_DIAG_BY_FAMILY, _REQUEST_DUMP, 1, 0)
    found: set[Address] = set()
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as kernel:
        kernel.settimeout(1)
        kernel.send(header + question)
        while True:
            messages = memoryview(kernel.recv(1 << 16))
            while messages:
                length, kind, *_ = _HEADER.unpack_from(messages)
                if kind == _DONE:
                    return found
                if kind == _ERROR:
                    raise OSError("the kernel does not tell what listens")
                port, address = _ANSWER.unpack_from(messages, _HEADER.size)
                found.add((socket.inet_ntoa(address), port))
                messages = messages[(length + 3) & ~3 :]


def _read(table: str) -> set[Address]:
    """The rows of /proc/net/tcp that listen (state 0A); addresses stand there as words of this machine's byte order."""
    found = set()
    for line in table.splitlines()[1:]:
        _, local, _, state, *_ = line.split()
        if state == "0A":
            address, port = local.split(":")
            found.add((socket.inet_ntoa(struct.pack("=I", int(address, 16))), int(port, 16)))
    return found
