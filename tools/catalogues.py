"""Keep the French catalogues in step with the sources: ``lab/locale/fr.po`` and ``notebooks/locale/fr.po``.

The texts of ``lab`` are the first argument of ``t`` and the first two of ``tn`` (``lab/i18n.py``), read from the syntax
tree, so that calls inside other calls and f-strings are found too. Those of the notebooks: ``notebooks/build.py``.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from babel.messages.catalog import Catalog, Message
from builder import po
from builder.course import CATALOGUE_TITLE, Course, first_words
from builder.source import shown

from lab.i18n import placeholders

ROOT = Path(__file__).resolve().parents[1]
CLEAN, FOUND, IMPOSSIBLE = 0, 1, 2
LAB_TITLE = "French of the lab: what it says to a trainee."
EXAMPLES = """\
examples:
  python tools/catalogues.py update    add new texts, keep translations, drop what is no longer said
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
        return [f"{shown(self.path)}: {line}" for line in found]

    def _problems_of(self, message: Message, wanted: bool) -> Iterator[str]:
        if not wanted:
            yield "no longer in the sources"
        elif message.fuzzy:
            yield "fuzzy"
        elif not po.is_translated(message):
            yield "untranslated"
        elif self.has_placeholders:
            yield from misfits(message)


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
        for call, arity in _calls(_parsed(path, name), defines=name == "lab/i18n.py"):
            try:
                ids = _texts_of(call, arity)
            except ValueError as error:
                mistakes.append(f"{name}, line {call.lineno}: {error}")
            else:
                catalogue.add(ids[0] if arity == 1 else ids, locations=[(name, 0)])
    return catalogue, mistakes


def _parsed(path: Path, name: str) -> ast.Module:
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise ValueError(f"{name}, line {error.lineno}: {error.msg}") from None


def _texts_of(call: ast.Call, arity: int) -> tuple[str, ...]:
    ids = tuple(arg.value for arg in call.args[:arity] if isinstance(arg, ast.Constant) and isinstance(arg.value, str))
    if len(ids) != arity or not all(ids):
        raise ValueError("the text is not a plain string literal, so that no translator gets it")
    given = {keyword.arg for keyword in call.keywords} | ({"n"} if arity == 2 else set())
    missing = frozenset().union(*map(placeholders, ids)) - given
    if missing and None not in given:  # None stands for **values
        raise ValueError(f"no value for {_braced(missing)}")
    return ids


def _calls(tree: ast.Module, defines: bool) -> Iterator[tuple[ast.Call, int]]:
    """The calls of ``t`` and ``tn`` in source order, each with its number of texts."""
    arities = {"t": 1, "tn": 2}
    names = dict(arities) if defines else {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("i18n"):
            names |= {alias.asname or alias.name: arities[alias.name] for alias in node.names if alias.name in arities}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        match call.func:
            case ast.Name(name) if name in names:
                yield call, names[name]
            case ast.Attribute(ast.Name("i18n"), name) if name in arities:
                yield call, arities[name]


def catalogues(root: Path) -> tuple[list[Catalogue], list[str]]:
    """Both catalogues of the project below ``root``, and the calls that are not written as they must be. Read-only."""
    wanted, mistakes = lab_texts(root / "lab")
    path = root / "lab" / "locale" / "fr.po"
    of_lab = Catalogue(path, LAB_TITLE, po.read_catalogue(path), wanted, has_placeholders=True)
    course = Course(root / "notebooks")
    of_course = Catalogue(
        course.catalogue_path, CATALOGUE_TITLE, course.catalogue, course.wanted_catalogue(), has_placeholders=False
    )
    return [of_lab, of_course], mistakes


def update(root: Path) -> int:
    """Write both catalogues anew. Exit code 1 when some text cannot be extracted; the rest is written."""
    both, mistakes = catalogues(root)
    for catalogue in both:
        changed = po.write_if_different(catalogue.path, catalogue.updated_text())
        entries = po.texts(po.read_catalogue(catalogue.path))
        missing = sum(not po.is_translated(message) for message in entries)
        state = "written" if changed else "unchanged"
        print(f"{shown(catalogue.path)}: {state}, {len(entries)} texts, {missing} without French")
    for line in mistakes:
        print(line)
    return FOUND if mistakes else CLEAN


def check(root: Path) -> int:
    """Print what is wrong with both catalogues, a line each. Read-only."""
    both, mistakes = catalogues(root)
    problems = mistakes + [line for catalogue in both for line in catalogue.problems()]
    for line in problems:
        print(line)
    if problems:
        print(f"{len(problems)} found → python tools/catalogues.py update, then write the French in the .po files")
        return FOUND
    print(f"{sum(len(po.texts(catalogue.now)) for catalogue in both)} texts, all in French")
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
