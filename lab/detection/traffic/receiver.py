"""An intruder's own DICOM receiver, to which the archive is told to send: it counts what comes and keeps nothing.

In the native sandbox the archive has no network but its own, so the receiver runs in that network; see ``sensors/enter.py``.
Run as a program: ``python -m lab.detection.traffic.receiver ADDRESS PORT AET`` listens until its standard input ends.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from select import select

from pynetdicom import AE, evt

from lab.detection.sensors.inside import command_inside
from lab.sandbox.protocol import Sandbox
from lab.site.zones import BENCHMARK, LOOPBACK
from synthetic_data.instance import storage_kinds

READY = "listening"
PATIENCE_SECONDS = 15.0


@dataclass
class Receivers:
    """The receivers of a day. ``close`` ends them all."""

    sandbox: Sandbox
    _running: list[subprocess.Popen[str]] = field(default_factory=list)

    def open(self, address: str, port: int, aet: str) -> bool:
        """Have a receiver listen at an address that the archive reaches; whether it does. Where not, a C-MOVE fails."""
        command = command_inside(
            self.sandbox, [sys.executable, "-m", "lab.detection.traffic.receiver", address, str(port), aet]
        )
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._running.append(process)
        assert process.stdout is not None
        ready, _, _ = select([process.stdout], [], [], PATIENCE_SECONDS)
        return bool(ready) and process.stdout.readline().strip() == READY

    def close(self) -> None:
        """End every receiver."""
        for process in self._running:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
        self._running.clear()


def listen(address: str, port: int, aet: str) -> None:
    """Accept every C-STORE at an address of the sandbox until standard input ends."""
    number = IPv4Address(address)
    if number not in LOOPBACK and number not in BENCHMARK:
        raise SystemExit(f"{address} is not an address of the sandbox")
    entity = AE(ae_title=aet)
    for sop_class, syntax in storage_kinds():
        entity.add_supported_context(sop_class, syntax)
    server = entity.start_server((address, port), block=False, evt_handlers=[(evt.EVT_C_STORE, lambda event: 0x0000)])
    print(READY, flush=True)
    sys.stdin.read()
    if server is not None:
        server.shutdown()


if __name__ == "__main__":
    listen(sys.argv[1], int(sys.argv[2]), sys.argv[3])
