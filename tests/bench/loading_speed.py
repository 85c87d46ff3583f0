"""How fast synthetic patients go into the running archive: by REST and by C-STORE, and how busy Orthanc is meanwhile.

    python tests/bench/loading_speed.py
    python tests/bench/loading_speed.py --slices 600 --check

CT slices of 512x512 whose planes are there already (see `synthetic_speed.py`), each sent once. Orthanc's share is the
part of one core that its process used while it stored: near 100 % it is the limit, and not the lab's loader.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lab.api import Lab
from lab.clients.live import LiveSite
from lab.clients.loader import load_hospital, store_hospital
from lab.home import Home
from synthetic_data import Hospital, Instance
from synthetic_data.options import Options
from tests.bench.synthetic_speed import stack
from tests.bench.targets import Verdicts, add_check

TICKS = os.sysconf("SC_CLK_TCK")
CORES = len(os.sched_getaffinity(0))
ARCHIVE, RELAY, LOADER = "Orthanc", "the sandbox's relay", "the loader"


class OneSeries:
    """What the loader asks of a hospital: its instances and their number."""

    def __init__(self, side: int, slices: int, seed: int) -> None:
        self._share = stack(side, slices, seed)
        self.instance_count, self.options = slices, Options()

    def instances(self) -> Iterator[Instance]:
        return (Instance(self._share, number) for number in self._share.columns.numbers)


def seconds_used() -> dict[str, float]:
    """Processor time so far of this lab's Orthanc, of the relay at the sandbox's edge, and of this process."""
    parents, names, used = {}, {}, {ARCHIVE: 0.0, RELAY: 0.0}
    seconds = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            start, _, rest = (folder / "stat").read_text("ascii", "replace").rpartition(") ")
        except OSError:
            continue  # it has ended
        process, fields = int(folder.name), rest.split()
        names[process], parents[process] = start.partition("(")[2], int(fields[1])
        seconds[process] = (int(fields[11]) + int(fields[12])) / TICKS
    for process, name in names.items():
        above = process
        while above in parents and above != os.getpid():
            above = parents[above]
        who = ARCHIVE if "Orthanc" in name else RELAY if name.startswith("python") else ""
        if who and process != above == os.getpid():
            used[who] += seconds[process]
    return used | {LOADER: time.process_time()}


def measure(
    site: LiveSite, load: Callable[[LiveSite, Hospital], int], what: str, side: int, slices: int, seed: int
) -> tuple[float, float]:
    """Print how fast it went; returns slices a second, and Orthanc's share of one core."""
    series: Any = OneSeries(side, slices, seed)
    began, before = time.perf_counter(), seconds_used()
    load(site, cast(Hospital, series))
    took = time.perf_counter() - began
    used = {who: seconds - before[who] for who, seconds in seconds_used().items()}
    total = sum(used.values())
    shares = ", ".join(f"{who} {seconds / took:.0%}" for who, seconds in used.items())
    print(
        f"{what}: {slices / took:,.0f} slices/s of {side}x{side}. Of one core each: {shares}. {total / slices * 1000:.1f} "
        f"ms of processor a slice, so that {CORES} idle cores could do {CORES * slices / total:,.0f}/s; "
        f"load of the machine {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return slices / took, used[ARCHIVE] / took


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slices", type=int, default=300, help="slices to send each way (default: %(default)s)")
    parser.add_argument("--side", type=int, default=512, help="rows and columns (default: %(default)s)")
    add_check(parser)
    chosen = parser.parse_args()
    verdicts = Verdicts()
    with tempfile.TemporaryDirectory(prefix="loading-speed-") as name:
        lab = Lab(language="en", home=Home(Path(name)), sandbox="native")
        lab.start(with_parent=True, patients=1)
        try:
            rate, share = measure(lab.live(), load_hospital, "REST", chosen.side, chosen.slices, 0)
            verdicts.judge_any({"rest": rate, "archive_share": share})
            rate, _ = measure(lab.live(), store_hospital, "C-STORE", chosen.side, chosen.slices, 1)
            verdicts.judge("store", rate)
        finally:
            lab.stop()
    return verdicts.code(chosen.check)


if __name__ == "__main__":
    raise SystemExit(main())
