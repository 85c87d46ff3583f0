"""nginx in front of the archive: a tree of directives with their lines, includes followed within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from glob import iglob
from itertools import islice
from pathlib import Path
from typing import Any

import crossplane  # type: ignore[import-untyped]

from lab.audit.source import AuditError, Place, Source, read
from lab.i18n import t

MAX_NGINX = 300_000  # characters of one file
MAX_INCLUDED = 100  # files
MAX_DIRECTIVES = 50_000  # with every include written out
JSON = dict[str, Any]


@dataclass(eq=False)
class Block:
    """A directive, the directives in it, and the one around it."""

    name: str
    args: tuple[str, ...]
    place: Place
    parent: Block | None = None
    children: list[Block] = field(default_factory=list)
    _by_name: dict[str, list[Block]] = field(default_factory=dict)

    def add(self, child: Block) -> None:
        """Put a directive into this block."""
        child.parent = self
        self.children.append(child)
        self._by_name.setdefault(child.name, []).append(child)

    def all(self, *names: str) -> Iterator[Block]:
        """Every directive of these names in this block, at any depth."""
        for child in self.children:
            if child.name in names:
                yield child
            yield from child.all(*names)

    def own(self, name: str) -> list[Block]:
        return self._by_name.get(name, [])

    def around(self) -> Iterator[Block]:
        """This block and those around it, from the inside out."""
        block: Block | None = self
        while block is not None:
            yield block
            block = block.parent

    def effective(self, name: str) -> list[Block]:
        """The directives of this name that hold here: the innermost block that has any, as nginx inherits."""
        return next((found for block in self.around() if (found := block.own(name))), [])

    @property
    def context(self) -> str:
        """``http`` or ``stream``; a file of its own without either is a part of ``http``."""
        return next((block.name for block in self.around() if block.name in ("http", "stream")), "http")


def read_nginx(sources: list[Source]) -> Block:
    """All files as one tree. Raises AuditError with the line that cannot be read. Follows includes; read-only."""
    readers = [_Reader(source) for source in sources]
    trees = [(reader.main.path.resolve(), reader.tree()) for reader in readers]
    included = {path for reader in readers for path in reader.included}
    roots = [tree for path, tree in trees if path not in included]
    root = Block("main", (), Place(sources[0].name))
    for tree in roots or [tree for _, tree in trees[:1]]:  # files that include each other in a ring: begin somewhere
        for child in tree.children:
            root.add(child)
    return root


class _Reader:
    """One main file and what it includes; a file may be included at several places, as snippets are."""

    def __init__(self, source: Source) -> None:
        self.main = source
        self.included: set[Path] = set()
        self._parsed: dict[Path, tuple[Source, list[JSON]]] = {}
        self._folder = source.path.parent.resolve()
        self._files: dict[str, list[tuple[str, Path]]] = {}
        self._open = [source.path.resolve()]
        self._count = 0

    def tree(self) -> Block:
        root = Block("main", (), Place(self.main.name))
        self._add(root, _parsed(self.main), self.main)
        return root

    def _add(self, block: Block, directives: list[JSON], source: Source) -> None:
        self._count += len(directives)
        if self._count > MAX_DIRECTIVES:
            raise AuditError(
                t("{file} comes to more than {limit} directives.", file=self.main.name, limit=MAX_DIRECTIVES),
                t("Name the configuration files one by one."),
            )
        for entry in directives:
            args = tuple(entry["args"])
            if entry["directive"] == "include" and args:
                self._include(block, args[0])
                continue
            child = Block(entry["directive"], args, Place(source.name, entry["line"]))
            block.add(child)
            self._add(child, entry.get("block", []), source)

    def _include(self, block: Block, pattern: str) -> None:
        """Files below the main file's folder are read; those of the server it came from are not here."""
        if pattern not in self._files:
            names = sorted(islice(iglob(self._here(pattern)), MAX_INCLUDED + 1))
            found = [(name, Path(name).resolve()) for name in names]
            self._files[pattern] = [
                (name, path) for name, path in found if path.is_file() and path.is_relative_to(self._folder)
            ]
        for name, path in self._files[pattern]:
            if path in self._open:
                continue
            if path not in self._parsed:
                self.included.add(path)
                if len(self.included) > MAX_INCLUDED:
                    raise AuditError(
                        t("More than {limit} files.", limit=MAX_INCLUDED), t("Name the configuration files one by one.")
                    )
                source = read(Path(name))
                self._parsed[path] = (source, _parsed(source))
            source, directives = self._parsed[path]
            self._open.append(path)
            self._add(block, directives, source)
            self._open.pop()

    def _here(self, pattern: str) -> str:
        """The pattern as it is meant here: a copy of /etc/nginx may lie anywhere."""
        asked = Path(pattern)
        if not asked.is_absolute():
            return str(self.main.path.parent / pattern)
        if not asked.is_relative_to(self._folder) and asked.is_relative_to("/etc/nginx"):
            return str(self.main.path.parent / asked.relative_to("/etc/nginx"))
        return pattern


def _parsed(source: Source) -> list[JSON]:
    """The directives of one file. crossplane opens it once more by its name; size and kind have been looked at."""
    if len(source.text) > MAX_NGINX:
        raise AuditError(
            t("{file} is too large for an nginx configuration.", file=source.name),
            t("Name the configuration files one by one."),
        )
    payload = crossplane.parse(str(source.path), single=True, check_ctx=False, check_args=False, catch_errors=True)
    if payload["errors"]:
        fault = payload["errors"][0]
        reason = re.sub(r" in .*:\d+$", "", str(fault["error"]))
        if not reason:  # the file ends within a directive
            reason = str(t("a semicolon or a closing brace is missing"))
        if "recursion" in reason:
            reason = str(t("blocks are nested too deeply"))
        raise AuditError(
            t("{source} is not readable as nginx configuration: line {line}: {reason}.", source=source.name, line=fault["line"] or 1, reason=reason),
            t("Let nginx itself look at it: nginx -t."),
        )  # fmt: skip
    return list(payload["config"][0]["parsed"])
