"""A hospital of 1,000 patients: what it says beforehand, how long it takes, how much memory, and a kill -9 on the way.

    python tests/bench/large_hospital.py
    python tests/bench/large_hospital.py --patients 2700 --workers 2 --check

Writes to memory-backed storage by the command line, all objects and the worklist. When a third of the patients are there,
the command is killed with SIGKILL and must take its workers along; the same command then goes on. At the end each file must be whole: as many
files and bytes as the command says, each with its DICM prefix and readable to its end for a sample, and no leftover.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pydicom import dcmread

from tests.bench.synthetic_speed import ROOT, memory_folder
from tests.bench.targets import Verdicts, add_check

SAMPLE = 300


def memory_of(group: int) -> float:
    """What the processes of a group hold together, in MB: each one's own memory, and its share of what several use."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == group:
                lines = (folder / "smaps_rollup").read_text("ascii").splitlines()
                total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except (OSError, StopIteration):
            continue
    return total / 1024


class Run:
    """The command in a process group of its own, and the most memory that its processes held."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        self.together = 0.0
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()

    def _look(self) -> None:
        while self.process.poll() is None:
            self.together = max(self.together, memory_of(self.process.pid))
            time.sleep(1)


def whole(folder: Path) -> tuple[int, int]:
    """The number of files and their bytes; raises AssertionError for a torn one and for what is left over."""
    assert not [path for path in folder.iterdir() if path.name.endswith(".part") or path.name == ".ledger"]
    files = list(folder.rglob("*.dcm"))
    for path in files:
        with path.open("rb") as file:
            file.seek(128)
            assert file.read(4) == b"DICM", path
    for path in random.Random(1).sample(files, min(SAMPLE, len(files))):
        dataset = dcmread(path)
        if "PixelData" in dataset:
            assert dataset.pixel_array.size > 0
    return len(files), sum(path.stat().st_size for path in files)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=1000, help="(default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="(default: %(default)s)")
    add_check(parser)
    chosen = parser.parse_args()
    command = [sys.executable, "-m", "synthetic_data", "generate", "--patients", str(chosen.patients), "--workers"]
    command += [str(chosen.workers), "--objects", "all", "--worklist", "--out"]
    with memory_folder() as folder:
        target, began = folder / "set", time.perf_counter()
        first = Run([*command, str(target)])
        while first.process.poll() is None and len(list(target.glob("patient-????"))) < chosen.patients // 3:
            time.sleep(0.2)
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
        time.sleep(2)
        assert memory_of(first.process.pid) == 0, "a worker outlived the command"
        there = len(list(target.glob("patient-????")))
        print(f"killed with {there} patients there after {time.perf_counter() - began:.0f} s", flush=True)
        second = Run([*command, str(target)])
        assert second.process.wait() == 0
        took = time.perf_counter() - began
        files, size = whole(target)
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{files} files, {size / 1e9:.2f} GB in {took:.0f} s with {chosen.workers} workers, the kill and the start anew "
        f"included: {files / took:.0f}/s; largest process {largest:.0f} MB, all together at most "
        f"{max(first.together, second.together):.0f} MB; load of the machine {os.getloadavg()[0]:.1f}"
    )
    verdicts = Verdicts()
    verdicts.judge("memory", max(first.together, second.together))
    verdicts.judge("patients_minute", 60 * chosen.patients / took)
    return verdicts.code(chosen.check)


if __name__ == "__main__":
    raise SystemExit(main())
