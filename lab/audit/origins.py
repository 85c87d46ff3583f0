"""Which origins an nginx configuration lets read the archive's answers.

Patterns are looked at as text and never run: one from a stranger's file could keep an engine of expressions busy for years.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lab.audit.nginx import Block

ORIGIN = "$http_origin"
MAX_ORIGINS = 300  # of one map


def foreign(header: Block) -> bool:
    """Whether an Access-Control-Allow-Origin may name an origin that is not one of the hospital's own."""
    value = header.args[1]
    if value in ("*", "null"):
        return True
    condition = _condition(header)
    if value == ORIGIN:
        return condition is None or lets_others(condition)
    return value.startswith("$") and any(lets_others(pattern) for pattern in _let_in(header, value))


def _let_in(header: Block, variable: str) -> Iterator[str]:
    """The patterns of the origins that a variable repeats: from a ``map``, or from ``set`` within ``if``. Empty for any origin."""
    *_, root = header.around()
    for table in root.all("map"):
        if table.args == (ORIGIN, variable):
            for entry in table.children[:MAX_ORIGINS]:
                if entry.args and (entry.args[0].startswith("$") or entry.args[0] in ("*", "null")):
                    yield _pattern(entry.name)
    server = next((block for block in header.around() if block.name == "server"), root)
    for setting in server.all("set"):
        if setting.args == (variable, ORIGIN):
            yield _condition(setting) or ""


def _pattern(entry: str) -> str:
    """What an entry of a map compares with, as an expression; empty for the default."""
    if entry == "default":
        return ""
    return entry.lstrip("~").removeprefix("*") if entry.startswith("~") else f"^{re.escape(entry)}$"


def _condition(block: Block) -> str | None:
    """The expression of the ``if ($http_origin …)`` around a directive; None without one."""
    for outer in block.around():
        if outer.name == "if" and len(outer.args) == 3 and outer.args[0] == ORIGIN:
            how, pattern = outer.args[1:]
            return {"=": f"^{re.escape(pattern)}$", "~": pattern, "~*": pattern}.get(how, "")
    return None


_DIGITS = re.compile(r"\[0-9\]|\\d")
_CLASS = re.compile(r"\[(?:\\.|[^\]\\])+\]|\\[wWSD]")
_ANYTHING = re.compile(r"(?<!\\)\.(?:[*+]|\{[^}]*\})\??(?!\\\.)")
_ANY_LETTER = re.compile(r"(?<!\\)\.(?![*+{])")


def lets_others(pattern: str) -> bool:
    """Whether an expression fits an origin that somebody else can have: it is open at an end, or ``.`` stands for a dot.

    ``null`` is everybody's: each page can give itself that origin.
    """
    if "null" in pattern:
        return True
    return any(_is_open(part) for part in _alternatives(pattern))


def _is_open(pattern: str) -> bool:
    if not pattern.startswith("^") or not pattern.endswith("$") or pattern.endswith("\\$"):
        return True
    text = _DIGITS.sub("0", pattern[1:-1])
    text = re.sub(r"x(?=[*+{])", ".", _CLASS.sub("x", text)) if _CLASS.search(text) else text
    return bool(_ANYTHING.search(text) or _ANY_LETTER.search(text))


def _alternatives(pattern: str) -> list[str]:
    """What stands between the bars that are in no group."""
    parts, depth, escaped = [""], 0, False
    for character in pattern:
        depth += 0 if escaped else {"(": 1, ")": -1}.get(character, 0)
        if character == "|" and depth == 0 and not escaped:
            parts.append("")
        else:
            parts[-1] += character
        escaped = character == "\\" and not escaped
    return parts
