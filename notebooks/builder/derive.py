"""One source in, one notebook of one language out; and the texts of a source that a translator writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import nbformat
from babel.messages.catalog import Catalog
from nbformat import v4

from builder import po
from builder.code import comments, in_language, require_python, translated
from builder.solutions import code_lines
from builder.source import Cell, Source, SourceError, shown

LANGUAGES = ("en", "fr")
Translate = Callable[[str], str]
Fill = Callable[[str, str], str]
_TITLE = re.compile(r"^# +(?P<title>.*\S)", re.MULTILINE)
_NEW_CELL: dict[str, Callable[..., nbformat.NotebookNode]] = {
    "markdown": v4.new_markdown_cell,
    "code": v4.new_code_cell,
    "raw": v4.new_raw_cell,
}


def notebook_text(
    source: Source, language: str, french: Mapping[str, str], solved: bool = False, fill: Fill = lambda text, _: text
) -> str:
    """The notebook file: the trainee's copy, or with its solutions. The same source gives the same bytes.

    ``fill`` gets each cell's text in this language, and replaces what a template leaves open. Texts without a translation
    stay English. Raises SourceError for a source that cannot be built.
    """
    translate: Translate = (lambda text: french.get(text, text)) if language == "fr" else (lambda text: text)
    notebook = v4.new_notebook(metadata=_metadata(source, language, lambda text: fill(translate(text), language)))
    notebook.nbformat_minor = 5
    for cell, cell_id in zip(source.cells, source.cell_ids(), strict=True):
        text = fill(_cell_text(source, cell, language, translate, solved), language)
        notebook.cells.append(_NEW_CELL[cell.kind](text, id=cell_id, metadata=cell.metadata))
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook)).rstrip("\n") + "\n"


def _cell_text(source: Source, cell: Cell, language: str, translate: Translate, solved: bool) -> str:
    if cell.kind == "markdown":
        return translate(cell.text)
    if cell.kind == "raw":
        return cell.text
    lines = in_language(source.path, cell, code_lines(source.path, cell, solved), language)
    require_python(source.path, cell, lines)
    return translated(lines, translate)


def _metadata(source: Source, language: str, translate: Translate) -> dict[str, object]:
    first = next((cell for cell in source.cells if cell.kind == "markdown"), None)
    title = _TITLE.search(translate(first.text)) if first else None
    if title is None:
        whose = "" if language == "en" else f" (translation: {language})"
        raise SourceError(
            source.path, f"the first markdown cell has no title, '# …'{whose}", first.number if first else None
        )
    return {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
        "pacslab": {"id": source.id, "language": language, "source_digest": source.digest},
        "title": title["title"],
    }


def messages(source: Source) -> list[str]:
    """The texts to translate, each once, in the notebook's order: markdown cells whole, and comments.

    Comments of the solution come before those of the trainee's lines. Raises SourceError.
    """
    found: list[str] = []
    for cell in source.cells:
        found += _messages_of(source, cell)
    return list(dict.fromkeys(found))


def _messages_of(source: Source, cell: Cell) -> Iterator[str]:
    if cell.kind == "markdown" and cell.text:
        yield cell.text
    elif cell.kind == "code":
        for solved in (True, False):
            lines = in_language(source.path, cell, code_lines(source.path, cell, solved), "en")
            require_python(source.path, cell, lines)
            yield from (comment.text for comment in comments(lines))


def wanted_catalogue(sources: Iterable[Source]) -> Catalog:
    """The texts of all sources, none translated. Raises SourceError."""
    wanted = po.empty_catalogue()
    for source in sources:
        for message in messages(source):
            wanted.add(message, locations=[(shown(source.path), 0)])
    return wanted


def translations(catalogue: Catalog) -> dict[str, str]:
    """The translations that may be shown: fuzzy ones wait for their translator."""
    return {
        po.forms(message.id)[0]: po.forms(message.string)[0]
        for message in po.texts(catalogue)
        if po.is_translated(message)
    }
