"""The lessons on detection, executed: see runs.py."""

from __future__ import annotations

from tests.notebooks.runs import *  # noqa: F403

CHAPTER = range(40, 50)
