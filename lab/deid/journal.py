"""What of a run is done: kept beside the target, for it names the source's files and stays in the house.

A file counts as done when its cleaned copy has its final name; the line is written after that. So a run that was killed
goes on where it was, and at worst cleans a file twice, with the same result.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field, fields
from pathlib import Path

from lab.deid.problems import DeidError, Reason
from lab.deid.secret import Secret, load_or_make
from lab.i18n import t


@dataclass(frozen=True)
class Line:
    """A source file with its size and time, and what became of it: its new name, or the reason why it has none."""

    source: str
    stamp: tuple[int, int]
    target: str = ""
    reason: str = ""
    size: int = 0
    """The cleaned copy's, in bytes."""
    actions: dict[str, int] = field(default_factory=dict)
    looked: bool = False
    boxes: int = 0
    recoded: bool = False

    def json(self) -> str:
        return json.dumps([getattr(self, one.name) for one in fields(self)])

    @classmethod
    def of(cls, text: str) -> Line:
        """The line that `json` wrote. Raises ValueError or TypeError for another."""
        source, stamp, *rest = json.loads(text)
        return cls(source, (int(stamp[0]), int(stamp[1])), *rest)


class Journal:
    """The state of a run, in a folder of its own (mode 0700) beside the target."""

    def __init__(self, target: Path) -> None:
        self.folder = target.with_name(target.name + ".deid-state")
        self._path = self.folder / "journal.jsonl"
        self._settings = self.folder / "settings.json"

    def open(self, settings: dict[str, object]) -> dict[str, Line]:
        """What is done already. Raises DeidError when the state is that of a run with other settings."""
        self.folder.mkdir(parents=True, exist_ok=True)
        os.chmod(self.folder, 0o700)
        if self._settings.exists():
            if json.loads(self._settings.read_text("utf-8")) != settings:
                raise DeidError(
                    t("{path} was begun with another source, profile, key or version.", path=self.folder),
                    t("Choose another target, or remove both folders and begin anew."),
                )
        else:
            unfinished = self._settings.with_suffix(".part")
            unfinished.write_text(json.dumps(settings), "utf-8")
            os.replace(unfinished, self._settings)
        return self._lines()

    def _lines(self) -> dict[str, Line]:
        done = {}
        try:
            text = self._path.read_text("utf-8", "replace")
        except FileNotFoundError:
            return {}
        for row in text.splitlines():
            try:
                line = Line.of(row)
            except (ValueError, TypeError):
                continue  # the last line of a run that was killed while it was written
            done[line.source] = line
        return done

    def note(self, lines: list[Line]) -> None:
        """Add lines. When this returns the system has them, however this process ends; a disk may lose them with its power."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write("".join(f"{line.json()}\n" for line in lines))

    def temporary_key(self) -> Secret:
        """The key of an anonymous run, kept only until the run is finished."""
        return load_or_make(self.folder / "key")

    def write_quarantine(self, lines: list[Line]) -> Path:
        """The list of what stayed behind, with its real names: for the hospital's eyes."""
        path = self.folder / "quarantine.tsv"
        rows = (f"{_in_one_cell(line.source)}\t{line.reason}\t{Reason(line.reason).words}\n" for line in lines)
        unfinished = path.with_suffix(".part")
        unfinished.write_text("".join(rows), "utf-8", errors="surrogateescape")
        os.replace(unfinished, path)
        return path

    def destroy(self) -> None:
        """Forget key and journal: afterwards nobody can tell from which file which came."""
        for name in ("key", "journal.jsonl"):
            path = self.folder / name
            if path.exists():
                with path.open("r+b") as file:
                    file.write(os.urandom(path.stat().st_size))
                    file.flush()
                    os.fsync(file.fileno())
                path.unlink()

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _in_one_cell(name: str) -> str:
    """A file name without the tabs and line ends that a table is made of."""
    return name.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
