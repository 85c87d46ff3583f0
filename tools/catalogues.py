"""Keep the French catalogues in step with the sources: ``lab/locale/*.po`` and ``notebooks/locale/fr.po``.

The texts of ``lab`` are the first argument of ``t`` and the first two of ``tn`` (``lab/i18n.py``), read from the syntax
tree, so that calls inside other calls and f-strings are found too. Those of the notebooks: ``notebooks/build.py``.

The command line also shows texts of click ("Usage:", "No such option"). They are read from click's own sources into
``lab/locale/click.fr.po``, and compiled from there for the standard library's gettext, where click looks for them.
"""

from __future__ import annotations

import argparse
import ast
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from builder import po
from builder.course import CATALOGUE_TITLE, Course, first_words
from builder.source import shown

from lab.i18n import placeholders

ROOT = Path(__file__).resolve().parents[1]
CLEAN, FOUND, IMPOSSIBLE = 0, 1, 2
LAB_TITLE = "French of the lab: what it says to a trainee."
CLICK_TITLE = "French of click: what it adds to the command line. It puts a colon behind a title that ends in a space."
_OF_LAB = {"t": 1, "tn": 2}  # a function, and how many texts it takes
_OF_CLICK = {"_": 1, "ngettext": 2}
EXAMPLES = """\
examples:
  python tools/catalogues.py update    add new texts, keep translations, drop what is no longer said, compile
  python tools/catalogues.py check     say what is missing or wrong, write nothing

exit codes: 0 clean, 1 found something (check), 2 could not do it
"""


@dataclass(frozen=True)
class Catalogue:
    """A catalogue as it is on disk, and the texts that it should have."""

    path: Path
    title: str
    now: Catalog
    wanted: Catalog
    has_placeholders: bool
    compiled: Path | None = None
    """Where gettext reads it, for a catalogue that it is to read."""

    def updated_text(self) -> str:
        """The file's text after an update."""
        return po.po_text(po.merged(self.now, self.wanted), self.title)

    def problems(self) -> list[str]:
        """A line for each thing wrong with it. Read-only."""
        now = {po.forms(message.id): message for message in po.texts(self.now)}
        wanted = [po.forms(message.id) for message in po.texts(self.wanted)]
        found = [f"not in the catalogue: {first_words(ids[0])}" for ids in wanted if ids not in now]
        for ids, message in now.items():
            found += [f"{problem}: {first_words(ids[0])}" for problem in self._problems_of(message, ids in wanted)]
        if not found and self.path.exists() and self.path.read_text(encoding="utf-8") != self.updated_text():
            found.append("not written as an update writes it")
        if not found and not self._is_compiled():
            found.append("not compiled since it was written")
        return [f"{shown(self.path)}: {line}" for line in found]

    def compile(self) -> None:
        """Write the compiled file when it is missing or says something else than the catalogue on disk."""
        spoken = _spoken(po.read_catalogue(self.path))
        if self.compiled and spoken != _spoken(_read_mo(self.compiled)):
            day = datetime.fromtimestamp(0, UTC)  # the same bytes on every day
            catalogue = Catalog(locale=po.LANGUAGE, project="pacslab", creation_date=day, revision_date=day)
            for ids, strings in spoken.items():
                catalogue.add(*((ids[0], strings[0]) if len(ids) == 1 else (ids, strings)))
            written = io.BytesIO()
            write_mo(written, catalogue)
            self.compiled.parent.mkdir(parents=True, exist_ok=True)
            self.compiled.write_bytes(written.getvalue())

    def _is_compiled(self) -> bool:
        return self.compiled is None or _spoken(self.now) == _spoken(_read_mo(self.compiled))

    def _problems_of(self, message: Message, wanted: bool) -> Iterator[str]:
        if not wanted:
            yield "no longer in the sources"
        elif message.fuzzy:
            yield "fuzzy"
        elif not po.is_translated(message):
            yield "untranslated"
        elif self.has_placeholders:
            yield from misfits(message)


def _spoken(catalogue: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The translations that a program would show."""
    return {
        po.forms(message.id): po.forms(message.string) for message in po.texts(catalogue) if po.is_translated(message)
    }


def _read_mo(path: Path) -> Catalog:
    if not path.exists():
        return po.empty_catalogue()
    with path.open("rb") as file:
        return read_mo(file)


def misfits(message: Message) -> Iterator[str]:
    """What is wrong with the placeholders of a translation: each form has those of the English singular or plural."""
    accepted = {placeholders(form) for form in po.forms(message.id)}
    for form in po.forms(message.string):
        try:
            names = placeholders(form)
        except ValueError as error:
            yield str(error)
            continue
        if names not in accepted:
            expected = " or ".join(_braced(some) for some in sorted(accepted, key=sorted))
            yield f"its French has {_braced(names)} where the English has {expected}"


def _braced(names: frozenset[str]) -> str:
    return " ".join(f"{{{name}}}" for name in sorted(names)) or "no placeholder"


def lab_texts(lab: Path) -> tuple[Catalog, list[str]]:
    """The texts in the sources of ``lab``, and a line for each call of ``t`` or ``tn`` that is not as it must be.

    Raises ValueError for a source that is not Python.
    """
    catalogue, mistakes = po.empty_catalogue(), []
    for path in sorted(lab.rglob("*.py")):
        name = path.relative_to(lab.parent).as_posix()
        tree = _parsed(path, name)
        for call, arity in _calls(tree, _OF_LAB if name == "lab/i18n.py" else _imported(tree)):
            try:
                ids = _texts_of(call, arity)
            except ValueError as error:
                mistakes.append(f"{name}, line {call.lineno}: {error}")
            else:
                catalogue.add(ids[0] if arity == 1 else ids, locations=[(name, 0)])
    return catalogue, mistakes


def click_texts() -> Catalog:
    """The texts in the sources of the installed click."""
    catalogue = po.empty_catalogue()
    package = Path(click.__file__).parent
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package.parent).as_posix()
        for call, arity in _calls(_parsed(path, name), _OF_CLICK):
            if ids := _literals(call, arity):
                catalogue.add(ids[0] if arity == 1 else ids, locations=[(name, 0)])
    return catalogue


def _parsed(path: Path, name: str) -> ast.Module:
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise ValueError(f"{name}, line {error.lineno}: {error.msg}") from None


def _texts_of(call: ast.Call, arity: int) -> tuple[str, ...]:
    ids = _literals(call, arity)
    if not ids:
        raise ValueError("the text is not a plain string literal, so that no translator gets it")
    given = {keyword.arg for keyword in call.keywords} | ({"n"} if arity == 2 else set())
    missing = frozenset().union(*map(placeholders, ids)) - given
    if missing and None not in given:  # None stands for **values
        raise ValueError(f"no value for {_braced(missing)}")
    return ids


def _literals(call: ast.Call, arity: int) -> tuple[str, ...]:
    """The texts of a call; none when one of them is not a plain string literal."""
    ids = tuple(arg.value for arg in call.args[:arity] if isinstance(arg, ast.Constant) and isinstance(arg.value, str))
    return ids if len(ids) == arity and all(ids) else ()


def _imported(tree: ast.Module) -> dict[str, int]:
    """The names under which a source of the lab knows ``t`` and ``tn``."""
    return {
        alias.asname or alias.name: _OF_LAB[alias.name]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("i18n")
        for alias in node.names
        if alias.name in _OF_LAB
    }


def _calls(tree: ast.Module, names: Mapping[str, int]) -> Iterator[tuple[ast.Call, int]]:
    """The calls of these functions, and of ``i18n.t`` and ``i18n.tn``, in source order, each with its number of texts."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        match call.func:
            case ast.Name(name) if name in names:
                yield call, names[name]
            case ast.Attribute(ast.Name("i18n"), name) if name in _OF_LAB:
                yield call, _OF_LAB[name]


def catalogues(root: Path) -> tuple[list[Catalogue], list[str]]:
    """The catalogues of the project below ``root``, and the calls that are not written as they must be. Read-only.

    Those of the lab and of the course, and click's where there is a command line.
    """
    wanted, mistakes = lab_texts(root / "lab")
    locale = root / "lab" / "locale"
    path = locale / "fr.po"
    of_lab = Catalogue(path, LAB_TITLE, po.read_catalogue(path), wanted, has_placeholders=True)
    course = Course(root / "notebooks")
    of_course = Catalogue(
        course.catalogue_path, CATALOGUE_TITLE, course.catalogue, course.wanted_catalogue(), has_placeholders=False
    )
    found = [of_lab, of_course]
    if (root / "lab" / "cli.py").is_file():
        path, compiled = locale / "click.fr.po", locale / "fr" / "LC_MESSAGES" / "click.mo"
        found.append(Catalogue(path, CLICK_TITLE, po.read_catalogue(path), click_texts(), True, compiled))
    return found, mistakes


def update(root: Path) -> int:
    """Write the catalogues anew. Exit code 1 when some text cannot be extracted; the rest is written."""
    found, mistakes = catalogues(root)
    for catalogue in found:
        changed = po.write_if_different(catalogue.path, catalogue.updated_text())
        catalogue.compile()
        entries = po.texts(po.read_catalogue(catalogue.path))
        missing = sum(not po.is_translated(message) for message in entries)
        state = "written" if changed else "unchanged"
        print(f"{shown(catalogue.path)}: {state}, {len(entries)} texts, {missing} without French")
    for line in mistakes:
        print(line)
    return FOUND if mistakes else CLEAN


def check(root: Path) -> int:
    """Print what is wrong with the catalogues, a line each. Read-only."""
    found, mistakes = catalogues(root)
    problems = mistakes + [line for catalogue in found for line in catalogue.problems()]
    for line in problems:
        print(line)
    if problems:
        print(f"{len(problems)} found → python tools/catalogues.py update, then write the French in the .po files")
        return FOUND
    print(f"{sum(len(po.texts(catalogue.now)) for catalogue in found)} texts, all in French")
    return CLEAN


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run one command on the project below ``root``; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="catalogues.py",
        description="Keep the French catalogues in step with the sources.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("update", "check"))
    command = {"update": update, "check": check}[parser.parse_args(arguments).command]
    try:
        return command(root)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return IMPOSSIBLE


if __name__ == "__main__":
    sys.exit(main())
