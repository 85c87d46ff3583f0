"""``pacslab detect`` and ``pacslab rules``: Sigma rules over recorded days."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from lab.commands.base import AS_JSON, answer, command
from lab.commands.detection import HOURS, SPEED
from lab.i18n import t
from lab.terminal import Steps

if TYPE_CHECKING:
    from lab.detection.recording import Recording

FOLDER = click.Path(path_type=Path)


@command(
    t(
        "Run Sigma rules over days that you have seen and days that you have not, and score them on truth. Exit code 1 below 0.95 "
        "precision or recall."
    ),
    """pacslab detect my-rule.yml
    pacslab detect my-rule.yml --play 2
    pacslab detect my-rule.yml --day days/monday
    pacslab detect sweep.yml spray.yml --day days/monday --day days/tuesday --json""",
)
@click.argument("files", nargs=-1, required=True, metavar=f"{t('RULE')}...", type=FOLDER)
@click.option(
    "--day",
    "days",
    multiple=True,
    type=FOLDER,
    metavar="FOLDER",
    help=str(t("A day recorded with pacslab day --save; without it, the days that come with the lab.")),
)
@click.option(
    "--play",
    type=click.IntRange(0, 20),
    default=0,
    help=str(t("Play so many mornings that nobody has seen, and judge the rules on them.")),
)
@AS_JSON
def detect(files: tuple[Path, ...], days: tuple[Path, ...], play: int, as_json: bool) -> None:
    from lab.api import Lab
    from lab.course.detected import Detected
    from lab.detection.recording import Recording
    from lab.detection.rules.score import score
    from lab.detection.rules.sigma import read_rule

    if days and play:
        raise click.UsageError(str(t("Name recorded days, or say --play.")))
    read = [read_rule(file) for file in files]
    if days:
        scored = Detected(score(read, [Recording.load(day) for day in days]))
        answer(scored, as_json, 0 if scored.passed else 1)
    with (
        _broken_off(),
        Steps(quiet=as_json).progress(t("Unseen mornings, in minutes")) if play else nullcontext() as report,
    ):
        scored = Lab().detect(read, play=play, report=report)
    answer(scored, as_json, 0 if scored.passed else 1)


@contextmanager
def _broken_off() -> Iterator[None]:
    """Ctrl-C while days are played: neither found nor clean, but not done."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(str(t("The day was broken off. Site and patients are as they were; nothing was kept.")), err=True)
        sys.exit(2)


def _some(days: tuple[Path, ...]) -> tuple[Path, ...]:
    if not days:
        raise click.UsageError(
            str(t("Name at least one recorded day: --day FOLDER (pacslab day --save FOLDER makes one)."))
        )
    return days


@click.group(
    subcommand_metavar=str(t("COMMAND [ARGS]...")),
    help=f"{t('Detection rules for image archives, in Sigma.')}\n\n\b\n{t('Examples:')}\n  pacslab rules list\n  pacslab rules show password-spray\n"
    "  pacslab rules export siem/",
)
def rules() -> None:
    pass


@rules.command("list", help=str(t("The rules that come with the lab.")))
@AS_JSON
def list_(as_json: bool) -> None:
    from lab.course.detected import RuleList
    from lab.detection.rules.sigma import shipped

    answer(RuleList(shipped()), as_json)


@rules.command(help=str(t("Print a rule, to read or to start from.")))
@click.argument("name")
def show(name: str) -> None:
    from lab.detection.rules.export import named

    click.echo(named(name).text, nl=False)


@rules.command(help=str(t("The fields that rules can ask for, and what they mean.")))
def fields() -> None:
    from lab.detection.events.schema import FIELDS

    for name, (kind, meaning) in FIELDS.items():
        click.echo(f"{name:<28} {kind:<8} {meaning}")


@rules.command(help=str(t("Write the rules and their pySigma pipeline into a folder, for use elsewhere.")))
@click.argument("folder", type=FOLDER)
def export(folder: Path) -> None:
    from lab.detection.rules.export import export as write

    for path in write(folder):
        click.echo(path)


@rules.command(
    help=f"{t('Score the rules that come with the lab, on recorded days or on fresh ones. Exit code 1 below 0.95.')}\n\n\b\n"
    f"{t('Examples:')}\n  pacslab rules score --days 3 --seed 100 --save days\n  pacslab rules score --recorded days/100 --json"
)
@click.option("--days", type=click.IntRange(1, 365), help=str(t("Play so many days, with seeds from --seed on.")))
@click.option(
    "--seed", type=click.IntRange(0), default=1000, show_default=True, help=str(t("The seed of the first day."))
)
@HOURS
@SPEED
@click.option(
    "--save",
    type=FOLDER,
    metavar=str(t("FOLDER")),
    help=str(t("Keep the days there; one that is there already, with the same hours and speed, is not played again.")),
)
@click.option(
    "--recorded",
    multiple=True,
    type=FOLDER,
    metavar=str(t("FOLDER")),
    help=str(t("A day recorded with pacslab day --save.")),
)
@AS_JSON
def score(
    days: int | None,
    seed: int,
    hours: float,
    speed: float,
    save: Path | None,
    recorded: tuple[Path, ...],
    as_json: bool,
) -> None:
    from lab.course.detected import Detected
    from lab.detection.recording import Recording
    from lab.detection.rules.score import score as measured
    from lab.detection.rules.sigma import shipped

    recordings = [Recording.load(day) for day in (_some(recorded) if days is None else recorded)]
    with _broken_off(), TemporaryDirectory(prefix="pacslab-days-") as kept:
        for number in range(seed, seed + (days or 0)):
            recordings.append(_played((save or Path(kept)) / str(number), number, hours, speed, as_json))
        scored = Detected(measured(shipped(), recordings))
    answer(scored, as_json, 0 if scored.passed else 1)


def _played(folder: Path, seed: int, hours: float, speed: float, quiet: bool) -> Recording:
    """A day that is played now; or the very same one, if it was recorded there before."""
    from lab.api import Lab

    with Steps(quiet=quiet).progress(t("Day {seed}, in minutes", seed=seed)) as report:
        return Lab().day(hours, speed, seed, folder=folder, capture=False, again=False, report=report).recording


COMMANDS = (detect, rules)
