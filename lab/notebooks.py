"""Where the course's notebooks lie, and which of them is about what."""

from __future__ import annotations

from pathlib import Path

from lab.i18n import language

COURSE = Path(__file__).resolve().parents[1] / "notebooks"


def notebook_of(part: str) -> str | None:
    """The notebook of a scenario or a lesson, below the folder of the current language; None without one. Read-only.

    ``01_http_no_auth.ipynb`` where somebody wrote one, ``weaknesses/dimse/aet_spoof.ipynb`` where it is made from the
    scenario's own texts.
    """
    folder, ending = COURSE / language(), part.replace("-", "_")
    for pattern in (f"[0-9]*_{ending}.ipynb", f"weaknesses/*/{ending}.ipynb"):
        if found := sorted(folder.glob(pattern)):
            return found[0].relative_to(folder).as_posix()
    return None
