"""The command line of ``notebooks/build.py``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from builder import po
from builder.course import Course
from builder.derive import LANGUAGES
from builder.source import shown

ROOT = Path(__file__).resolve().parents[1]
CLEAN, FOUND, IMPOSSIBLE = 0, 1, 2

EXAMPLES = """\
examples:
  python notebooks/build.py                        write notebooks/en and notebooks/fr
  python notebooks/build.py --check                say what is stale or untranslated, write nothing
  python notebooks/build.py --extract              bring notebooks/locale/fr.po up to date
  python notebooks/build.py --solved --out /tmp/solved --language en

exit codes: 0 clean, 1 found something (--check), 2 could not do it
"""


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run one command on the course below ``root``; returns the exit code."""
    options = _options(arguments)
    languages = (options.language,) if options.language else LANGUAGES
    try:
        course = Course(root)
        if options.check:
            return _check(course, languages)
        if options.extract:
            return _extract(course)
        return _build(course, languages, options.out or root, options.solved)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return IMPOSSIBLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="build.py",
        description="Derive the trainee's notebooks, English and French, from notebooks/src.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="write nothing; name what is stale or untranslated")
    action.add_argument("--extract", action="store_true", help="update the French catalogue from the sources")
    action.add_argument("--solved", action="store_true", help="leave the solutions in; needs --out")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write to DIR/en and DIR/fr instead")
    parser.add_argument("--language", choices=LANGUAGES, help="only this language")
    return parser


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.solved and options.out is None:
        parser.error("--solved needs --out DIR: solutions don't belong in the trainee's folders")
    if options.out is not None and (options.check or options.extract):
        parser.error("--out goes with a build, not with --check or --extract")
    return options


def _build(course: Course, languages: Sequence[str], out: Path, solved: bool) -> int:
    notebooks = course.notebooks(languages, solved)
    if "fr" in languages:
        for line in course.untranslated():
            print(f"warning: {line}", file=sys.stderr)
    if out == course.root:
        for path in course.orphans(languages, [out / path for path in notebooks]):
            print(f"warning: {shown(path)} has no source: delete it", file=sys.stderr)
    written = sum(po.write_if_different(out / path, text) for path, text in notebooks.items())
    print(f"notebooks in {out}: {written} written, {len(notebooks) - written} unchanged")
    return CLEAN


def _check(course: Course, languages: Sequence[str]) -> int:
    stale = course.stale(languages)
    untranslated = course.untranslated() if "fr" in languages else []
    catalogue = [] if course.catalogue_is_current() else ["notebooks/locale/fr.po is not what the sources give"]
    for line in stale + untranslated + catalogue:
        print(line)
    if catalogue:
        print("→ python notebooks/build.py --extract")
    if untranslated:
        print("→ write the French in notebooks/locale/fr.po")
    if stale:
        print("→ python notebooks/build.py")
    if stale or untranslated or catalogue:
        return FOUND
    print(f"every notebook and the catalogue are up to date (sources: {len(course.sources)})")
    return CLEAN


def _extract(course: Course) -> int:
    changed = course.update_catalogue()
    missing = len(course.untranslated())
    print(f"{shown(course.catalogue_path)}: {'written' if changed else 'unchanged'}, {missing} texts without French")
    return CLEAN
