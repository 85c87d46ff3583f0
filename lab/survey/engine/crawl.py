"""The crawl: what every listed system says of itself, without asking it anything about patients."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lab.survey.conduct import conduct
from lab.survey.engine.index import Index
from lab.survey.tool.runner import Manners
from lab.survey.tool.target import Target


def crawl(targets: Sequence[Target], report: Callable[[int, int], None] | None = None) -> Index:
    """Associate with every target, note its banner, and release. Returns the index."""
    return Index(targets, conduct(targets, manners=Manners(queries=False), report=report))
