"""``pacslab deidentify`` and ``pacslab deid-score``: masking personal data, and what is left of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lab.commands.base import AS_JSON, CLEAN, FOUND, answer, command
from lab.deid.options import PROFILES, Option
from lab.i18n import t
from lab.saving import require_file, save_text
from lab.terminal import Steps

FOLDER = click.Path(path_type=Path)


@command(
    t(
        "De-identify a folder of DICOM files into a new one (PS3.15 annex E). Exit code 1 when files had to stay behind."
    ),
    """pacslab deidentify hospital research --key ~/keys/study-7.key
pacslab deidentify hospital research --key study-7.key --profile basic --option retain-modified-dates
pacslab deidentify hospital shared --anonymous""",
)
@click.argument("source", type=FOLDER)
@click.argument("target", type=FOLDER)
@click.option(
    "--profile",
    type=click.Choice(list(PROFILES)),
    default="research",
    show_default=True,
    help=str(t("basic: as little as possible stays; research: also what studies over time need, cleaned.")),
)
@click.option(
    "--option",
    "options",
    multiple=True,
    type=click.Choice([option.value for option in Option]),
    help=str(t("An option of PS3.15 E.3 more.")),
)
@click.option(
    "--without",
    multiple=True,
    type=click.Choice([option.value for option in Option]),
    help=str(t("An option of the profile to leave out.")),
)
@click.option(
    "--key",
    type=FOLDER,
    metavar="FILE",
    help=str(t("The key, which stays with the hospital: pseudonymised. Made when there is none.")),
)
@click.option("--anonymous", is_flag=True, help=str(t("Destroy the key at the end: nobody can find the way back.")))
@click.option("--retry", is_flag=True, help=str(t("Try again what an earlier run of the same left in quarantine.")))
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help=str(t("Processes.")))
@AS_JSON
def deidentify(
    source: Path, target: Path, key: Path | None, anonymous: bool, workers: int, as_json: bool, **asked: Any
) -> None:
    from lab.course.deidentified import Deidentified

    profile = _profile(asked["profile"], asked["options"], asked["without"])
    steps = Steps(quiet=as_json)
    with steps.progress(t("De-identifying")) as report:
        result = Deidentified.run(source, target, profile, key, anonymous, workers, report, retry=asked["retry"])
    answer(result, as_json, FOUND if result.audit.quarantined else CLEAN)


def _profile(name: str, options: tuple[str, ...], without: tuple[str, ...]) -> list[str]:
    """The options that were asked for; one kind of dates takes the other's place."""
    chosen: list[str] = [option for option in PROFILES[name] if option not in without]
    if Option.FULL_DATES in options:
        chosen = [option for option in chosen if option != Option.MODIFIED_DATES]
    return [*chosen, *options]


@command(
    t("Score a de-identification of a synthetic set against its ledger. Exit code 1 when something leaked."),
    """pacslab deid-score hospital research
pacslab deid-score hospital research --html score.html
pacslab deid-score hospital research --json""",
)
@click.argument("source", type=FOLDER)
@click.argument("target", type=FOLDER)
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=str(t("Write a page that shows leaks before and after.")),
)
@AS_JSON
def deid_score(source: Path, target: Path, html: Path | None, as_json: bool) -> None:
    from lab.course.deidentified import Scored

    if html is not None:
        require_file(html)
    steps = Steps(quiet=as_json)
    with steps.progress(t("Comparing with the ledger")) as report:
        result = Scored.of(source, target, report)
    if html is not None:
        save_text(html, [result.page()])
    answer(result, as_json, CLEAN if result.score.clean else FOUND)


COMMANDS = (deidentify, deid_score)
