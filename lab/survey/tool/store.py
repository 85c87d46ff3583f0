"""Where a survey writes down what it found, so that it can be killed and go on: one SQLite file.

A finding is written the moment it is there. What was being asked when the survey was killed has no finding, and is the
only thing that is asked again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from lab.errors import LabError
from lab.i18n import t
from lab.survey.tool.finding import Finding

VERSION = 1
_COLUMNS = (
    "address", "port", "country", "outcome", "implementation", "implementation_uid", "tls", "open_viewer", "records",
    "studies", "images", "downloadable", "attributes", "suspicion", "evidence", "seconds",
)  # fmt: skip
_INSERT = f"INSERT OR REPLACE INTO findings VALUES ({', '.join(':' + name for name in _COLUMNS)})"


class Store:
    """The findings of one survey on disk. ``path`` None keeps them in memory."""

    def __init__(self, path: Path | None, about: str) -> None:
        try:
            self._file = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
            self._file.row_factory = sqlite3.Row
            # A killed process loses nothing; only a machine that loses power might lose the last moments.
            self._file.execute("PRAGMA journal_mode = WAL")
            self._file.execute("PRAGMA synchronous = OFF")
            self._file.execute("CREATE TABLE IF NOT EXISTS survey (version INTEGER, about TEXT)")
            self._file.execute(
                f"CREATE TABLE IF NOT EXISTS findings ({', '.join(_COLUMNS)}, PRIMARY KEY (address, port)) WITHOUT ROWID"
            )
            known = self._file.execute("SELECT version, about FROM survey").fetchone()
        except (sqlite3.Error, OSError) as error:
            raise LabError(
                t("{path} cannot be used for a survey: {reason}.", path=path, reason=error),
                t("Name another file with --output, or remove it."),
            ) from error
        if known is None:
            self._file.execute("INSERT INTO survey VALUES (?, ?)", (VERSION, about))
        elif tuple(known) != (VERSION, about):
            self._file.close()
            raise LabError(
                t("{path} holds another survey ({about}).", path=path, about=known["about"]),
                t("Name another file with --output, or begin anew with --fresh."),
            )

    def add(self, finding: Finding) -> None:
        """Write a finding down, at once."""
        self._file.execute(_INSERT, finding.row())

    def known(self) -> set[tuple[str, int]]:
        """Address and port of everything that has been answered. Read-only."""
        return {(row["address"], row["port"]) for row in self._file.execute("SELECT address, port FROM findings")}

    def findings(self) -> Iterator[Finding]:
        """All findings, in the order of their addresses. Read-only."""
        for row in self._file.execute("SELECT * FROM findings"):
            yield Finding.from_row(row)

    def close(self) -> None:
        self._file.close()
