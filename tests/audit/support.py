"""Small configurations for the tests."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab.audit import Report, audit

SAMPLES = Path(__file__).parent / "samples"


_WORD = re.compile(r'\s*"(\w+)": (\d+),')
_WORDS = "".join(f'"Option{number}": {number}, ' for number in range(130_000))


def _plain_reading() -> float:
    """The processor time of reading a fixed text into objects: 0.07 s on the idle machine where the bounds were set.

    It needs the memory as the auditor does, so that other work on the machine slows down both alike.
    """
    begun, place, read = time.process_time(), 0, {}
    while found := _WORD.match(_WORDS, place):
        read[found[1]] = (found[2], place)
        place = found.end()
    return time.process_time() - begun


@contextmanager
def within(readings: float) -> Iterator[None]:
    """What is done in the context takes no more processor time than so many plain readings, run before and after it."""
    before, begun = _plain_reading(), time.process_time()
    yield
    took = time.process_time() - begun
    assert took / max(before, _plain_reading()) < readings


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
