"""How fast the survey is, side by side in one run with nmap's dicom-ping and a pynetdicom thread pool.

    .venv/bin/python tests/bench/survey_speed.py              # about two minutes
    .venv/bin/python tests/bench/survey_speed.py --runs 5 --large
    .venv/bin/python tests/bench/survey_speed.py --check      # exit code 1 when a goal is missed, or nmap is

Two Internets: 2,300 archives that all stand open, on one port (every one gets an echo and a bounded find; nmap only
associates), and the lab's own population with its decoys. The pool does the same exchange as the survey with pynetdicom,
with the number of threads that is fastest here, on a sample; whatever it leaves out is an error. ``--large`` shows how cost grows: one
population and the same ten times, without tar pits, each in two processes.

All traffic stays on 127.64.0.0/10. Times are medians; the machine's other work shows in them, so look at the ratios.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rich.console import Console
from rich.table import Table

from lab.survey.conduct import conduct
from lab.survey.population import Population
from lab.survey.system import Behaviour, System, Viewer
from lab.survey.tool.finding import Finding
from lab.survey.tool.runner import Manners
from lab.survey.tool.target import Target, targets_of
from tests.bench.survey_peers import PORT, dicom_ping, pool

ROOT = Path(__file__).resolve().parents[2]
SEED = "bench"
SIZES = (1, 2, 4, 6, 8, 16, 32)
SAMPLE = 300
SECONDS, TAR_PITS, OF_NMAP, TIMES_THE_POOL, MEGABYTES = 3.0, 2.0, 3.0, 8.0, 300.0  # the goals


def open_systems() -> list[System]:
    """2,300 open archives on one port: those of the population, repeated at the addresses of the others."""
    population = Population.of(SEED)
    donors = itertools.cycle(system for system in population.accessible if not system.tls)
    return [
        replace(next(donors), index=system.index, address=system.address, port=PORT, viewer=Viewer.NONE)
        for system in population.systems
    ]


GROWING = {"small": 1, "large": 10}


@dataclass
class Results:
    """The table that is printed, and the goals that were missed."""

    table: Table = field(default_factory=lambda: Table("what", "median", "processor", "goal", ""))
    missed: list[str] = field(default_factory=list)

    def add(self, what: str, value: str, processor: str = "", goal: str = "", note: str = "", met: bool = True) -> None:
        self.table.add_row(what, value, processor, goal, note)
        if not met:
            self.missed.append(f"{what}: {value} {note}".rstrip() + f" (goal: {goal})")


@contextmanager
def served(mode: str, parts: int = 1) -> Iterator[list[int]]:
    """These systems in processes of their own, which end with the block. Gives their process ids."""
    command = [sys.executable, __file__, "--serve", mode]
    processes = [
        subprocess.Popen([*command, str(part), str(parts)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
        for part in range(parts)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            if process.stdout.readline() != b"ready\n":
                raise SystemExit(f"the simulated Internet did not start: {process.stdout.read().decode()}")
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(20)


def systems_of(mode: str) -> Sequence[System]:
    if mode == "open":
        return open_systems()
    if mode in GROWING:
        return [s for s in Population.repeated(SEED, GROWING[mode]).systems if s.behaviour is not Behaviour.TAR_PIT]
    return Population.of(SEED).systems


def serve(mode: str, part: int, parts: int) -> None:
    import asyncio

    from lab.survey.world.__main__ import hold

    asyncio.run(hold(replace(Population.of(SEED), systems=tuple(systems_of(mode))), slice(part, None, parts)))


def timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def measured(action: Callable[[], object], runs: int) -> tuple[float, float]:
    """The median of its times, and of the processor time that this process used for it."""
    times, used = [], []
    for _ in range(runs):
        before = processor()
        times.append(timed(action))
        used.append(processor() - before)
    return statistics.median(times), statistics.median(used)


def processor() -> float:
    """The processor time of this process until now, in seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def survey(targets: Sequence[Target], at_once: int = 128) -> list[Finding]:
    return conduct(targets, manners=Manners(rate=1e9, at_once=at_once))


def rates_of_pools(targets: Sequence[Target]) -> dict[int, float]:
    """The systems a second of each size of the pool, on the sample."""
    return {size: SAMPLE / timed(lambda size=size: pool(targets[:SAMPLE], size)) for size in SIZES}  # type: ignore[misc]


def memory(pids: Sequence[int]) -> float:
    """The most memory that these processes have held, in MB."""
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000


def compare_with_others(runs: int, results: Results) -> None:
    targets = targets_of(open_systems())
    with_nmap = shutil.which("nmap") is not None
    with served("open") as pids:
        survey(targets[:200])
        rates = rates_of_pools(targets)
        size = max(rates, key=lambda size: rates[size])
        ours, used, theirs, threads = [], [], [], []
        for _ in range(runs):  # in turn, so that the machine's other work meets all three
            seconds, busy = measured(lambda: _all_open(survey(targets)), 1)
            ours.append(seconds)
            used.append(busy)
            if with_nmap:
                theirs.append(timed(lambda: _all_pinged(dicom_ping(targets))))
            threads.append(timed(lambda: pool(targets[:SAMPLE], size)) * len(targets) / SAMPLE)
        polite, busy = measured(lambda: _all_open(conduct(targets)), runs)
        held = memory(pids)
    mine, pynetdicom = statistics.median(ours), statistics.median(threads)
    what = "survey: 2,300 open systems, echo and find"
    results.add(what, f"{mine:.2f} s", _each(statistics.median(used), targets), f"{SECONDS:.0f} s", met=mine <= SECONDS)
    results.add(
        "the same at the rate of the command line", f"{polite:.2f} s", _each(busy, targets), "", "2,000 a second"
    )
    _beside_nmap(mine, theirs, results)
    ratio = pynetdicom / mine
    what = f"pynetdicom, {size} threads: echo and find (from {SAMPLE})"
    note = f"survey is {ratio:.1f} × as fast"
    results.add(what, f"{pynetdicom:.2f} s", "", f"{TIMES_THE_POOL:.0f} ×", note, met=ratio >= TIMES_THE_POOL)
    each = ", ".join(f"{size}: {rate:.0f}" for size, rate in rates.items())
    results.add("pynetdicom by threads, systems a second", "", note=each)
    what = "memory of 2,300 open systems"
    results.add(what, f"{held:.0f} MB", "", f"{MEGABYTES:.0f} MB", met=held <= MEGABYTES)


def _beside_nmap(mine: float, theirs: Sequence[float], results: Results) -> None:
    goal, what = f"{OF_NMAP:.0f} ×", "nmap dicom-ping: the same, association only"
    if not theirs:
        results.add(what, "not installed", "", goal, met=False)
        return
    nmap = statistics.median(theirs)
    met = mine <= OF_NMAP * nmap
    results.add(what, f"{nmap:.2f} s", "", goal, f"survey takes {mine / nmap:.2f} ×", met=met)


def _each(seconds: float, targets: Sequence[Target]) -> str:
    return f"{1000 * seconds / len(targets):.2f} ms each"


def _all_open(findings: Sequence[Finding]) -> None:
    assert sum(finding.accessible for finding in findings) == len(findings), "not every system was found open"


def _all_pinged(found: int) -> None:
    assert found > 2277, f"nmap found {found} of 2300"  # on a busy machine it gives a few up


def population_itself(runs: int, results: Results) -> None:
    population = Population.of(SEED)
    everything = targets_of(population.systems)
    patient = targets_of(system for system in population.systems if system.behaviour is not Behaviour.TAR_PIT)
    with served("population") as pids:
        quick, busy = measured(lambda: survey(patient), runs)
        whole, _ = measured(lambda: survey(everything), runs)
        held = memory(pids)
    what = "survey: the population without its tar pits"
    results.add(what, f"{quick:.2f} s", _each(busy, patient), f"{SECONDS:.0f} s", met=quick <= SECONDS)
    what, most = "survey: the population with its tar pits", SECONDS + TAR_PITS
    results.add(what, f"{whole:.2f} s", "", f"{most:.0f} s", "their time-out is 2 s", met=whole <= most)
    what = "memory of the population"
    results.add(what, f"{held:.0f} MB", "", f"{MEGABYTES:.0f} MB", met=held <= MEGABYTES)


def growing(results: Results) -> None:
    for mode in GROWING:
        targets = targets_of(systems_of(mode))
        with served(mode, 2) as pids:
            seconds, busy = measured(partial(survey, targets), 1)
            held = memory(pids)
        note = f"{len(targets) / seconds:.0f} systems a second; {held:.0f} MB, two processes"
        results.add(f"survey: {len(targets):,} systems", f"{seconds:.2f} s", _each(busy, targets), "", note)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="runs of each (default: 3)")
    parser.add_argument("--large", action="store_true", help="also 2,300 and 23,000 systems side by side")
    parser.add_argument("--check", action="store_true", help="exit code 1 when a goal is missed")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        mode, part, parts = arguments.serve
        serve(mode, int(part), int(parts))
        return
    results = Results()
    compare_with_others(arguments.runs, results)
    population_itself(arguments.runs, results)
    if arguments.large:
        growing(results)
    Console(width=150).print(results.table)
    for line in results.missed:
        print("missed:", line)
    if arguments.check and results.missed:
        sys.exit(1)


if __name__ == "__main__":
    main()
