"""How fast synthetic patients are written: ratios in one run, as the figures of two machines cannot be compared.

    python tests/bench/synthetic_speed.py
    python tests/bench/synthetic_speed.py --slices 300 --rounds 5 --check

CT slices from one process to memory-backed storage, the same bytes three ways: a raw write, a plain pydicom loop (a new
Dataset and dcmwrite for each slice), and this package. Slices are planes of a head, rendered beforehand, with noise of
their own from a bank: what is compared is how files are made, not how anatomy is drawn (a hospital's own CT slices have
192x192 pixels, and drawing one takes longer than writing it). Then a whole hospital with everything (planning, rendering,
ledger), by one worker and by two, and how much memory the largest process took.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset

from synthetic_data import generate
from synthetic_data.anatomy.texture import noise
from synthetic_data.instance import Instance, SeriesShare
from synthetic_data.modalities import ct
from synthetic_data.scene import Scene
from synthetic_data.seeding import Role
from synthetic_data.writing import write_file, write_series
from tests.bench.targets import Verdicts, add_check

ROOT = Path(__file__).resolve().parents[2]
SHARED_MEMORY = Path("/dev/shm")
PLANES = 8


class BankedSlices:
    """CT slices whose planes are there already: each takes the next plane and another part of the bank of noise."""

    SOP_CLASS_UID = ct.SOP_CLASS_UID
    add_series = staticmethod(ct.add_series)
    add_images = staticmethod(ct.add_images)

    def __init__(self, scene: Scene, series: Any) -> None:
        side = series.rows
        self._planes = [ct.pixels(scene, series, 1 + number * series.images // PLANES) for number in range(PLANES)]
        bank = noise(Role("bench"), side, side, 2)
        self._noise = np.tile(np.rint(bank * 4).astype("<i2").view("<u2"), (2, 1))
        self._slice = np.empty((side, side), "<u2")

    def pixels(self, scene: Scene, series: Any, number: int) -> NDArray[np.uint16]:
        start = number * 37 % series.rows
        return np.add(self._planes[number % PLANES], self._noise[start : start + series.rows], out=self._slice)


@contextmanager
def memory_folder() -> Iterator[Path]:
    """A folder in memory, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="synthetic-speed-", dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def stack(side: int, slices: int, seed: int = 2019) -> SeriesShare:
    """A series of `slices` CT slices of a head."""
    study = next(study for study in generate(seed, patients=12).studies if study.exam == "ct_head")
    series = replace(study.series[0], rows=side, columns=side, images=slices)
    share = SeriesShare(study, series, Scene(study), generate(patients=1).words)
    share.modality = BankedSlices(share.scene, series)
    return share


def pydicom_loop(share: SeriesShare, count: int, folder: Path) -> None:
    """The plain way: fill a new Dataset for each slice, and write it."""
    example = Instance(share, 1).dataset
    elements = [(element.keyword, element.value) for element in example if element.keyword != "PixelData"]
    for number in range(1, count + 1):
        dataset = Dataset()
        for keyword, value in elements:
            if keyword:
                setattr(dataset, keyword, value)
        own = share.columns.dataset(number)
        for element in own:
            setattr(dataset, element.keyword, element.value)
        dataset.PixelData = share.modality.pixels(share.scene, share.series, number).tobytes()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = example.file_meta.TransferSyntaxUID
        dcmwrite(folder / f"{number}.dcm", dataset, enforce_file_format=True)


def seconds(work: Callable[[Path], None]) -> float:
    with memory_folder() as folder:
        started = time.perf_counter()
        work(folder)
        return time.perf_counter() - started


def compare(side: int, slices: int, loop: int, rounds: int) -> tuple[float, float]:
    """Print slices per second of the three ways; returns ours as a share of the raw write, and in loops."""
    share = stack(side, slices)
    same = [Instance(share, number).encode() for number in range(1, min(slices, 64) + 1)]

    def raw(folder: Path) -> None:
        for number in range(slices):
            write_file(f"{folder}/{number}.dcm", (same[number % len(same)],))

    def ours(folder: Path) -> None:
        write_series(share, [f"{folder}/{number}.dcm" for number in range(slices)])

    ours_rate, raw_rate, loop_rate = [], [], []
    for _ in range(rounds):
        raw_rate.append(slices / seconds(raw))
        ours_rate.append(slices / seconds(ours))
        loop_rate.append(loop / seconds(lambda folder: pydicom_loop(share, loop, folder)))
    of_raw, of_loop = (
        median(a / b for a, b in zip(ours_rate, others, strict=True)) for others in (raw_rate, loop_rate)
    )
    print(
        f"{side}x{side}: raw write {median(raw_rate):,.0f}/s, pydicom loop {median(loop_rate):,.0f}/s, "
        f"synthetic_data {median(ours_rate):,.0f}/s = {of_raw:.2f} of the raw write, {of_loop:.1f} times the loop"
    )
    return of_raw, of_loop


def whole_hospital(patients: int) -> float:
    """Print how long everything takes with one worker and with two; returns how much faster two are."""
    hospital, times = generate(patients=patients), []
    for workers in (1, 2):
        times.append(seconds(lambda folder, workers=workers: hospital.write(folder / "set", workers=workers)))
    count = hospital.instance_count
    print(
        f"hospital of {patients} patients, {count} objects: one worker {count / times[0]:,.0f}/s, "
        f"two {count / times[1]:,.0f}/s = {times[0] / times[1]:.2f} times; load of the machine {os.getloadavg()[0]:.1f}"
    )
    return times[0] / times[1]


def memory(patients: int) -> float:
    """The peak in MB of a process that writes a hospital."""
    with memory_folder() as folder:
        command = [sys.executable, "-m", "synthetic_data", "generate", "--quiet", "--out", str(folder / "set")]
        subprocess.run([*command, "--patients", str(patients)], check=True, cwd=ROOT)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slices", type=int, default=240, help="512x512 slices in a round (default: %(default)s)")
    parser.add_argument(
        "--rounds", type=int, default=3, help="rounds, of which the median counts (default: %(default)s)"
    )
    parser.add_argument("--patients", type=int, default=60, help="patients of the hospital (default: %(default)s)")
    add_check(parser)
    chosen = parser.parse_args()
    verdicts = Verdicts()
    of_raw, of_loop = compare(512, chosen.slices, min(chosen.slices, max(20, chosen.slices // 8)), chosen.rounds)
    verdicts.judge("raw", of_raw)
    verdicts.judge("loop", of_loop)
    verdicts.judge("small_loop", compare(64, 40 * chosen.slices, chosen.slices, chosen.rounds)[1])
    verdicts.judge("two_workers", whole_hospital(chosen.patients))
    verdicts.judge("memory", memory(chosen.patients))
    return verdicts.code(chosen.check)


if __name__ == "__main__":
    raise SystemExit(main())
