"""Small configurations for the tests."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab.audit import Report, audit

SAMPLES = Path(__file__).parent / "samples"


def _a_plain_loop() -> float:
    """The processor time of a fixed piece of work: 0.07 s on the machine where the bounds were set, more on a busy one."""
    begun, total = time.process_time(), 0
    for number in range(1_000_000):
        total += number * number % 7
    return time.process_time() - begun


@contextmanager
def within(loops: float) -> Iterator[None]:
    """What is done in the context takes no more processor time than so many plain loops, run before and after it.

    Three times that is granted: other work on a machine slows down what needs memory more than it does a loop.
    """
    loop, begun = _a_plain_loop(), time.process_time()
    yield
    took = time.process_time() - begun
    took_loops = took / max(loop, _a_plain_loop())
    assert took_loops < 3 * loops


def write(folder: Path, name: str, content: str | dict[str, Any]) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2), encoding="utf-8")
    return path


def found(report: Report) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def audited(folder: Path, options: dict[str, Any] | str, **platform: str) -> Report:
    return audit([write(folder, "orthanc.json", options)], **platform)


def sample_files(sample: Path) -> list[Path]:
    return [path for path in sorted(sample.rglob("*")) if path.is_file() and path.name != "expected.txt"]


def labels(sample: Path) -> set[str]:
    lines = (sample / "expected.txt").read_text("utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}
