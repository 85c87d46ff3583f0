"""``pacslab``: the lab's verbs on the command line. Tables for people, ``--json`` for programs.

Exit codes: 0 clean, 1 found something (a weakness, a failed check), 2 could not do it, 130 interrupted with Ctrl-C.
"""

from __future__ import annotations

import sys
import traceback
from typing import Any

import click
from rich.console import Console
from rich.text import Text as RichText

from lab import __version__
from lab.errors import LabError
from lab.i18n import t, use_gettext

use_gettext("click")  # before the commands are made: some of their texts are fixed then

from lab.commands import (  # noqa: E402
    audit,
    course,
    data,
    deid,
    detection,
    inventory,
    report,
    rules,
    running,
    site,
    survey,
)
from lab.commands.base import COULD_NOT, INTERRUPTED  # noqa: E402

# in the order in which one needs them
ROOMS = (running, course, site, data, audit, inventory, report, survey, detection, rules, deid)


class Verbs(click.Group):
    """Commands in their own order, and one place where errors become messages and exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LabError as error:
            show_error(error)
            sys.exit(COULD_NOT)
        except BrokenPipeError:
            sys.exit(COULD_NOT)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise  # click's own: wrong options, --help
        except Exception as error:  # a mistake of the lab's, a full disk: 1 would say that something was found
            traceback.print_exc()
            show_error(
                LabError(
                    t("{error}: that was not foreseen.", error=type(error).__name__),
                    t("pacslab doctor says what is missing; the lines above tell where it happened."),
                )
            )
            sys.exit(COULD_NOT)


def show_error(error: LabError) -> None:
    """What was wrong, its evidence, and what to do, on standard error."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(RichText(f"pacslab: {error.message}", style="bold red"))
    for line in error.details:
        console.print(RichText(f"    {line}"))
    if error.tip is not None:
        console.print(RichText(f"→ {error.tip}"))


@click.group(
    cls=Verbs,
    subcommand_metavar=str(t("COMMAND [ARGS]...")),
    help=str(t("A hospital's imaging archive to break, watch and repair, in a sandbox on this machine.")),
)
@click.version_option(__version__, prog_name="pacslab")
def main() -> None:
    pass


for room in ROOMS:
    for part in room.COMMANDS:
        main.add_command(part)
