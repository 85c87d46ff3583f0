"""The source of a notebook: a py:percent file, read into cells that know where they stand in the file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext  # type: ignore[import-untyped]

# Comments stay comments: jupytext would take "# copy the file" for an escaped magic. Cells hold plain Python.
FORMAT = {"extension": ".py", "format_name": "percent", "comment_magics": False}
FILE_NAME = re.compile(r"\d\d_(?P<id>[a-z0-9_]+)")
_LAYOUT_METADATA = {"cell_marker", "lines_to_next_cell", "lines_to_end_of_cell_marker", "skipline", "noskipline"}


class SourceError(ValueError):
    """A source that cannot be built; says where and what to write instead."""

    def __init__(self, path: Path, message: str, cell: int | None = None, line: int | None = None) -> None:
        where = [shown(path), cell and f"cell {cell}", line and f"line {line}"]
        super().__init__(f"{', '.join(str(part) for part in where if part)}: {message}")


def shown(path: Path) -> str:
    """The path as reports and catalogues name it: folder, folder, file, the same on every machine."""
    return Path(*path.parts[-3:]).as_posix()


@dataclass(frozen=True)
class Cell:
    """One cell: ``kind`` is markdown, code or raw; ``number`` counts from 1; ``line`` is its first text line's."""

    kind: str
    text: str
    number: int
    line: int
    metadata: dict[str, Any]


@dataclass(frozen=True)
class Source:
    """One notebook before it is derived: ``id`` is the file's name without its number."""

    path: Path
    id: str
    text: str
    cells: tuple[Cell, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the source text, which every derived copy carries."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def file_name(self) -> str:
        """The name of every derived copy."""
        return f"{self.path.stem}.ipynb"

    def cell_ids(self) -> tuple[str, ...]:
        """An id for each cell, the same in both languages and, as long as the cell is not edited, in every build."""
        seen: dict[str, int] = {}
        ids = []
        for cell in self.cells:
            seen[cell.text] = seen.get(cell.text, 0) + 1
            ids.append(hashlib.sha256(f"{self.id}\n{seen[cell.text]}\n{cell.text}".encode()).hexdigest()[:12])
        return tuple(ids)


def read_sources(folder: Path) -> list[Source]:
    """All the sources of a folder, in the course's order. Read-only.

    Raises SourceError for a file that is not named ``NN_<id>.py``, for two with the same number or id, and for one that
    cannot be read; OSError when there is no such folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"no folder {folder}")
    sources: list[Source] = []
    for path in sorted(folder.glob("*.py")):
        source = read_source(path)
        for other in sources:
            if other.id == source.id or other.path.name[:2] == path.name[:2]:
                raise SourceError(path, f"has the number or the id of {other.path.name}: each is used once")
        sources.append(source)
    return sources


def read_source(path: Path) -> Source:
    """One source. Read-only. Raises SourceError for a wrong file name or text before the first cell marker."""
    name = FILE_NAME.fullmatch(path.stem)
    if name is None:
        raise SourceError(path, "the name of a source is two digits, '_' and an id: 03_exposed_archive.py")
    text = path.read_text(encoding="utf-8")
    return Source(path, name["id"], text, tuple(_cells(path, text)))


def _cells(path: Path, text: str) -> Iterator[Cell]:
    lines = text.splitlines()
    position = 0
    for number, cell in enumerate(jupytext.reads(text, fmt=FORMAT).cells, start=1):
        position = _after_marker(lines, position, cell.cell_type, cell.source.splitlines())
        if position < 0:
            raise SourceError(
                path, "every cell, the first one too, begins with a line '# %%' or '# %% [markdown]'", number
            )
        metadata = {key: value for key, value in cell.metadata.items() if key not in _LAYOUT_METADATA}
        yield Cell(cell.cell_type, cell.source, number, position + 1, metadata)


def _after_marker(lines: list[str], start: int, kind: str, code: list[str]) -> int:
    """The index of the line after the next marker of this kind of cell, -1 without one."""
    for index in range(start, len(lines)):
        if not lines[index].startswith("# %%"):
            continue
        after = index + 1
        if kind != "code" or [line.rstrip() for line in lines[after : after + len(code)]] == [c.rstrip() for c in code]:
            return after
    return -1
