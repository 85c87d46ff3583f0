"""How quick and how small the running lab is: the limits of the project, and what nothing can be quicker than.

    .venv/bin/python tests/bench/lab_speed.py            # native sandbox, about two minutes
    .venv/bin/python tests/bench/lab_speed.py --runs 40

The lab is the one that a trainee has: ``./start.sh --native --detach`` with JupyterLab and 30 patients, started from a state
folder of its own. Its start is measured from the command to its return, when JupyterLab has answered. Each figure is a median
of several runs; a switch and a check stand beside their floor, measured in the same run: a bare Orthanc that is started until
it listens, and the clinic's day alone. Absolute times depend on the machine; the ratios say how much the lab adds.

Exit codes: 0 all within the limits, 1 a figure is beyond its limit.
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
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rich.console import Console
from rich.table import Table

from lab.api import Lab
from lab.catalogue import catalogue
from lab.clients.clinic import clinic_day
from lab.home import Home
from lab.patients import PATIENTS
from lab.sandbox.inside.service import Plan, orthanc_command
from lab.site.baseline import ADMINISTRATOR, ADMINISTRATOR_PASSWORD
from tests.support.chaos import descendants

ROOT = Path(__file__).resolve().parents[2]
CHECKED = ("http-no-auth", "dimse-find-open", "http-plaintext")


@dataclass(frozen=True)
class Figure:
    """One measured figure beside its limit and, where there is one, its floor."""

    what: str
    value: float
    limit: float | None = None
    unit: str = "s"
    floor: float | None = None
    floor_is: str = ""

    @property
    def holds(self) -> bool:
        return self.limit is None or self.value <= self.limit

    def row(self) -> tuple[str, ...]:
        digits = 0 if self.unit == "MB" else 2
        limit = "" if self.limit is None else f"{self.limit:.0f} {self.unit}"
        floor = "" if self.floor is None else f"{self.floor:.2f} {self.unit} ({self.floor_is})"
        times = "" if self.floor is None else f"{self.value / self.floor:.1f}"
        holds = "" if self.limit is None else "yes" if self.holds else "NO"
        return self.what, f"{self.value:.{digits}f} {self.unit}", limit, holds, floor, times


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


class Started:
    """The lab of a state folder, as ``./start.sh`` starts it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._environment = os.environ | {"PACSLAB_STATE": str(folder), "PACSLAB_LANG": "en"}

    def run(self, *command: str) -> None:
        answer = subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True)
        if answer.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\n{answer.stdout}{answer.stderr}")

    def start(self) -> None:
        """Start it, and ask JupyterLab for its page, as the browser would."""
        self.run("./start.sh", "--native", "--detach")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(self.session["url"], timeout=30) as page:
            assert page.status == 200

    def stop(self) -> None:
        self.run("./pacslab", "stop")

    @property
    def session(self) -> dict[str, str]:
        session: dict[str, str] = json.loads((self.folder / "session.json").read_bytes())
        return session


def measured(folder: Path, runs: int, starts: int) -> list[Figure]:
    """Start the lab again and again, then work with it."""
    started = Started(folder)
    first = median(1, lambda _: started.start())
    try:
        times = []
        for _ in range(starts):
            started.stop()
            times.append(median(1, lambda _: started.start()))
        lab = Lab(language="en", home=Home(folder), sandbox="native")
        with lab.web("administrator", "https", (ADMINISTRATOR, ADMINISTRATOR_PASSWORD)) as client:
            assert client.get("/statistics").json()["CountPatients"] == PATIENTS
        held = memory([int(started.session["pid"])])
        return [
            Figure("first start, with the patients made and stored", first),
            Figure("warm start.sh --native to JupyterLab answering, 30 patients", statistics.median(times), 10.0),
            Figure("memory: pacslab start, sandbox, JupyterLab without kernels", held, 500.0, "MB"),
            *_work(lab, folder, runs),
        ]
    finally:
        started.stop()


def refill(lab: Lab) -> None:
    """Let the time pass that a trainee takes for the next repair, and the gateway to forget the passwords that were tried.

    Who checks again at once is told by the gateway to wait, as the intruder is, and a check takes up to three seconds more.
    """
    gateway = lab.site.gateway
    time.sleep(gateway.logins_burst / gateway.logins_per_second if gateway.logins_per_second else 0)


def _work(lab: Lab, folder: Path, runs: int) -> list[Figure]:
    names = list(catalogue())
    probes = [figure for prepare in (lab.harden, lab.misconfigure) for figure in _probes(lab, prepare)]
    bare = statistics.median(bare_orthanc(folder) for _ in range(5))
    switch = median(runs, lambda number: lab.misconfigure(names[number % len(names)]))
    checks = []
    for name in CHECKED:
        lab.misconfigure(name)
        lab.fix(name)
        for _ in range(-(-runs // len(CHECKED))):
            refill(lab)
            checks.append(median(1, lambda _, name=name: lab.check(name)))
    refill(lab)
    day = median(runs, lambda _: clinic_day(lab.live()))
    return [
        Figure("switch to another scenario, archive ready again", switch, 1.0, floor=bare, floor_is="bare Orthanc"),
        Figure(f"check of {', '.join(CHECKED)}", statistics.median(checks), 3.0, floor=day, floor_is="the day alone"),
        *probes,
    ]


def _probes(lab: Lab, prepare: Callable[[], object]) -> list[Figure]:
    """The slowest probe, and all of them, on the hardened site or in the worst hospital."""
    prepare()
    name, seconds = slowest_probe(lab)
    every = median(3, lambda _: lab.probe_all())
    label = "hardened site" if prepare == lab.harden else "worst hospital"
    return [
        Figure(f"slowest probe, {label}: {name}", seconds, 5.0),
        Figure(f"probe --all, {label}", every, 30.0),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20, help="runs of each action (default: 20)")
    parser.add_argument("--starts", type=int, default=5, help="warm starts (default: 5)")
    asked = parser.parse_args()
    os.environ.setdefault("PACSLAB_INSTANCE", "34")
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(Path(folder), asked.runs, asked.starts)
    table = Table("what", "median", "at most", "holds", "floor", "times the floor")
    for figure in figures:
        table.add_row(*figure.row())
    Console(width=150).print(table)
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
