"""The lessons on personal data in images, executed: see runs.py."""

from __future__ import annotations

from tests.notebooks.runs import *  # noqa: F403

CHAPTER = range(50, 60)
