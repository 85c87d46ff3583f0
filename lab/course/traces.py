"""Break in, then read what each log has to say about it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lab.catalogue import Weakness
from lab.clients.live import LiveSite
from lab.model import visible
from lab.sandbox.machine import read_within
from lab.sandbox.protocol import Log, Sandbox
from lab.scenario import Trace
from lab.site.zones import STATIONS

WAIT_SECONDS, SETTLE_SECONDS, LOOK_SECONDS = 3.0, 0.1, 0.02


@dataclass(frozen=True)
class Mark:
    """How long each log was at one moment."""

    sizes: dict[Log, int]

    @classmethod
    def now(cls, sandbox: Sandbox) -> Mark:
        return cls({log: _size(sandbox.log(log)) for log in Log})

    def since(self, sandbox: Sandbox, log: Log) -> list[str]:
        """The lines that a log has got since the mark. A log that was begun anew is read from its start."""
        return read_from(sandbox.log(log), self.sizes[log])


def read_from(path: Path, start: int) -> list[str]:
    """The lines of a file from byte ``start`` on; [] when there is no file. Read-only.

    Undecodable bytes are replaced and control characters written out: what a visitor put into a log gives no orders.
    """
    text = read_within(path, start=start).decode("utf-8", "replace").replace("\r\n", "\n")
    return [visible(line) for line in text.removesuffix("\n").split("\n")] if text else []


def tail(path: Path, count: int) -> list[str]:
    """The last ``count`` lines of a log. Read-only."""
    return read_from(path, max(0, _size(path) - 1_000_000))[-count:] if count else []


def break_in(
    sandbox: Sandbox, site: LiveSite, scenario: Weakness, expected: Iterable[Trace] = ()
) -> dict[Log, list[str]]:
    """Run the scenario's probe and return the lines that each log got meanwhile.

    A log's line may come after the answer: the expected traces are waited for, and then a moment for what was not expected.
    """
    mark, awaited = Mark.now(sandbox), [trace for trace in expected if trace.pattern]
    scenario.probe_once(site)
    deadline = time.monotonic() + WAIT_SECONDS
    while awaited and time.monotonic() < deadline:
        awaited = [trace for trace in awaited if not matching(trace, mark.since(sandbox, trace.log), site)]
        time.sleep(LOOK_SECONDS)
    time.sleep(SETTLE_SECONDS)
    return {log: mark.since(sandbox, log) for log in Log}


# Lines that tell of nobody: what a look whether the DICOM door answers leaves behind, whoever looks (the keeper does each time
# it has started the archive; 1.13 calls it an association without a title), what Orthanc remarks about its own index
# (1.12.7, when DICOMweb asks it), and what its threads say of their own start, at times after its doors answer.
_NOISE = re.compile(
    r"Receiving Association failed: TLS error: unexpected eof"
    r"|Association Received from an invalid AET \(sanitized: \) on IP | ResourceFinder\.cpp:\d+\] "
    r"|\.cpp:\d+\] (?:\(\w+\) )?(?:Starting the |Worker thread \d+ has started|DICOM server started"
    r"|HTTP server listening |Orthanc has started)"
)


def matching(trace: Trace, lines: list[str], site: LiveSite) -> tuple[str, ...]:
    """The lines that show the intrusion as the trace says; for a trace that claims silence, every line that is not noise.

    ``{intruder}`` and other stations' names in a pattern stand for their addresses.
    """
    if trace.pattern is None:
        return tuple(line for line in lines if not _NOISE.search(line))
    pattern = trace.pattern
    for name in STATIONS:
        pattern = pattern.replace("{" + name + "}", re.escape(site.station(name).address))
    return tuple(line for line in lines if re.search(pattern, line))


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
