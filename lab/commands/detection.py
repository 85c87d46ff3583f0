"""``pacslab day``: a hospital's day with its intruders, played and recorded."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from lab.commands.base import AS_JSON, answer, command
from lab.i18n import t
from lab.terminal import Steps

HOURS = click.option(
    "--hours",
    type=click.FloatRange(0.1, 24),
    default=24.0,
    show_default=True,
    help=str(t("How much of a day, from the morning on.")),
)
SPEED = click.option(
    "--speed",
    type=click.FloatRange(1, 3_600),
    default=600.0,
    show_default=True,
    help=str(t("Seconds of the day in one second.")),
)


@command(
    t(
        "Play a hospital's day against the sandbox, intruders included, and record what every sensor saw. "
        "The site and the patients are afterwards as they were."
    ),
    """pacslab day
    pacslab day --hours 2 --speed 120 --seed 7 --save monday
    pacslab day --intrusion password-spray --intrusion insider --no-capture
    pacslab day --nobody --json
    pacslab day --load monday""",
)
@HOURS
@SPEED
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help=str(t("Which day: the same seed plans the same.")),
)
@click.option(
    "--intrusion",
    "intrusions",
    multiple=True,
    metavar="ID",
    help=str(t("Have this intrusion instead of those that the seed chooses; may be given several times.")),
)
@click.option("--nobody", is_flag=True, help=str(t("A day without any intruder.")))
@click.option("--no-capture", is_flag=True, help=str(t("Capture no packets: a whole day's are some hundred MB.")))
@click.option(
    "--save",
    type=click.Path(path_type=Path, file_okay=False),
    metavar=str(t("FOLDER")),
    help=str(t("Where to keep the recording.")),
)
@click.option(
    "--load",
    type=click.Path(path_type=Path, file_okay=False),
    metavar=str(t("FOLDER")),
    help=str(t("Show a recording instead of playing a day.")),
)
@AS_JSON
def day(
    hours: float,
    speed: float,
    seed: int,
    intrusions: tuple[str, ...],
    nobody: bool,
    no_capture: bool,
    save: Path | None,
    load: Path | None,
    as_json: bool,
) -> None:
    from lab.api import Lab
    from lab.course.watched import Watched
    from lab.detection.recording import Recording

    if nobody and intrusions:
        raise click.UsageError(str(t("Name intrusions, or say --nobody.")))
    if load is not None:
        answer(Watched(Recording.load(load)), as_json)
    chosen = [] if nobody else list(intrusions) or None
    lab = Lab()
    try:
        with Steps(quiet=as_json).progress(t("The hospital's day, in minutes")) as report:
            watched = lab.day(hours, speed, seed, intrusions=chosen, folder=save, capture=not no_capture, report=report)
    except KeyboardInterrupt:
        click.echo(str(t("The day was broken off. Site and patients are as they were; nothing was kept.")), err=True)
        sys.exit(2)
    answer(watched, as_json)


COMMANDS = (day,)
