"""What of a run is done: kept beside the target, for it names the source's files and stays in the house.

A file counts as done when its cleaned copy is on the disk under its final name; the line is written after that. So a run
that was killed, or whose machine lost its power, goes on where it was, and at worst cleans the files of the last seconds
twice. A disk takes its time for each single file, so it is asked once every few seconds, for all of them.

Beside the lines stands whom the set names, as far as it was read: a file that was cleaned when less was known than now is
cleaned again where that makes a difference.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import dataclass, field, fields
from pathlib import Path

from lab.deid.identities import Identities
from lab.deid.problems import DeidError, Reason
from lab.deid.secret import Secret, load_or_make
from lab.deid.storing import settle, write_whole
from lab.i18n import t

_SECONDS = 5.0
"""How much work a power failure may cost."""


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
    texts: str = ""
    """A digest of the texts as they were cleaned."""
    known: str = ""
    """A digest of whom the set was known to name then."""

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
        self._target = target
        self.folder = target.with_name(target.name + ".deid-state")
        self._path = self.folder / "journal.jsonl"
        self._settings = self.folder / "settings.json"
        self._people = self.folder / "people.json"
        self._waiting: list[Line] = []
        self._settled = time.monotonic()

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
            self._path.touch()
            write_whole(self._settings, json.dumps(settings))
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

    @property
    def is_there(self) -> bool:
        """Whether nobody has taken the lines away: only then a copy without a line is one that was not finished."""
        return self._path.exists()

    def note(self, lines: list[Line]) -> None:
        """Add lines, sooner or later: they wait until the copies that they tell of are on the disk."""
        self._waiting += lines
        if time.monotonic() - self._settled > _SECONDS:
            self.settle()

    def settle(self) -> None:
        """Add the lines that wait. When this returns the disk has them and their copies; raises OSError when it has not."""
        if self._waiting:
            settle(self._target)
            with self._path.open("a", encoding="utf-8") as file:
                file.write("".join(f"{line.json()}\n" for line in self._waiting))
                file.flush()
                os.fsync(file.fileno())
            self._waiting.clear()
        self._settled = time.monotonic()

    def people(self) -> Identities:
        """Whom the set is known to name, from earlier legs of the run; nobody when that is lost."""
        try:
            return Identities.of_json(json.loads(self._people.read_text("utf-8")))
        except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
            return Identities()

    def remember(self, people: Identities) -> None:
        """Keep whom the set names, before anything is cleaned by it."""
        write_whole(self._people, json.dumps(people.json()))

    def temporary_key(self) -> Secret:
        """The key of an anonymous run, kept only until the run is finished."""
        return load_or_make(self.folder / "key")

    def write_quarantine(self, lines: list[Line]) -> Path:
        """The list of what stayed behind, with its real names: for the hospital's eyes."""
        path = self.folder / "quarantine.tsv"
        rows = (f"{_in_one_cell(line.source)}\t{line.reason}\t{Reason(line.reason).words}\n" for line in lines)
        write_whole(path, "".join(rows))
        return path

    def destroy(self) -> None:
        """Forget key, journal and people: afterwards nobody can tell from which file which came."""
        for name in ("key", "journal.jsonl", "people.json"):
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
