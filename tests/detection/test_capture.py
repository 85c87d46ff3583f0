"""What is captured, and by whom the archive's network may be entered."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import time

import pytest

from lab.api import Lab
from lab.detection.sensors.collect import PACKETS
from lab.detection.sensors.inside import command_inside
from lab.detection.sensors.packets import is_wanted

ETHERNET, OTHER = bytes(12) + b"\x08\x00", bytes(12) + b"\x86\xdd"
PORTS = frozenset({4242})


def packet(protocol: int, source: int, target: int, words: int = 5) -> bytes:
    return (
        bytes([0x40 | words])
        + bytes(8)
        + bytes([protocol])
        + bytes(4 * words - 10)
        + struct.pack("!HH", source, target)
    )


@pytest.mark.parametrize(
    ("frame", "wanted"),
    [
        (ETHERNET + packet(6, 50_000, 4242), True),
        (ETHERNET + packet(6, 4242, 50_000), True),
        (ETHERNET + packet(6, 4242, 50_000, words=8), True),
        (ETHERNET + packet(6, 8042, 50_000), False),
        (ETHERNET + packet(17, 4242, 50_000), False),
        (OTHER + packet(6, 4242, 50_000), False),
        (ETHERNET + packet(6, 4242, 50_000)[:22], False),
        (b"", False),
    ],
)
def test_only_tcp_packets_of_the_wanted_ports_are_kept(frame: bytes, wanted: bool) -> None:
    assert is_wanted(frame, PORTS) is wanted


@pytest.mark.slow
@pytest.mark.native
def test_a_program_in_the_archives_network_sees_its_loopback_and_nothing_else(lab: Lab, kind: str) -> None:
    if kind != "native":
        pytest.skip("a namespace is entered in the native sandbox only")
    look = [sys.executable, "-c", "import socket; print([name for _, name in socket.if_nameindex()])"]
    answer = subprocess.run(command_inside(lab.sandbox, look), capture_output=True, text=True, timeout=20)
    assert (answer.stdout.strip(), answer.stderr) == ("['lo']", "")


@pytest.mark.native
def test_a_capture_dies_with_the_lab_that_began_it(lab: Lab, kind: str) -> None:
    if kind != "native":
        pytest.skip("packets are captured in the native sandbox only")
    capture = command_inside(lab.sandbox, [sys.executable, "-I", str(PACKETS), "4242"])
    script = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen({capture!r}, stdout=subprocess.PIPE)\n"
        "child.stdout.read(24)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate()
    for _ in range(200):
        if not _lives(pid):
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("the capture outlived the lab")


def _lives(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
