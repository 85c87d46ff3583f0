"""The labelled sample configurations: what an expert would say of each, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.audit import audit
from lab.audit.rules import rules
from tests.audit.support import SAMPLES, found, labels, sample_files

ALL = sorted(path.parent for path in SAMPLES.glob("*/*/expected.txt"))


@pytest.mark.parametrize("sample", ALL, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_sample_gives_the_findings_of_its_label_and_no_other(sample: Path) -> None:
    assert found(audit(sample_files(sample))) == labels(sample)


@pytest.mark.parametrize("sample", ALL, ids=lambda path: path.name)
def test_every_sample_names_its_source_and_known_findings(sample: Path) -> None:
    assert (sample / "expected.txt").read_text("utf-8").startswith("# source: ")
    assert labels(sample) <= set(rules())
