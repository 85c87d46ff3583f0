"""Small configurations for the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lab.audit import Report, audit

SAMPLES = Path(__file__).parent / "samples"


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
