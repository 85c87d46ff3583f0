"""YAML with the place of every value, in bounded time and memory: no tags that act, no bombs of aliases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from lab.audit.source import AuditError, Place, Source
from lab.i18n import t

MAX_YAML = 300_000  # characters
MAX_DEPTH = 40
MAX_NODES = 100_000  # with every alias written out


@dataclass(frozen=True)
class Item:
    """A node of the document. Nothing is expanded before it is asked for."""

    node: Node
    source: Source

    @property
    def place(self) -> Place:
        return Place(self.source.name, self.node.start_mark.line + 1, self.node.start_mark.column + 1)

    @property
    def span(self) -> tuple[int, int]:
        return self.node.start_mark.index, self.node.end_mark.index

    @property
    def text(self) -> str | None:
        """The value of a scalar as written; None for a mapping, a sequence and for nothing."""
        if not isinstance(self.node, ScalarNode) or self.node.tag == "tag:yaml.org,2002:null":
            return None
        return str(self.node.value)

    @property
    def true(self) -> bool:
        return (self.text or "").lower() in ("true", "yes", "on")

    def items(self) -> list[Item]:
        """The elements of a sequence; a scalar counts as a sequence of one."""
        if isinstance(self.node, SequenceNode):
            return [self._child(node) for node in self.node.value]
        return [self] if self.text is not None else []

    def entries(self) -> dict[str, Item]:
        """The entries of a mapping, ``<<`` merged in; empty for anything else."""
        return dict(self._entries(0))

    def keys(self) -> dict[str, Item]:
        """The keys of a mapping as items, for the places at which they stand."""
        if not isinstance(self.node, MappingNode):
            return {}
        return {str(key.value): self._child(key) for key, _ in self.node.value if isinstance(key, ScalarNode)}

    def get(self, *names: str) -> Item | None:
        found: Item | None = self
        for name in names:
            found = found.entries().get(name) if found else None
        return found

    def _entries(self, depth: int) -> Iterator[tuple[str, Item]]:
        if not isinstance(self.node, MappingNode) or depth > MAX_DEPTH:
            return
        pairs = [(key, self._child(value)) for key, value in self.node.value if isinstance(key, ScalarNode)]
        for key, value in pairs:
            if key.value == "<<":
                for part in value.items() if isinstance(value.node, SequenceNode) else [value]:
                    yield from part._entries(depth + 1)
        for key, value in pairs:
            if key.value != "<<":
                yield str(key.value), value

    def _child(self, node: Node) -> Item:
        return Item(node, self.source)


@dataclass(frozen=True)
class Overlaid(Item):
    """A mapping or a list of one file, with that of the file below it: as docker compose merges an override."""

    under: Item

    def items(self) -> list[Item]:
        return [*self.under.items(), *super().items()]

    def entries(self) -> dict[str, Item]:
        below = self.under.entries()
        merged = below | {name: laid_over(name, below.get(name), item) for name, item in super().entries().items()}
        return {name: item for name, item in merged.items() if item.node.tag != "!reset"}

    def keys(self) -> dict[str, Item]:
        return super().keys() | self.under.keys()

    @property
    def layers(self) -> list[Item]:
        """The items as they stand in the files, the lowest first."""
        below = self.under.layers if isinstance(self.under, Overlaid) else [self.under]
        return [*below, Item(self.node, self.source)]


REPLACED = ("command", "entrypoint")  # all other lists of compose grow


def laid_over(name: str, under: Item | None, over: Item) -> Item:
    """What holds when an override writes an entry too: mappings are merged, lists grow, everything else is replaced."""
    if under is None or over.node.tag in ("!override", "!reset") or name in REPLACED:
        return over
    both = isinstance(under.node, CollectionNode) and isinstance(over.node, CollectionNode)
    return Overlaid(over.node, over.source, under) if both else over


def parse_yaml(source: Source) -> Item:
    """The document of a file. Raises AuditError with line and column when it is no YAML, too large or too deep."""
    if len(source.text) > MAX_YAML:
        raise AuditError(
            t("{file} is too large for a compose file.", file=source.name),
            t("Name the configuration files one by one."),
        )
    try:
        loader = _Loader(source.text)
        loader.name = source.name
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise AuditError(
            t(
                "{source} is not readable as YAML: line {line}, column {column}: {reason}.",
                source=source.name,
                line=mark.line + 1 if mark else 1,
                column=mark.column + 1 if mark else 1,
                reason=getattr(error, "problem", None) or str(error),
            ),
            t("Look at the indentation there, and for a tab."),
        ) from None
    if node is None:
        raise AuditError(t("{file} is empty.", file=source.name), t("Name a compose file."))
    _unfolded(node, source, {}, 0)
    return Item(node, source)


def _unfolded(node: Node, source: Source, known: dict[int, int], depth: int) -> int:
    """How many values a node comes to when every alias is written out; each node is counted once."""
    if (size := known.get(id(node))) is not None and size:
        return size
    if size == 0 or depth > 2 * MAX_DEPTH:
        raise AuditError(t("{file} has an alias that contains itself.", file=source.name), t("Name a compose file."))
    known[id(node)] = 0  # being counted
    parts = [part for pair in node.value for part in pair] if isinstance(node, MappingNode) else node.value
    inner = [] if isinstance(node, ScalarNode) else parts
    size = 1 + sum(_unfolded(part, source, known, depth + 1) for part in inner)
    if size > MAX_NODES:
        raise AuditError(
            t("{file} unfolds to more than {limit} values.", file=source.name, limit=MAX_NODES),
            t("Aliases that repeat aliases (a “YAML bomb”) are refused."),
        )
    known[id(node)] = size
    return size


class _Loader(yaml.SafeLoader):
    """Composes nodes and stops at a depth, before Python's own stack does."""

    depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise AuditError(
                t(
                    "{file} is nested deeper than {limit} levels: line {line}, column {column}.",
                    file=self.name, limit=MAX_DEPTH, line=line, column=column,
                ),
                t("Name a compose file."),
            )  # fmt: skip
        node: Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node
