"""De-identifiers compared on one synthetic set with its ledger: leaks, harm and speed, all measured in this run.

    python -m venv bench && bench/bin/pip install -r requirements-bench.in
    python tests/bench/deidentification.py --peers bench/bin/python
    python tests/bench/deidentification.py --peers bench/bin/python --patients 5 --locale de_DE --no-pixels
    python tests/bench/deidentification.py --peers bench/bin/python --patients 5 --everywhere

Orthanc runs in the lab's own sandbox, and its seconds are those of its anonymize calls alone. Every other one reads and
writes files, one process each, but ours also with two; `ms CPU` is what a file took of a processor. `survivors` are planted
items (place, tag, kind) that are left in at least one file; `invalid` are files with errors by dciodvfy that their source
does not have; `behind` are files that were not delivered, whose items therefore cannot survive.

With `--everywhere` the set is fifty CT slices, ten of each patient, that name their patient at every place that a file
has, their pixels among them (`everywhere.py`).

Ends with 1 when ours leaves a survivor (in pixels only where it was to clean them), an invalid file or patients that are no
longer as many, when its pixel run leaves DICOM files behind, or when it is slower without pixel cleaning than the fastest
other one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lab.api import Lab
from lab.deid.options import RESEARCH, Option
from lab.deid.profile import Profile
from lab.deid.run import Request, deidentify
from lab.deid.score.scoring import Score, score
from lab.home import Home
from synthetic_data import generate
from synthetic_data.ledger import Place
from tests.bench.everywhere import plant_everywhere

FORMAT = "{:34} {:>8} {:>9} {:>9} {:>8} {:>9} {:>9} {:>9} {:>9} {:>8} {:>8}"
OURS, PIXELS, SLICES = "pacslab", ", pixels", 10
PEERS = ("script", "deid", "dicognito", "dicom-anonymizer")


@dataclass(frozen=True)
class Seconds:
    """How long it took, by the clock and by the processor; on a machine that does other things, too, the latter counts."""

    clock: float
    processor: float | None = None


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    result: Score
    files: int
    seconds: Seconds

    @property
    def speed(self) -> float:
        """Files a second by the clock."""
        return self.files / self.seconds.clock

    @property
    def spent(self) -> float | None:
        """Milliseconds of processor that a file took, where one process did it all."""
        return None if self.seconds.processor is None else 1000 * self.seconds.processor / self.files

    def show(self) -> None:
        result, harm = self.result, self.result.harm
        invalid = "-" if harm.errors is None else str(harm.errors[0])
        of = [f"{good}/{many}" for good, many in (harm.patients, harm.uids, harm.research)]
        behind = result.files - result.paired
        cells = (
            behind,
            result.survivors,
            result.leaked,
            result.not_checked,
            *of,
            invalid,
            f"{self.speed:.0f}",
            "-" if self.spent is None else f"{self.spent:.1f}",
        )
        print(FORMAT.format(self.name, *cells), flush=True)

    def faults(self) -> list[str]:
        """What ours may not have."""
        result, harm = self.result, self.result.harm
        found = []
        leaks = [leak for leak in result.leaks if PIXELS in self.name or leak.entry.place is not Place.PIXELS]
        if leaks or result.elsewhere or result.not_checked or not result.paired:
            found.append(f"{result.survivors} survivors, {result.not_checked} not seen, {result.paired} files")
        if harm.errors is None or harm.errors[0]:
            found.append("invalid files" if harm.errors else "nobody validated: dciodvfy is not installed")
        if harm.patients[0] != harm.patients[1]:
            found.append(f"{harm.patients[0]} of {harm.patients[1]} patients")
        return [f"{self.name}: {fault}" for fault in found]


def judged(rows: list[Row]) -> list[str]:
    """What is wrong with ours, by itself and beside the others."""
    ours = [row for row in rows if row.name.startswith(OURS)]
    others = [row for row in rows if not row.name.startswith(OURS)]
    faults = [fault for row in ours for fault in row.faults()]
    for row in ours:
        if PIXELS in row.name and row.result.unpaired:
            faults.append(f"{row.name}: {len(row.result.unpaired)} files stayed behind")
        if PIXELS not in row.name and others and row.speed < max(other.speed for other in others):
            faults.append(f"{row.name}: slower than the fastest other one (by the clock)")
    return faults


def by_peer(python: str, name: str, source: Path, target: Path) -> Seconds:
    program = Path(__file__).with_name("deid_peers.py")
    done = subprocess.run(
        [python, str(program), name, str(source), str(target)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr[-600:]}")
    return Seconds(*map(float, done.stdout.split()[-2:]))


def by_us(source: Path, target: Path, pixels: bool, workers: int) -> Seconds:
    options = [option for option in RESEARCH if pixels or option is not Option.CLEAN_PIXELS]
    began, spent = time.perf_counter(), time.process_time()
    deidentify(Request(source, target, Profile.of(options), target.with_name("bench.key"), workers))
    return Seconds(time.perf_counter() - began, time.process_time() - spent if workers == 1 and not pixels else None)


@contextmanager
def orthanc(folder: Path) -> Iterator[Any]:
    """The lab's Orthanc, and a client that may do everything."""
    folder.mkdir()
    os.environ.setdefault("PACSLAB_INSTANCE", "34")
    lab = Lab(language="en", home=Home(folder), sandbox="native")
    lab.start(with_parent=True, patients=1)
    try:
        site = lab.live()
        with lab.web("administrator", "https", site.account("administrator")) as client:
            client.timeout = 300
            yield client
    finally:
        lab.stop()


def by_orthanc(client: Any, level: str, source: Path, target: Path) -> Seconds:
    """Store everything, anonymize it at this level, fetch what came of it, and leave nothing behind."""
    stored: dict[str, list[str]] = {"patients": [], "studies": [], "instances": []}
    for path in sorted(source.rglob("*.dcm")):
        answer = client.post("/instances", content=path.read_bytes()).raise_for_status().json()
        for kind, key in (("patients", "ParentPatient"), ("studies", "ParentStudy"), ("instances", "ID")):
            if answer[key] not in stored[kind]:
                stored[kind].append(answer[key])
    seconds, number = 0.0, 0
    for identifier in stored[level]:
        began = time.perf_counter()
        answer = client.post(f"/{level}/{identifier}/anonymize", json={}).raise_for_status()
        seconds += time.perf_counter() - began
        if level == "instances":
            files = [answer.content]
        else:
            found = answer.json()
            of = client.get(f"/{level}/{found['ID']}/instances").json()
            files = [client.get(f"/instances/{one['ID']}/file").content for one in of]
            client.delete(f"/{level}/{found['ID']}")
        for content in files:
            target.mkdir(parents=True, exist_ok=True)
            (target / f"{number:06}.dcm").write_bytes(content)
            number += 1
    for identifier in stored["patients"]:
        client.delete(f"/patients/{identifier}")
    return Seconds(seconds)


def make(source: Path, chosen: argparse.Namespace) -> None:
    """Write the set that everybody gets."""
    if not chosen.everywhere:
        generate(2019, chosen.patients, chosen.locale, "all").write(source)
        return
    generate(2019, 4 * chosen.patients, chosen.locale, modalities=("CT",)).write(source)
    slices = {folder: sorted(folder.rglob("*.dcm")) for folder in sorted(source.glob("patient-*"))}
    enough = [folder for folder, files in slices.items() if len(files) >= SLICES][: chosen.patients]
    for folder, files in slices.items():
        for path in files[SLICES if folder in enough else 0 :]:
            path.unlink()
    print(f"{plant_everywhere(source)} places more in each slice")


def measure(chosen: argparse.Namespace) -> list[Row]:
    """Run everybody on one set."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="deid-bench-") as name:
        folder = Path(name)
        source = folder / "source"
        make(source, chosen)
        files = len(list(source.rglob("*.dcm")))
        print(f"{chosen.patients} patients, {files} files, {chosen.locale}")
        print(
            FORMAT.format(
                "",
                "behind",
                "survivors",
                "leaks",
                "unseen",
                "patients",
                "UIDs",
                "research",
                "invalid",
                "files/s",
                "ms CPU",
            )
        )
        runs: list[tuple[str, Any]] = [
            (peer, lambda target, peer=peer: by_peer(chosen.peers, peer, source, target))
            for peer in PEERS
            if chosen.peers
        ]
        runs.append(("pacslab, no pixels, 1 process", lambda target: by_us(source, target, False, 1)))
        if not chosen.no_pixels:
            runs.append(("pacslab, pixels, 2 processes", lambda target: by_us(source, target, True, 2)))

        def measured(label: str, run: Any) -> None:
            target = folder / label.replace(" ", "-").replace(",", "")
            seconds = run(target)
            rows.append(Row(label, score(source, target), files, seconds))
            rows[-1].show()

        for label, run in runs:
            try:
                measured(label, run)
            except RuntimeError as error:
                print(f"{label}: could not: {error}")
        if not chosen.no_orthanc:
            with orthanc(folder / "home") as client:
                for level in ("patients", "studies", "instances"):
                    measured(
                        f"Orthanc anonymize, {level}",
                        lambda target, level=level: by_orthanc(client, level, source, target),
                    )
    return rows


def tell_cost_of_pixels(rows: list[Row]) -> None:
    ours = {PIXELS in row.name: row.speed for row in rows if row.name.startswith(OURS)}
    if len(ours) == 2:
        print(f"cleaning pixels costs {1 / ours[True] - 1 / ours[False]:.2f} seconds a file")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", metavar="PYTHON", help="the Python in which requirements-bench.in is installed")
    parser.add_argument("--patients", type=int, default=5)
    parser.add_argument("--locale", default="fr_FR")
    parser.add_argument("--everywhere", action="store_true", help="CT slices that name their patient at every place")
    parser.add_argument("--no-orthanc", action="store_true")
    parser.add_argument("--no-pixels", action="store_true", help="leave out our slow run that cleans pixels")
    chosen = parser.parse_args()
    rows = measure(chosen)
    tell_cost_of_pixels(rows)
    faults = judged(rows)
    print("\n".join(faults) or "ours: no survivor, every file valid, patients as many, and the fastest")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
