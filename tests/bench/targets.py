"""What the benches of synthetic patients want: a line for each figure, and exit code 1 with --check for what falls short."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

TARGETS: dict[str, tuple[str, float, bool]] = {
    "raw": ("512x512 slices: share of a raw write", 0.6, True),
    "loop": ("512x512 slices: times a plain pydicom loop", 10.0, True),
    "small_loop": ("64x64 slices: times a plain pydicom loop", 80.0, True),
    "two_workers": ("two workers: times one worker", 1.8, True),
    "memory": ("memory in MB of everything that writes", 300.0, False),
    "rest": ("loading by REST: CT slices a second", 450.0, True),
    "archive_share": ("or: share of one core that Orthanc takes meanwhile", 0.9, True),
    "store": ("loading by C-STORE: slices a second", 250.0, True),
    "patients_minute": ("1,000 patients: patients a minute", 100.0, True),
}
"""By name: what is measured, the figure that is wanted, and whether it is a least (else a most)."""


def add_check(parser: argparse.ArgumentParser) -> None:
    """The option `--check`."""
    parser.add_argument("--check", action="store_true", help="exit with 1 when a figure falls short of what is wanted")


@dataclass
class Verdicts:
    """The figures of one run, and which of them fall short."""

    missed: int = 0

    def judge(self, name: str, measured: float) -> bool:
        """Print a figure beside the one that is wanted; returns whether it is reached."""
        what, wanted, least = TARGETS[name]
        reached = measured >= wanted if least else measured <= wanted
        print(
            f"  {what}: {measured:,.2f}, {'at least' if least else 'at most'} {wanted:g} wanted{'' if reached else ' - MISSED'}"
        )
        self.missed += not reached
        return reached

    def judge_any(self, measured: dict[str, float]) -> None:
        """Print figures of which one is enough."""
        before = self.missed
        reached = [self.judge(name, value) for name, value in measured.items()]
        self.missed = before + (not any(reached))

    def code(self, check: bool) -> int:
        """The exit code."""
        return 1 if check and self.missed else 0
