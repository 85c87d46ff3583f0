"""Whether every object of large sets is valid: `dciodvfy` on each file of a hospital of every locale.

    nice -n 19 python tests/bench/validity.py
    nice -n 19 python tests/bench/validity.py --patients 20 --locale fr_FR ja_JP

Writes one patient at a time to memory-backed storage, with images and documents, asks the validator about each file,
and deletes the patient. Errors and warnings that `EXPLAINED` in `tests/synthetic_data/test_validity.py` does not explain
are printed with the number of files and one of them; the exit code is then 1. A locale's count goes on where it stopped
when `--progress` names the file that an earlier run wrote.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from synthetic_data import LOCALES, generate
from synthetic_data.writing import write_shard
from tests.bench.synthetic_speed import memory_folder
from tests.synthetic_data.test_documents import IODS as DOCUMENT_IODS
from tests.synthetic_data.test_validity import ALL_IODS, findings

IODS = ALL_IODS | DOCUMENT_IODS


def check_patient(locale: str, index: int) -> tuple[int, Counter[str], dict[str, str]]:
    """The number of a patient's files, what is wrong with them, and a file for each complaint."""
    hospital = generate(patients=index + 1, locale=locale, objects="all")
    with memory_folder() as folder:
        (folder / ".ledger").mkdir()
        write_shard(hospital, index, folder)
        files = sorted(folder.rglob("*.dcm"))
        wrong: Counter[str] = Counter()
        example: dict[str, str] = {}
        with ThreadPoolExecutor(2) as pool:
            for file, found in zip(files, pool.map(lambda file: findings([file]), files), strict=True):
                complaints = [line for line in found if line not in IODS]
                if sum(line in IODS for line in found) != 1:
                    complaints.append(f"the validator names no known IOD: {sorted(found)}")
                wrong.update(complaints)
                example |= {line: str(file.relative_to(folder)) for line in complaints}
    return len(files), wrong, example


def check_locale(locale: str, patients: int, done: dict[str, int], progress: Path | None) -> int:
    """Check the patients that are not done yet; prints the outcome and returns the number of complaints."""
    wrong: Counter[str] = Counter()
    example: dict[str, str] = {}
    began, files, first = time.perf_counter(), done.get(f"{locale} files", 0), done.get(locale, 0)
    for index in range(first, patients):
        count, found, where = check_patient(locale, index)
        files += count
        wrong.update(found)
        example = where | example
        if not found:
            done |= {locale: index + 1, f"{locale} files": files}
        if progress is not None and not wrong:
            unfinished = progress.with_name(progress.name + ".part")
            unfinished.write_text(json.dumps(done), "utf-8")
            os.replace(unfinished, progress)
    print(
        f"{locale}: {patients} patients, {files} files, {wrong.total()} errors or unexplained warnings "
        f"({time.perf_counter() - began:.0f} s from patient {first + 1} on)",
        flush=True,
    )
    for line, count in wrong.most_common():
        print(f"  {count} x {line}   [{example[line]}]", flush=True)
    return wrong.total()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=200, help="patients of each locale (default: %(default)s)")
    parser.add_argument("--locale", nargs="+", default=list(LOCALES), choices=LOCALES, help="(default: all)")
    parser.add_argument("--progress", type=Path, help="a file that remembers what is done")
    chosen = parser.parse_args()
    done: dict[str, int] = {}
    if chosen.progress and chosen.progress.exists():
        done = json.loads(chosen.progress.read_text("utf-8"))
    return int(sum(check_locale(locale, chosen.patients, done, chosen.progress) for locale in chosen.locale) > 0)


if __name__ == "__main__":
    raise SystemExit(main())
