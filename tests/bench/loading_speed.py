"""How fast synthetic patients go into the running archive: by REST and by C-STORE, and how busy Orthanc is meanwhile.

    python tests/bench/loading_speed.py
    python tests/bench/loading_speed.py --slices 200 --side 256

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
from tests.bench.synthetic_speed import stack

TICKS = os.sysconf("SC_CLK_TCK")


class OneSeries:
    """What the loader asks of a hospital: its instances and their number."""

    def __init__(self, side: int, slices: int, seed: int) -> None:
        self._share = stack(side, slices, seed)
        self.instance_count = slices

    def instances(self) -> Iterator[Instance]:
        return (Instance(self._share, number) for number in self._share.columns.numbers)


def orthanc_seconds() -> float:
    """The processor time of every Orthanc that runs here."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, _, rest = (folder / "stat").read_text("ascii").partition(") ")
        except (OSError, UnicodeDecodeError):
            continue
        if "Orthanc" in name:
            user, system = rest.split()[11:13]
            total += int(user) + int(system)
    return total / TICKS


def measure(
    site: LiveSite, load: Callable[[LiveSite, Hospital], int], what: str, side: int, slices: int, seed: int
) -> None:
    series: Any = OneSeries(side, slices, seed)
    began, busy = time.perf_counter(), orthanc_seconds()
    load(site, cast(Hospital, series))
    took = time.perf_counter() - began
    print(
        f"{what}: {slices / took:,.0f} slices/s of {side}x{side}; Orthanc used {(orthanc_seconds() - busy) / took:.0%} of a core"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slices", type=int, default=300, help="slices to send each way (default: %(default)s)")
    parser.add_argument("--side", type=int, default=512, help="rows and columns (default: %(default)s)")
    chosen = parser.parse_args()
    os.environ.setdefault("PACSLAB_INSTANCE", "35")
    with tempfile.TemporaryDirectory(prefix="loading-speed-") as name:
        lab = Lab(language="en", home=Home(Path(name)), sandbox="native")
        lab.start(with_parent=True, patients=1)
        try:
            for seed, (what, load) in enumerate((("REST", load_hospital), ("C-STORE", store_hospital))):
                measure(lab.live(), load, what, chosen.side, chosen.slices, seed)
        finally:
            lab.stop()


if __name__ == "__main__":
    main()
