"""How much memory inventory and de-identification take, and that it does not grow with the set.

    python tests/bench/privacy_memory.py --files 5000
    python tests/bench/privacy_memory.py --files 60 --pixels

Each runs with two workers over so many CT slices of 512 x 512 pixels (525 kB), each of its own patient's, and over half of
them. What is shown is the most that the processes had together, memory that they share counted once (PSS,
a look every tenth of a second).
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from synthetic_data import generate

SIDE, A_SERIES = 512, 100


def make(folder: Path, files: int) -> None:
    """So many slices, a hundred of each patient."""
    with tempfile.TemporaryDirectory() as name:
        generate(2019, 1, modalities=("CT",)).write(Path(name))
        slice_ = dcmread(next(Path(name).rglob("*.dcm")))
    slice_.Rows = slice_.Columns = SIDE
    slice_.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    noise = np.random.default_rng(1).integers(0, 4000, (SIDE, SIDE), dtype=np.uint16)
    for number in range(files):
        patient = number // A_SERIES
        slice_.PatientID, slice_.PatientName = f"SYN-{patient:08}", f"Family{patient}^Given{patient}"
        slice_.StudyInstanceUID = generate_uid(entropy_srcs=[f"study {patient}"])
        slice_.SeriesInstanceUID = generate_uid(entropy_srcs=[f"series {patient}"])
        slice_.SOPInstanceUID = slice_.file_meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[str(number)])
        slice_.PixelData = np.roll(noise, number).tobytes()
        content = io.BytesIO()
        slice_.save_as(content)
        path = folder / f"{patient:05}" / f"{number:06}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.getvalue())


def family(leader: int) -> list[Path]:
    """The processes of a session."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if int((entry / "stat").read_text().rpartition(")")[2].split()[3]) == leader:
                    found.append(entry)
    return found


def memory_of(leader: int) -> int:
    """What they have together, in kB."""
    most = 0
    for process in family(leader):
        with suppress(OSError):
            lines = (process / "smaps_rollup").read_text().splitlines()
            most += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return most


def measure(label: str, files: int, command: list[str]) -> None:
    """Run a command of pacslab, and say what it took."""
    began, most = time.monotonic(), 0
    program = [sys.executable, "-m", "lab", *command]
    with subprocess.Popen(program, stdout=subprocess.DEVNULL, start_new_session=True) as process:
        while process.poll() is None:
            most = max(most, memory_of(process.pid))
            time.sleep(0.1)
    seconds = time.monotonic() - began
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{label} ended with {process.returncode}")
    print(
        f"{label:14} {files:6} files  {most / 1024:6.0f} MB  {seconds:6.1f} s  {files / seconds:5.0f} files/s",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--pixels", action="store_true", help="read and clean pixels, which takes about a second each")
    asked = parser.parse_args()
    inventory = [] if asked.pixels else ["--no-ocr"]
    cleaning = [] if asked.pixels else ["--without", "clean-pixels"]
    for files in (asked.files // 2, asked.files):
        with tempfile.TemporaryDirectory(prefix="memory-bench-") as name:
            source = Path(name) / "source"
            make(source, files)
            measure("inventory", files, ["inventory", str(source), "--json", *inventory])
            target, key = Path(name) / "target", Path(name) / "key"
            measure(
                "deidentify", files, ["deidentify", str(source), str(target), "--key", str(key), "--json", *cleaning]
            )


if __name__ == "__main__":
    main()
