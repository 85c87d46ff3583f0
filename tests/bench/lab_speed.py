"""How quick and how small the running lab is, next to what nothing can be quicker than.

    .venv/bin/python tests/bench/lab_speed.py            # native sandbox, about a minute
    .venv/bin/python tests/bench/lab_speed.py --runs 40

Each figure is a median of several runs in one process, beside its floor measured in the same run: a switch of scenario
against a bare Orthanc that is started until it listens; a check against the same associations and requests alone (the
clinic's day). Absolute times depend on the machine; the ratios say how much the lab adds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rich.console import Console
from rich.table import Table

from lab.api import Lab
from lab.catalogue import catalogue
from lab.clients.clinic import clinic_day
from lab.home import Home
from lab.sandbox.inside.service import Plan, orthanc_command
from tests.support.chaos import descendants


def median(runs: int, action: Callable[[int], object]) -> float:
    """The median time of an action in seconds; ``action`` is given the number of the run."""
    times = []
    for number in range(runs):
        began = time.perf_counter()
        action(number)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def bare_orthanc(folder: Path) -> float:
    """The time from starting Orthanc with an empty store to its HTTP port listening."""
    config = folder / "bare.json"
    config.write_text(
        json.dumps({"HttpPort": 28042, "DicomPort": 24242, "StorageDirectory": str(folder / "store")}), "utf-8"
    )
    began = time.perf_counter()
    process = subprocess.Popen(
        [orthanc_command(Plan("."))[0], str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while f":{28042:04X} " not in Path("/proc/net/tcp").read_text("ascii"):
            time.sleep(0.002)
        return time.perf_counter() - began
    finally:
        process.kill()
        process.wait()


def memory(roots: list[int]) -> float:
    """Proportional memory (PSS) of these processes and all below them, in MB."""
    total = 0
    for pid in {*roots, *(child for root in roots for child in descendants(root))}:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1000


def slowest_probe(lab: Lab) -> tuple[str, float]:
    """Which probe takes longest on the site that runs, and how long (median of three)."""
    site = lab.live()
    times = {name: median(3, lambda _, part=part: part.probe(site)) for name, part in catalogue().items()}  # type: ignore[misc]
    name = max(times, key=lambda name: times[name])
    return name, times[name]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20, help="runs of each action (default: 20)")
    runs = parser.parse_args().runs
    os.environ.setdefault("PACSLAB_INSTANCE", "34")
    table = Table("what", "median", "at most", "floor", "times the floor")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lab = Lab(language="en", home=Home(folder), sandbox="native")
        first = median(1, lambda _: lab.start(with_parent=True))
        try:
            _measure(lab, folder, runs, table)
            held = memory([lab.sandbox._host_pid() or 0])  # type: ignore[union-attr]
            table.add_row("memory of the sandbox, 30 patients", f"{held:.0f} MB", "500 MB", "", "")
        finally:
            lab.stop()
        warm = median(3, lambda _: (lab.start(with_parent=True), lab.stop()))
        table.add_row("first start: sandbox, 30 patients made and stored", f"{first:.2f} s", "", "", "")
        table.add_row("warm start and stop of the sandbox", f"{warm:.2f} s", "10 s", "", "")
    Console(width=120).print(table)


def _measure(lab: Lab, folder: Path, runs: int, table: Table) -> None:
    names = list(catalogue())
    floor = statistics.median(bare_orthanc(folder) for _ in range(5))
    switch = median(runs, lambda number: lab.misconfigure(names[number % len(names)]))
    table.add_row(
        "switch to another scenario, archive ready",
        f"{switch:.3f} s",
        "1 s",
        f"{floor:.3f} s (bare Orthanc)",
        f"{switch / floor:.2f}",
    )
    for label, prepare in (("hardened site", lab.harden), ("worst hospital", lab.misconfigure)):
        prepare()
        name, seconds = slowest_probe(lab)
        every = median(3, lambda _: lab.probe_all())
        table.add_row(f"slowest probe, {label}: {name}", f"{seconds:.2f} s", "5 s", "", "")
        table.add_row(f"probe --all, {label}", f"{every:.2f} s", "30 s", "", "")
    lab.misconfigure("http-no-auth")
    lab.fix("http-no-auth")
    day = median(runs, lambda _: clinic_day(lab.live()))
    check = median(runs, lambda _: lab.check("http-no-auth"))
    table.add_row(
        "check with the clinic's day", f"{check:.3f} s", "3 s", f"{day:.3f} s (the day alone)", f"{check / day:.2f}"
    )


if __name__ == "__main__":
    main()
