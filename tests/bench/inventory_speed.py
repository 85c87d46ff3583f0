"""How fast the inventory is, and how well it does: ``python tests/bench/inventory_speed.py [--pictures]``.

Speed: files a second without reading pixels, two workers, median of three runs over one set of images, with the
processor time that it took: on a machine that does other things, too, the latter is what can be compared. Quality:
recall and precision by place against the ledger of sets with every kind of object, on seeds that nothing was tuned on;
with ``--pictures`` pixels are read as well, which takes about a second an image.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from lab.inventory.scan import take_inventory
from lab.inventory.scoring import score
from lab.inventory.source import Files
from synthetic_data import generate

WORKERS, RUNS = 2, 3
UNSEEN = (("fr_FR", 7101), ("en_US", 7102), ("de_DE", 7103), ("ja_JP", 7104), ("he_IL", 7105), ("ru_RU", 7106))
PICTURED = ("US", "OT", "DOC", "DX", "CR")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", action="store_true", help="read pixels, in sets of the kinds that have words")
    parser.add_argument("--patients", type=int, default=40)
    parser.add_argument("--locale", nargs="*", default=[locale for locale, _ in UNSEEN])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if not asked.pictures:
            speed(Path(folder) / "speed", asked.patients)
        for locale, seed in UNSEEN:
            if locale in asked.locale:
                quality(Path(folder) / locale, locale, seed, asked.pictures)


def speed(folder: Path, patients: int) -> None:
    """Files a second over the images of so many patients, and what one process spends on a file."""
    files = generate(seed=7100, patients=patients).write(folder).instances
    seconds = []
    for _ in range(RUNS):
        taken = take_inventory(Files([folder]), with_pictures=False, workers=WORKERS)
        assert taken.files == files
        seconds.append(taken.seconds)
    used = time.process_time()
    take_inventory(Files([folder]), with_pictures=False, workers=1)
    spent = time.process_time() - used
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{files} files, {WORKERS} workers, {os.cpu_count()} processors, load {load}")
    print(f"  {files / statistics.median(seconds):.0f} files/s by the clock, start-up of workers included")
    print(f"  {1000 * spent / files:.2f} ms of processor a file in one process, both rounds")


def quality(folder: Path, locale: str, seed: int, pictures: bool) -> None:
    """Recall and precision by place over one set."""
    kept = PICTURED if pictures else ()
    generate(seed=seed, patients=6, locale=locale, objects="all", modalities=kept).write(folder)
    taken = take_inventory(Files([folder]), with_pictures=pictures, workers=WORKERS)
    result = score(((file, found) for file, _, found in taken.by_file()), folder / "ledger.parquet")
    print(f"{locale}, seed {seed}: {taken.files} files in {taken.seconds:.0f} s")
    for place, one in result.places.items():
        if one.planted or one.reported:
            shares = (f"{value:.4f}" if value is not None else "-" for value in (one.recall, one.precision))
            print(f"  {place.value:10} planted {one.planted:6}  recall {next(shares)}  precision {next(shares)}")


if __name__ == "__main__":
    main()
