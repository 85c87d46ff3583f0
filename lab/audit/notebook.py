"""Which notebook of the course demonstrates a scenario."""

from __future__ import annotations

from pathlib import Path

from lab.i18n import language

COURSE = Path(__file__).resolve().parents[2] / "notebooks"


def notebook_of(scenario: str) -> str | None:
    """The notebook's file as the trainee finds it (``01_http_no_auth.ipynb``), or None. Read-only."""
    ending = scenario.replace("-", "_")
    for pattern in (f"{language()}/[0-9]*_{ending}.ipynb", f"src/[0-9]*_{ending}.py"):
        if found := sorted(COURSE.glob(pattern)):
            return found[0].with_suffix(".ipynb").name
    return None
