"""``pacslab report``: the report of the sandbox on the command line."""

from __future__ import annotations

import json
import sys
import webbrowser
from pathlib import Path

import click

from lab.commands.base import AS_JSON, command, running_lab
from lab.i18n import t
from lab.saving import require_file


@command(
    t(
        "Write a report of the sandbox as one HTML page, to read, print and pass on. Exit code 1 when a weakness is open."
    ),
    """pacslab report
pacslab report --output report.html --open
pacslab report --json""",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help=str(t("Where to write the page; by default report.html in the work folder.")),
)
@click.option("--open", "opening", is_flag=True, help=str(t("Open the page in the browser.")))
@AS_JSON
def report(output: Path | None, opening: bool, as_json: bool) -> None:
    lab = running_lab()
    page = output or lab.home.work / "report.html"
    if not as_json:
        require_file(page, making_folders=True)
    found = lab.report()
    if as_json:
        click.echo(json.dumps(found.json(), ensure_ascii=False, indent=2))
    else:
        page = found.save(page)
        click.echo(f"{found.headline}\n{page}")
        if opening:
            webbrowser.open(page.as_uri())
    sys.exit(1 if found.openings else 0)


COMMANDS = (report,)
