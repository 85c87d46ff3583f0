"""``pacslab audit``: the offline auditor on the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from lab import __version__
from lab.commands.base import AS_JSON, command
from lab.i18n import t
from lab.model import Severity


@command(
    t("Audit the configuration of a real archive: reads files, never a network. Exit code 1 when something is found."),
    """pacslab audit /etc/orthanc --image debian --orthanc-version 1.12.7
pacslab audit docker-compose.yml nginx.conf --fail-on high
pacslab audit orthanc.json --sarif > findings.sarif
pacslab audit --explain http-no-auth""",
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--image",
    metavar="IMAGE",
    help=str(t("What Orthanc runs from, which decides its defaults: debian, or an image.")),
)
@click.option("--orthanc-version", "version", metavar="VERSION", help=str(t("The version of Orthanc, as 1.12.7.")))
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    default="low",
    show_default=True,
    help=str(t("What is grave enough for exit code 1.")),
)
@click.option(
    "--harden",
    "hardening",
    is_flag=True,
    help=str(t("Print the hardened configuration and the difference. Writes nothing.")),
)
@click.option(
    "--explain",
    "explained",
    metavar="ID",
    help=str(t("Explain one finding and name the notebook that demonstrates it.")),
)
@click.option("--sarif", "as_sarif", is_flag=True, help=str(t("Print SARIF 2.1.0 for code-scanning sites.")))
@AS_JSON
def audit(**asked: Any) -> None:
    from lab.audit.command import Request, run

    sys.exit(run(Request(program=__version__, **asked), Console(highlight=False, soft_wrap=asked["hardening"])))


COMMANDS = (audit,)
