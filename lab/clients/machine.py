"""What a probe may ask of the archive's machine, once somebody got there. The sandbox answers (lab/sandbox/machine.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Stranger(Protocol):
    """Another account of the machine before the storage folder. Raises PermissionError where it may not. Read-only."""

    def names(self, folder: str = ".") -> list[str]:
        """What lies in a folder of the storage."""

    def read(self, path: str) -> bytes:
        """What is in a file of the storage."""


class Machine(Protocol):
    """The archive's machine from within: its disk as another account sees it, its logs as those who are sent them read them."""

    @property
    def stranger(self) -> Stranger:
        """Another account before the storage."""

    @property
    def alter(self) -> Callable[[str], None]:
        """Alters an image on the disk (Orthanc's id); a second time undoes it."""

    def log_end(self, log: str) -> int:
        """How long a log is now, in bytes; 0 when there is none. Read-only."""

    def log_lines(self, log: str, start: int = 0) -> list[str]:
        """The lines that a log has got since byte ``start``. Read-only."""
