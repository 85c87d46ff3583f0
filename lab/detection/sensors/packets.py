"""A packet capture in the sandbox's network: ``python -I enter.py PID python -I packets.py PORT...`` writes pcap to stdout.

tcpdump would do the same, but insists on becoming a user that the sandbox's network does not know. Reads what crosses
the loopback there and keeps the IPv4 TCP packets of some ports, whole, until SIGTERM or its size is reached. The format
is libpcap's, link type Ethernet; tshark and Wireshark read it. Standard library only.
"""

from __future__ import annotations

import signal
import socket
import struct
import sys
import time

ETH_P_ALL, SNAP_BYTES, MOST_BYTES = 3, 1 << 18, 1 << 30
SO_RCVBUFFORCE = 33
HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, SNAP_BYTES, 1)


def is_wanted(frame: bytes, ports: frozenset[int]) -> bool:
    """Whether an Ethernet frame is an IPv4 TCP packet from or to one of the ports. Pure."""
    if len(frame) < 34 or frame[12:14] != b"\x08\x00" or frame[23] != 6:
        return False
    start = 14 + 4 * (frame[14] & 15)
    if len(frame) < start + 4:
        return False
    source, target = struct.unpack_from("!HH", frame, start)
    return source in ports or target in ports


def capture(ports: frozenset[int]) -> None:
    """Write until told to stop."""
    out = sys.stdout.buffer
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)) as wire:
        try:
            wire.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 25)
        except OSError:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 25)
        wire.bind(("lo", 0))
        out.write(HEADER)
        out.flush()
        written = len(HEADER)
        while written < MOST_BYTES:
            frame, address = wire.recvfrom(SNAP_BYTES)
            if address[2] == socket.PACKET_OUTGOING or not is_wanted(frame, ports):
                continue  # on the loopback every packet passes twice: going out and coming in
            now = time.time()
            record = struct.pack("<IIII", int(now), int(now % 1 * 1e6), len(frame), len(frame)) + frame
            out.write(record)
            written += len(record)


def _stop(*_: object) -> None:
    sys.stdout.buffer.flush()
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the lab says when it is over
    capture(frozenset(int(part) for part in sys.argv[1:]))
