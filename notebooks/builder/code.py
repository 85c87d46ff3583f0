"""The comments of a code cell, which are translated, and the one value that depends on the notebook's language."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from builder.solutions import Line
from builder.source import Cell, SourceError

_LANGUAGE = re.compile(r"(?P<code>.*\S)\s+# language")
_FOR_TOOLS = re.compile(r"(noqa|type:|fmt:|ruff:|mypy:|pragma:)")


@dataclass(frozen=True)
class Comment:
    """A comment at the end of a line of code, or a block of full-line comments of one indent.

    ``text`` is what is translated: the lines without ``# ``. ``first`` to ``last`` are indexes into the cell's lines.
    """

    text: str
    first: int
    last: int
    column: int
    stretch: int
    full_line: bool


def in_language(path: Path, cell: Cell, lines: Sequence[Line], language: str) -> list[Line]:
    """The lines with ``"en"`` replaced by this language where the line ends in ``# language``, and without that mark.

    Raises SourceError when such a line does not hold ``"en"`` exactly once.
    """
    replaced = []
    for line in lines:
        marked = _LANGUAGE.fullmatch(line.text)
        if marked:
            if marked["code"].count('"en"') != 1:
                message = "a line marked '# language' holds \"en\" exactly once"
                raise SourceError(path, message, cell.number, line.number)
            line = replace(line, text=marked["code"].replace('"en"', f'"{language}"'))
        replaced.append(line)
    return replaced


def require_python(path: Path, cell: Cell, lines: Sequence[Line]) -> None:
    """Raises SourceError when the lines are not Python (a magic is not, an empty function body is not)."""
    code = "\n".join(line.text for line in lines)
    try:
        compile(code, path.name, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        number = lines[min(error.lineno or 1, len(lines)) - 1].number
        raise SourceError(path, f"not Python: {error.msg}", cell.number, number) from None


def translated(lines: Sequence[Line], translate: Callable[[str], str]) -> str:
    """The code with each comment replaced by its translation, and nothing else changed."""
    texts: list[str | None] = [line.text for line in lines]
    for comment in comments(lines):
        words = translate(comment.text)
        if words == comment.text:
            continue
        before = lines[comment.first].text[: comment.column]
        if comment.full_line:
            texts[comment.first] = "\n".join(f"{before}# {line}".rstrip() for line in words.split("\n"))
            texts[comment.first + 1 : comment.last + 1] = [None] * (comment.last - comment.first)
        else:
            texts[comment.first] = f"{before}# {' '.join(words.split())}"
    return "\n".join(text for text in texts if text is not None).strip("\n")


def comments(lines: Sequence[Line]) -> list[Comment]:
    """The comments that a translator gets. Not those for linters, nor those without a letter."""
    blocks: list[Comment] = []
    for comment in _single_comments(lines):
        last = blocks[-1] if blocks else None
        if last and last.full_line and comment.full_line and _adjoin(last, comment):
            blocks[-1] = replace(last, text=f"{last.text}\n{comment.text}", last=comment.last)
        else:
            blocks.append(comment)
    return [block for block in blocks if re.search(r"[^\W\d_]", block.text)]


def _adjoin(above: Comment, below: Comment) -> bool:
    return (above.last + 1, above.column, above.stretch) == (below.first, below.column, below.stretch)


def _single_comments(lines: Sequence[Line]) -> Iterator[Comment]:
    code = io.StringIO("\n".join(line.text for line in lines) + "\n")
    for token in tokenize.generate_tokens(code.readline):
        if token.type != tokenize.COMMENT:
            continue
        text = token.string.removeprefix("#").removeprefix(" ").rstrip()
        if _FOR_TOOLS.match(text):
            continue
        row, column = token.start[0] - 1, token.start[1]
        full_line = not lines[row].text[:column].strip()
        yield Comment(text, row, row, column, lines[row].stretch, full_line)
