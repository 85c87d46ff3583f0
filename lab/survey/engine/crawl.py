"""The crawl: what every listed system says of itself. No C-ECHO and no C-FIND, but, as such engines do, a visit to web pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lab.survey.conduct import conduct
from lab.survey.engine.index import Index
from lab.survey.tool.runner import Manners
from lab.survey.tool.target import Target


def crawl(targets: Sequence[Target], report: Callable[[int, int], None] | None = None) -> Index:
    """Associate with every target, note its banner, and release; fetch the start page of its web viewer, if it has one.

    An open viewer shows patients on that page. It is noted that there are some, and nothing of them is kept. Returns the index.
    """
    return Index(targets, conduct(targets, manners=Manners(queries=False), report=report))
