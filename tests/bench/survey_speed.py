"""How fast the survey is, side by side in one run with nmap's dicom-ping and a pynetdicom thread pool.

    .venv/bin/python tests/bench/survey_speed.py              # about a minute and a half
    .venv/bin/python tests/bench/survey_speed.py --runs 5 --large

Two Internets: 2,300 archives that all stand open, on one port (every one gets an echo and a bounded find; nmap only
associates), and the lab's own population with its decoys. The pool does the same exchange as the survey with pynetdicom,
with the number of threads that is fastest here, on a sample. ``--large`` repeats the survey on 23,000 systems.

All traffic stays on 127.64.0.0/10. Times are medians; the machine's other work shows in them, so look at the ratios.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pydicom.dataset import Dataset
from pynetdicom import AE, build_context, evt
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    StudyRootQueryRetrieveInformationModelFind as StudyFind,
)
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]
from rich.console import Console
from rich.table import Table

from lab.survey.conduct import conduct
from lab.survey.population import Population
from lab.survey.system import Behaviour, System, Viewer
from lab.survey.tool.finding import Finding
from lab.survey.tool.question import LEAKED
from lab.survey.tool.runner import Manners
from lab.survey.tool.target import Target, targets_of

ROOT = Path(__file__).resolve().parents[2]
SEED = "bench"
PORT = 11112
SIZES = (1, 2, 4, 6)
SAMPLE = 150


def open_systems() -> list[System]:
    """2,300 open archives on one port: those of the population, repeated at the addresses of the others."""
    population = Population.of(SEED)
    donors = itertools.cycle(system for system in population.accessible if not system.tls)
    return [
        replace(next(donors), index=system.index, address=system.address, port=PORT, viewer=Viewer.NONE)
        for system in population.systems
    ]


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
    if mode == "large":
        return [s for s in Population.repeated(SEED, 10).systems if s.behaviour is not Behaviour.TAR_PIT]
    return Population.of(SEED).systems


def serve(mode: str, part: int, parts: int) -> None:
    import asyncio

    from lab.survey.world.__main__ import hold

    asyncio.run(hold(replace(Population.of(SEED), systems=tuple(systems_of(mode))), slice(part, None, parts)))


def timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def survey(targets: Sequence[Target], at_once: int = 128) -> list[Finding]:
    return conduct(targets, manners=Manners(rate=1e9, at_once=at_once))


def dicom_ping(targets: Sequence[Target]) -> int:
    """nmap's dicom-ping over these addresses; returns how many it found."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as names:
        names.write("\n".join(target.address for target in targets))
        names.flush()
        command = ["nmap", "-n", "-Pn", "-sT", "-T4", "--min-hostgroup", "2300", "--min-parallelism", "256"]
        command += ["-p", str(PORT), "--script", "dicom-ping", "-iL", names.name]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return answer.stdout.count("DICOM Service Provider discovered!")


def one_with_pynetdicom(target: Target) -> bool:
    """The survey's exchange with pynetdicom: echo, find with a cancel after three answers, release."""
    entity = AE("PACSLAB")
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = 2
    association = entity.associate(
        target.address,
        target.port,
        contexts=[build_context(Verification), build_context(StudyFind)],
        evt_handlers=[(evt.EVT_CONN_OPEN, _no_delay)],
    )
    if not association.is_established:
        return False
    association.send_c_echo()
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "STUDY"
    for name in LEAKED:
        setattr(identifier, name, "" if not name.startswith("Number") else None)
    for number, _ in enumerate(association.send_c_find(identifier, StudyFind, msg_id=2), 1):
        if number == 3:
            association.send_c_cancel(2, query_model=StudyFind)
    association.release()
    return True


def _no_delay(event: evt.Event) -> None:
    event.assoc.dul.socket.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def pool(targets: Sequence[Target], size: int) -> int:
    with ThreadPoolExecutor(size) as threads:
        return sum(threads.map(one_with_pynetdicom, targets))


def best_pool(targets: Sequence[Target]) -> tuple[int, float]:
    """The fastest size of the pool on a sample, and its systems a second."""
    rates = {size: SAMPLE / timed(lambda size=size: pool(targets[:SAMPLE], size)) for size in SIZES}  # type: ignore[misc]
    size = max(rates, key=lambda size: rates[size])
    return size, rates[size]


def memory(pids: Sequence[int]) -> float:
    """The most memory that these processes have held, in MB."""
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000


def compare_with_others(runs: int, table: Table) -> None:
    targets = targets_of(open_systems())
    with served("open") as pids:
        survey(targets[:200])
        ours, theirs, threads = [], [], []
        size, _ = best_pool(targets)
        for _ in range(runs):  # in turn, so that the machine's other work meets all three
            ours.append(timed(lambda: _all_open(survey(targets))))
            if shutil.which("nmap"):
                theirs.append(timed(lambda: _all_pinged(dicom_ping(targets))))
            threads.append(timed(lambda: pool(targets[:SAMPLE], size)) * len(targets) / SAMPLE)
        held = memory(pids)
    mine = statistics.median(ours)
    table.add_row("survey: 2,300 open systems, echo and find", f"{mine:.2f} s", "3 s", "")
    if theirs:
        nmap = statistics.median(theirs)
        table.add_row(
            "nmap dicom-ping: the same, association only",
            f"{nmap:.2f} s",
            "",
            f"survey takes {mine / nmap:.2f} ×, at most 3",
        )
    pynetdicom = statistics.median(threads)
    note = f"survey is {pynetdicom / mine:.1f} × as fast, at least 8"
    table.add_row(f"pynetdicom, {size} threads: echo and find (from {SAMPLE})", f"{pynetdicom:.2f} s", "", note)
    table.add_row("memory of 2,300 open systems", f"{held:.0f} MB", "300 MB", "")


def _all_open(findings: Sequence[Finding]) -> None:
    assert sum(finding.accessible for finding in findings) == len(findings), "not every system was found open"


def _all_pinged(found: int) -> None:
    assert found > 2277, f"nmap found {found} of 2300"  # on a busy machine it gives a few up


def population_itself(runs: int, table: Table) -> None:
    population = Population.of(SEED)
    everything = targets_of(population.systems)
    patient = targets_of(system for system in population.systems if system.behaviour is not Behaviour.TAR_PIT)
    with served("population") as pids:
        quick = statistics.median(timed(lambda: survey(patient)) for _ in range(runs))
        whole = statistics.median(timed(lambda: survey(everything)) for _ in range(runs))
        table.add_row("survey: the population without its tar pits", f"{quick:.2f} s", "3 s", "")
        table.add_row("survey: the population with its tar pits", f"{whole:.2f} s", "5 s", "their time-out is 2 s")
        table.add_row("memory of the population", f"{memory(pids):.0f} MB", "300 MB", "")


def large(table: Table) -> None:
    targets = targets_of(systems_of("large"))
    with served("large", 2) as pids:
        seconds = timed(lambda: survey(targets))
        note = f"{len(targets) / seconds:.0f} systems a second"
        table.add_row(f"survey: {len(targets):,} systems", f"{seconds:.2f} s", "", note)
        table.add_row("memory, two processes", f"{memory(pids):.0f} MB", "", "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="runs of each (default: 3)")
    parser.add_argument("--large", action="store_true", help="also 23,000 systems")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        mode, part, parts = arguments.serve
        serve(mode, int(part), int(parts))
        return
    table = Table("what", "median", "goal", "")
    compare_with_others(arguments.runs, table)
    population_itself(arguments.runs, table)
    if arguments.large:
        large(table)
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
