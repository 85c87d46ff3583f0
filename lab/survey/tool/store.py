"""Where a survey writes down what it found, so that it can be killed and go on: one SQLite file.

A system is noted before the first byte goes to it, and its finding the moment it is there. So nobody is asked twice, however
the survey ends: a system that was noted and has no finding was being asked when the survey was killed. It may have answered
or not; it gets the verdict ``interrupted``, and is asked again only by somebody who wants that (``Manners.retry``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from lab.errors import LabError
from lab.i18n import t
from lab.survey.tool.finding import Finding, Outcome
from lab.survey.tool.target import Target

VERSION = 2
_COLUMNS = (
    "address", "port", "country", "outcome", "implementation", "implementation_uid", "tls", "open_viewer", "records",
    "studies", "images", "downloadable", "attributes", "suspicion", "evidence", "seconds",
)  # fmt: skip
_INSERT = f"INSERT OR REPLACE INTO findings VALUES ({', '.join(':' + name for name in _COLUMNS)})"
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS survey (version INTEGER, about TEXT)",
    "CREATE TABLE IF NOT EXISTS begun (address, port, PRIMARY KEY (address, port)) WITHOUT ROWID",
    f"CREATE TABLE IF NOT EXISTS findings ({', '.join(_COLUMNS)}, PRIMARY KEY (address, port)) WITHOUT ROWID",
)


class Store:
    """The findings of one survey on disk. ``path`` None keeps them in memory."""

    def __init__(self, path: Path | None, about: str) -> None:
        try:
            self._file = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
            self._file.row_factory = sqlite3.Row
            # A killed process loses nothing; only a machine that loses power might lose the last moments.
            self._file.execute("PRAGMA journal_mode = WAL")
            self._file.execute("PRAGMA synchronous = OFF")
            for statement in _SCHEMA:
                self._file.execute(statement)
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

    def begin(self, target: Target) -> None:
        """Note that a system is about to be asked. Before the connection, so that no kill comes in between."""
        self._file.execute("INSERT OR REPLACE INTO begun VALUES (?, ?)", target.place)

    def add(self, finding: Finding) -> None:
        """Write a finding down, at once."""
        self._file.execute(_INSERT, finding.stored())

    def known(self) -> set[tuple[str, int]]:
        """Address and port of everything that has a finding. Read-only."""
        return {tuple(row) for row in self._file.execute("SELECT address, port FROM findings")}

    def settled(self, retry: bool = False) -> set[tuple[str, int]]:
        """Address and port of everything that is not to be asked (again). Read-only."""
        if retry:
            answered = self._file.execute(
                "SELECT address, port FROM findings WHERE outcome != ?", [Outcome.INTERRUPTED.value]
            )
            return {tuple(row) for row in answered}
        return self.known() | {tuple(row) for row in self._file.execute("SELECT address, port FROM begun")}

    def note_interrupted(self, targets: Iterable[Target]) -> None:
        """Give those of these systems that were being asked when the survey was killed the finding that says so."""
        known = self.known()
        for target in targets:
            if target.place not in known:
                finding = Finding(target.address, target.port, target.country, Outcome.INTERRUPTED, tls=target.tls)
                finding.steps.append("the survey was killed while it asked")
                self.add(finding)

    def findings(self) -> Iterator[Finding]:
        """All findings, in the order of their addresses. Read-only."""
        for row in self._file.execute("SELECT * FROM findings"):
            yield Finding.from_stored(row)

    def close(self) -> None:
        self._file.close()


def forget(path: Path) -> None:
    """Remove the file of a survey, if it is there. Raises LabError for a file that holds something else."""
    if path.exists() and not _is_survey(path):
        raise LabError(
            t("{path} is not the file of a survey, so it is not removed.", path=path),
            t("Name another file with --output, or remove it yourself."),
        )
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _is_survey(path: Path) -> bool:
    try:
        if not path.stat().st_size:
            return True  # a survey that was killed before it wrote a word
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as file:
            return file.execute("SELECT version, about FROM survey").fetchone() is not None
    except (sqlite3.Error, OSError):
        return False
