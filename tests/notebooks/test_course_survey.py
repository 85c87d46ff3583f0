"""The lessons on the survey, executed: see runs.py."""

from __future__ import annotations

from tests.notebooks.runs import *  # noqa: F403

CHAPTER = range(60, 70)
