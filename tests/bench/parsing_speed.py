"""How fast logs become a table of events: ``python tests/bench/parsing_speed.py [--lines N] [--check]``.

A million lines of a recorded morning's three logs, repeated as they are, are read from files, searched for planted lines, parsed,
laid beside the hospital's lookups and written into SQLite. ``--check`` fails when that takes more than 30 seconds for a million.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from lab.detection.events.load import load
from lab.detection.recording import Recording
from lab.detection.samples import UNSEEN, sample_days

LOGS = ("orthanc", "gateway-access", "gateway-stream")
MOST_SECONDS = 30.0
"""For a million lines, by the clock."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--check", action="store_true", help="exit with 1 above 30 s for a million lines")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        recording, lines = repeated(sample_days(Path(folder), UNSEEN)[0], asked.lines)
        began, used = time.perf_counter(), time.process_time()
        with closing(load(recording, Path(folder) / "events.sqlite")) as database:
            (events,) = database.execute("SELECT count(*) FROM events").fetchone()
        seconds, spent = time.perf_counter() - began, time.process_time() - used
    load_now = " ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{lines} lines, {events} events, {os.cpu_count()} processors, load {load_now}")
    print(f"  {seconds:.1f} s by the clock, {spent:.1f} s of processor; {lines / seconds:.0f} lines/s")
    within = seconds <= MOST_SECONDS * lines / 1_000_000
    return 0 if within or not asked.check else 1


def repeated(recording: Recording, wanted: int) -> tuple[Recording, int]:
    """The recording with its logs repeated until they have at least so many lines together; and how many they have."""
    texts = {name: path.read_bytes() for name in LOGS if (path := recording.sensor(name))}
    once = sum(text.count(b"\n") for text in texts.values())
    times = -(-wanted // once)
    for name, text in texts.items():
        path = recording.sensor(name)
        assert path is not None
        with path.open("wb") as file:
            for _ in range(times):
                file.write(text)
    return recording, once * times


if __name__ == "__main__":
    sys.exit(main())
