"""What the commands have in common: how they are declared, how they answer, and their exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from lab.course.cards import Shown
from lab.errors import LabError
from lab.i18n import Text, t

if TYPE_CHECKING:
    from lab.api import Lab

CLEAN, FOUND, COULD_NOT, INTERRUPTED = 0, 1, 2, 130
AS_JSON = click.option("--json", "as_json", is_flag=True, help=str(t("Print JSON for programs.")))


def command(help_text: Text, examples: str, name: str | None = None) -> Callable[[Callable[..., None]], click.Command]:
    """A command whose help is one sentence and runnable examples, one a line."""
    return click.command(name, help=with_examples(help_text, examples))


def with_examples(help_text: Text, examples: str) -> str:
    """A help text that ends in its examples, each on a line of its own."""
    lines = "\n".join(f"  {line.strip()}" for line in examples.strip().splitlines())
    return f"{help_text}\n\n\b\n{t('Examples:')}\n{lines}"


def running_lab() -> Lab:
    """The lab of this home. Read when a command needs it: ``--help`` is quick."""
    from lab.api import Lab

    return Lab()


def require_one_form(as_csv: bool, as_json: bool) -> None:
    """Raise LabError for a command that is to print two forms of its answer: a program would read but one."""
    if as_csv and as_json:
        raise LabError(t("Two forms of answer were asked for."), t("Say --csv or --json."))


def say(words: Text | str, data: dict[str, object], as_json: bool) -> None:
    """Print a few words, or the same as JSON."""
    text = json.dumps(data, ensure_ascii=False, indent=2) if as_json else str(words)
    if text:
        click.echo(text)


def answer(result: Shown, as_json: bool, exit_code: int = CLEAN) -> None:
    """Print a result as a card, or as JSON, and end with the exit code."""
    if as_json:
        click.echo(json.dumps(result.json(), ensure_ascii=False, indent=2))  # type: ignore[attr-defined]
    else:
        result.card().print()
    sys.exit(exit_code)
