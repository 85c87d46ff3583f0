"""nginx in front of the archive: a tree of directives with their lines, includes followed within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path
from typing import Any

import crossplane  # type: ignore[import-untyped]

from lab.audit.compose import is_loopback
from lab.audit.source import AuditError, Place, Source, read
from lab.i18n import t

MAX_INCLUDED = 100
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


@dataclass(frozen=True)
class Listen:
    """One ``listen`` of a server."""

    block: Block
    address: str
    port: int
    tls: bool

    @property
    def loopback(self) -> bool:
        return is_loopback(self.address)


@dataclass(frozen=True)
class Route:
    """A ``proxy_pass``: which server it is in, and where it leads (several places for an upstream group)."""

    block: Block
    server: Block
    targets: tuple[tuple[str, int | None], ...]

    @property
    def inside(self) -> Block:
        """The location (or server) that the directive stands in."""
        return self.block.parent or self.block

    @property
    def listens(self) -> tuple[Listen, ...]:
        return listens(self.server)

    @property
    def stream(self) -> bool:
        return self.block.context == "stream"


def read_nginx(sources: list[Source]) -> Block:
    """All files as one tree. Raises AuditError with the line that cannot be read. Follows includes; read-only."""
    named = {source.path.resolve() for source in sources}
    trees = []
    for source in sources:
        reader = _Reader(source, set())
        trees.append((source, reader.tree(), reader.seen))
    included = {path for source, _, seen in trees for path in seen if path != source.path.resolve()}
    root = Block("main", (), Place(sources[0].name))
    for source, tree, _ in trees:
        if source.path.resolve() in named - included:
            for child in tree.children:
                root.add(child)
    return root


class _Reader:
    def __init__(self, source: Source, seen: set[Path]) -> None:
        self.main, self.seen = source, seen
        seen.add(source.path.resolve())

    def tree(self) -> Block:
        root = Block("main", (), Place(self.main.name))
        self._fill(root, self.main)
        return root

    def _fill(self, block: Block, source: Source) -> None:
        self._add(block, _parsed(source), source)

    def _add(self, block: Block, directives: list[JSON], source: Source) -> None:
        for entry in directives:
            args = tuple(entry["args"])
            if entry["directive"] == "include" and args:
                self._include(block, args[0])
                continue
            child = Block(entry["directive"], args, Place(source.name, entry["line"]))
            block.add(child)
            self._add(child, entry.get("block", []), source)

    def _include(self, block: Block, pattern: str) -> None:
        """Files that exist beside the main file are read; those of the server it came from are not here."""
        for name in sorted(glob(str(self.main.path.parent / pattern)))[:MAX_INCLUDED]:
            path = Path(name)
            if path.resolve() in self.seen or not path.is_file() or Path(pattern).is_absolute():
                continue
            if len(self.seen) > MAX_INCLUDED:
                raise AuditError(
                    t("More than {limit} files.", limit=MAX_INCLUDED), t("Name the configuration files one by one.")
                )
            self.seen.add(path.resolve())
            self._fill(block, read(path))


def _parsed(source: Source) -> list[JSON]:
    """The directives of one file. crossplane opens it once more by its name; size and kind have been looked at."""
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


def listens(server: Block) -> tuple[Listen, ...]:
    """Where a server listens; without a ``listen`` nginx takes port 80."""
    stated = [_listen(block) for block in server.own("listen")]
    return tuple(found for found in stated if found) or (Listen(server, "", 80, False),)


def _listen(block: Block) -> Listen | None:
    if not block.args or block.args[0].startswith("unix:"):
        return None
    address, _, port = (
        block.args[0].rpartition(":") if ":" in block.args[0].rpartition("]")[2] else ("", "", block.args[0])
    )
    if not port.isdigit():
        address, port = block.args[0], "80"
    legacy = any(directive.args == ("on",) for directive in (block.parent.own("ssl") if block.parent else []))
    return Listen(block, address.strip("[]"), int(port), "ssl" in block.args or legacy)


def routes(root: Block) -> list[Route]:
    """Every ``proxy_pass`` of the tree, with what it leads to."""
    groups = {block.args[0]: block for block in root.all("upstream") if block.args}
    found = []
    for block in root.all("proxy_pass"):
        server = next((outer for outer in block.around() if outer.name == "server"), None)
        if server is not None and block.args:
            found.append(Route(block, server, tuple(_targets(block, groups))))
    return found


def _targets(block: Block, groups: dict[str, Block]) -> Iterator[tuple[str, int | None]]:
    match = re.match(r"(?:(https?)://)?([^/]+)", block.args[0])
    if not match:
        return
    scheme, authority = match.groups()
    if group := groups.get(authority):
        for server in group.own("server"):
            yield _host_and_port(server.args[0] if server.args else "", None)
        return
    if variable := re.fullmatch(r"\$(\w+)(?::(\d+))?", authority):
        for setting in (found for outer in block.around() for found in outer.own("set")):
            if len(setting.args) == 2 and setting.args[0] == f"${variable[1]}":
                host, port = _host_and_port(re.sub(r"^https?://", "", setting.args[1]), scheme)
                yield host, int(variable[2]) if variable[2] else port
                return
    yield _host_and_port(authority, scheme)


def _host_and_port(authority: str, scheme: str | None) -> tuple[str, int | None]:
    host, colon, port = authority.rpartition(":")
    if colon and port.isdigit():
        return host.strip("[]"), int(port)
    return authority, {"http": 80, "https": 443}.get(scheme or "")
