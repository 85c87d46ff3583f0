"""What is searched: the files of folders, a chunk at a time (instances of an archive: `remote.py`)."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from lab.errors import LabError
from lab.i18n import t

ANSWER_KEYS = frozenset({"ledger.parquet", ".ledger", "hospital.json"})
"""The answer key of a synthetic set, which the inventory does not look at: it would be no exam."""
CHUNK = 24


class InventoryError(LabError):
    """What was to be searched is not there, or does not answer."""


class Item(NamedTuple):
    """A file to search: what it is called in the findings, and where it is; or why what is there cannot be searched."""

    name: str
    path: str
    trouble: str = ""
    fetched: bool = False
    """A copy, made to be searched; deleted when that is done."""


class Source(Protocol):
    """Something to search. It is gone through twice: to learn who there is, and to look for them."""

    @property
    def title(self) -> str:
        """What is searched, as the report names it."""

    def count(self) -> int:
        """How many files there are."""

    def chunks(self, folder: Path, every: int = 1) -> Iterator[list[Item]]:
        """The files in chunks, of `every` so many the first only. What has to be fetched is put into `folder`."""


class Files:
    """The files of folders, and single files. Links are not followed; what is no regular file is left out."""

    def __init__(self, paths: Sequence[Path], unseen: Sequence[Item] = ()) -> None:
        """``unseen``: what belongs to it and cannot be looked at, each with its trouble."""
        for path in paths:
            if not path.exists():
                raise InventoryError(
                    t("{path} does not exist.", path=path), t("Name a folder, files, or nothing for the lab’s archive.")
                )
        self._paths, self._unseen = tuple(paths), tuple(unseen)
        self._found: list[Item] | None = None

    @property
    def title(self) -> str:
        return ", ".join(str(path) for path in self._paths)

    def _items(self) -> list[Item]:
        if self._found is None:
            several = len(self._paths) > 1
            self._found = [*(item for path in self._paths for item in _below(path, several)), *self._unseen]
        return self._found

    def count(self) -> int:
        return len(self._items())

    def chunks(self, folder: Path, every: int = 1) -> Iterator[list[Item]]:
        items = self._items()[::every]
        for start in range(0, len(items), CHUNK):
            yield items[start : start + CHUNK]


def _below(path: Path, several: bool) -> Iterator[Item]:
    if not path.is_dir():
        yield Item(path.name if not several else str(path), str(path))
        return
    closed: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=closed.append):
        folders[:] = sorted(name for name in folders if name not in ANSWER_KEYS)
        for name in sorted(names):
            full = os.path.join(folder, name)
            if name not in ANSWER_KEYS and stat.S_ISREG(os.lstat(full).st_mode):
                relative = os.path.relpath(full, path).replace(os.sep, "/")
                yield Item(f"{path}/{relative}" if several else relative, full)
    for error in closed:
        yield Item(str(error.filename), str(error.filename), error.strerror or str(error))


class Several:
    """Several sources as one, such as an archive and the logs of its site."""

    def __init__(self, sources: Sequence[Source], title: str) -> None:
        self._sources = tuple(sources)
        self.title = title

    def count(self) -> int:
        return sum(source.count() for source in self._sources)

    def chunks(self, folder: Path, every: int = 1) -> Iterator[list[Item]]:
        for source in self._sources:
            yield from source.chunks(folder, every)


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that only this user reads, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="pacslab-inventory-") as folder:
        yield Path(folder)
