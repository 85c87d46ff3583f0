"""The days that come with the lab, recorded in its sandbox: two to look at, and two that stand for next week.

Between them, either two have every kind of intrusion. They are archives of the recordings' folders, unpacked below the lab's state.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from zipfile import ZipFile

from lab.detection.recording import DAY, Recording, with_new
from lab.errors import LabError

SHIPPED = Path(__file__).parent / "recorded"
SEEN, UNSEEN = "seen", "unseen"


def sample_days(folder: Path, which: str) -> tuple[Recording, ...]:
    """The recordings that come with the lab, to look at (``seen``) or not (``unseen``), unpacked into ``folder`` the first time."""
    return tuple(_unpacked(path, folder / path.stem) for path in sorted(SHIPPED.glob(f"{which}-*.zip")))


def last_recorded(folder: Path) -> Recording | None:
    """The day that was recorded last in ``folder``, but for those that nobody is to look at; None when there is none."""
    found = [path.parent for path in folder.glob(f"*/{DAY}") if not path.parent.name.startswith((UNSEEN, "."))]
    for path in sorted(found, key=lambda path: (path / DAY).stat().st_mtime, reverse=True):
        with suppress(LabError):
            return Recording.load(path)
    return None


def _unpacked(path: Path, folder: Path) -> Recording:
    if not (folder / DAY).is_file():
        with ZipFile(path) as archive:
            with_new(folder, archive.extractall)
    return Recording.load(folder)
