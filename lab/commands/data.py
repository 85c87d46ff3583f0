"""``pacslab data``: the group, which reads its commands only when one is asked for, as they need the whole generator."""

from __future__ import annotations

import click

from lab.i18n import t

_EXAMPLES = """pacslab data generate --out hospital
  pacslab data generate --patients 1000 --workers 2 --modality CT MR --out large
  pacslab data load --patients 31-40
  pacslab data describe hospital
  pacslab data gallery --out gallery.png"""


class Deferred(click.Group):
    """A group whose commands are in ``lab.data_verbs``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from lab.data_verbs import COMMANDS

        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from lab.data_verbs import COMMANDS

        return COMMANDS.get(cmd_name)


data = Deferred(
    "data",
    subcommand_metavar=str(t("COMMAND [ARGS]...")),
    help=f"{t('Synthetic patients: make them, load them, see what is in a set.')}\n\n\b\n{t('Examples:')}\n  {_EXAMPLES}",
)

COMMANDS = (data,)
