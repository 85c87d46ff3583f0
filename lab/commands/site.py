"""The site and what the archive holds: print it, apply it, load objects into it."""

from __future__ import annotations

from pathlib import Path

import click

from lab.commands.base import AS_JSON, command, running_lab, say
from lab.i18n import t
from lab.terminal import Steps


@command(t("Print the site that runs, as JSON. Save it, edit it, apply it."), "pacslab site > my-site.json")
def site() -> None:
    click.echo(running_lab().site.to_json(), nl=False)


@command(
    t("Apply a site that you have edited by hand."),
    """pacslab apply my-site.json
    pacslab apply --json""",
)
@click.argument("file", required=False, metavar=f"[{t('FILE')}]", type=click.Path(path_type=Path))
@AS_JSON
def apply(file: Path | None, as_json: bool) -> None:
    lab = running_lab()
    changes = lab.apply(file or lab.home.site_file)
    say(changes or t("Nothing changes."), {"changes": changes.splitlines()}, as_json)


@command(
    t("Load DICOM files or folders of synthetic patients. Files without the synthetic marks are refused."),
    """pacslab load patients/
    pacslab load --json CD/""",
)
@click.argument(
    "paths", nargs=-1, required=True, metavar=f"{t('PATH')}...", type=click.Path(exists=True, path_type=Path)
)
@AS_JSON
def load(paths: tuple[Path, ...], as_json: bool) -> None:
    from lab.clients.loader import load_files

    lab = running_lab()
    with Steps(quiet=as_json).progress(t("Loading")) as report:
        stored = load_files(lab.live(), paths, report)
    say(t("Objects stored in the archive: {stored}.", stored=stored), {"stored": stored}, as_json)


COMMANDS = (site, apply, load)
