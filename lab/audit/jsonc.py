"""JSON as Orthanc reads it (jsoncpp): comments, trailing commas, and where each value stands in the file.

Of the libraries looked at, those that are well kept give values without positions (json-with-comments, json5), those
that keep positions are weeks old or recover from faults instead of naming them (jsonc-document, tree-sitter-json).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from lab.audit.source import AuditError, Place, Source
from lab.i18n import Text, t

MAX_DEPTH = 64
MAX_VALUES = 200_000
JSON = Any


class Unknown:
    """A value that the environment gives when Orthanc starts: ``${NAME}`` without a default."""

    def __repr__(self) -> str:
        return "${…}"


@dataclass(frozen=True)
class Node:
    """A value, and where it stands: place and character offsets in its file."""

    data: JSON
    place: Place
    start: int
    end: int
    members: tuple[Member, ...] = ()
    """Of an object, in the order of the file; a name may come twice."""


@dataclass(frozen=True)
class Member:
    """A name in an object, and its value."""

    name: str
    place: Place
    value: Node


def parse(source: Source) -> Node:
    """The file's object. Raises AuditError with line and column when it is not JSON, too deep, or no object."""
    parser = _Parser(source)
    node = parser.value(0)
    if not isinstance(node.data, dict):
        parser.fail(node.start, t("a configuration is an object and begins with {brace}", brace="{"))
    parser.skip()
    if parser.at < len(source.text):
        parser.fail(parser.at, t("Orthanc ignores whatever follows the closing brace"))
    return node


_SKIP = re.compile(r"(?:[ \t\r\n]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_SCALAR = re.compile(r"true\b|false\b|null\b|-?\d{1,400}(?!\d)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_VARIABLE = re.compile(r"\$\{\w+(?::-([^}]*))?\}")


def after_blanks(text: str, at: int) -> int:
    """Where the next thing stands that is neither blank nor comment."""
    found = _SKIP.match(text, at)
    return found.end() if found else at


class _Parser:
    """Recursive descent; the depth is bounded, each character is looked at a bounded number of times."""

    def __init__(self, source: Source) -> None:
        self.source, self.text, self.at = source, source.text, 0
        self.values = 0

    def fail(self, at: int, reason: Text) -> NoReturn:
        place = self.source.place(min(at, max(0, len(self.text) - 1)))
        lines = self.text.splitlines()[max(0, place.line - 2) : place.line]
        raise AuditError(
            t(
                "{source} is not readable as JSON: line {line}, column {column}: {reason}.",
                source=self.source.name, line=place.line, column=place.column, reason=reason,
            ),
            t("Look at the end of the line before: a comma or a closing bracket is often missing or too many there."),
            [line[:120] for line in lines],
        )  # fmt: skip

    def skip(self) -> None:
        self.at = after_blanks(self.text, self.at)
        if self.text.startswith("/*", self.at):
            self.fail(self.at, t("this comment is never closed"))

    def sees(self, character: str) -> bool:
        """Whether the next thing is this character, which is then passed."""
        self.skip()
        if self.text.startswith(character, self.at):
            self.at += 1
            return True
        return False

    def value(self, depth: int) -> Node:
        self.skip()
        start = self.at
        if depth > MAX_DEPTH:
            self.fail(start, t("nested deeper than {limit} levels", limit=MAX_DEPTH))
        self.values += 1
        if self.values > MAX_VALUES:
            self.fail(start, t("more than {limit} values", limit=MAX_VALUES))
        if self.sees("{"):
            return self.object(start, depth)
        if self.sees("["):
            items = []
            while not self.sees("]"):
                items.append(self.value(depth + 1).data)
                self.after_element("]")
            return self.node(items, start)
        return self.node(self.scalar(), start)

    def object(self, start: int, depth: int) -> Node:
        members = []
        while not self.sees("}"):
            at = self.at
            name = self.string()
            if not self.sees(":"):
                self.fail(self.at, t("a colon is expected after {name}", name=json.dumps(name)))
            members.append(Member(name, self.source.place(at), self.value(depth + 1)))
            self.after_element("}")
        return self.node({member.name: member.value.data for member in members}, start, tuple(members))

    def after_element(self, closing: str) -> None:
        if not self.sees(",") and not self.text.startswith(closing, self.at):
            self.fail(self.at, t("a comma or {closing} is expected here", closing=closing))

    def string(self) -> str:
        self.skip()
        found = _STRING.match(self.text, self.at)
        if not found:
            self.fail(self.at, t("a name in double quotes is expected here"))
        self.at = found.end()
        return self.decoded(found)

    def decoded(self, found: re.Match[str]) -> str:
        try:
            return str(json.loads(found[0], strict=False))
        except ValueError:
            self.fail(found.start(), t("this text has a backslash that means nothing"))

    def scalar(self) -> JSON:
        if found := _STRING.match(self.text, self.at):
            self.at = found.end()
            text = self.decoded(found)
            variable = _VARIABLE.fullmatch(text)
            return text if not variable else Unknown() if variable[1] is None else variable[1]
        if found := _VARIABLE.match(self.text, self.at):
            self.at = found.end()
            return plain(found[1]) if found[1] is not None else Unknown()
        if found := _SCALAR.match(self.text, self.at):
            self.at = found.end()
            return json.loads(found[0])
        self.fail(self.at, t("a value is expected here"))

    def node(self, data: JSON, start: int, members: tuple[Member, ...] = ()) -> Node:
        return Node(data, self.source.place(start), start, self.at, members)


def plain(text: str) -> JSON:
    """A value written as bare text: JSON where it is JSON, else the text itself."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
