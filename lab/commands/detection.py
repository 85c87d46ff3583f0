"""``pacslab day`` and ``pacslab events``: a hospital's day with its intruders, played and recorded; what the logs say of it."""

from __future__ import annotations

import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from lab.commands.base import AS_JSON, answer, command, require_one_form
from lab.detection.events.schema import DATASETS
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


_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")


class _Time(click.ParamType[str]):
    """A time of day (08:15), or a date with or without one."""

    name = str(t("TIME"))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if _CLOCK.fullmatch(value):
            return str(value)
        try:
            return datetime.fromisoformat(value).strftime("%Y-%m-%dT%H:%M:%S")
        except ValueError:
            self.fail(str(t("{value!r} is no time: write 08:15, or 2026-11-21 08:15.", value=value)), param, ctx)


@command(
    t("List the events of a recorded day; without one, what the running sandbox's logs say now (times in UTC)."),
    """pacslab events
    pacslab events days/monday --source orthanc.audit --lines 100
    pacslab events days/monday --from 08:15 --until 09:00 --json
    pacslab events days/monday --action c-find --csv > queries.csv""",
)
@click.argument("day", required=False, metavar=f"[{t('FOLDER')}]", type=click.Path(path_type=Path))
@click.option("--source", "sources", multiple=True, type=click.Choice(DATASETS), help=str(t("Only these sources.")))
@click.option(
    "--action",
    "actions",
    multiple=True,
    metavar=str(t("ACTION")),
    help=str(t("Only these actions, such as c-find or http.")),
)
@click.option("--from", "begin", type=_Time(), help=str(t("From this time on: 08:15, or 2026-11-21 08:15.")))
@click.option("--until", type=_Time(), help=str(t("Before this time.")))
@click.option(
    "--lines", type=click.IntRange(1), metavar="N", help=str(t("Only the last ones: 40 in the table, all otherwise."))
)
@click.option("--csv", "as_csv", is_flag=True, help=str(t("Print CSV, one row an event.")))
@AS_JSON
def events(
    day: Path | None,
    sources: tuple[str, ...],
    actions: tuple[str, ...],
    begin: str | None,
    until: str | None,
    lines: int | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    from contextlib import closing

    from lab.api import Lab
    from lab.course.eventlist import ON_A_PAGE, EventList
    from lab.detection.events.table import rows

    require_one_form(as_csv, as_json)
    conditions: list[tuple[str, tuple[str, ...]]] = [
        (f'"{name}" IN ({", ".join("?" * len(wanted))})', wanted)
        for name, wanted in (("event.dataset", sources), ("event.action", actions))
        if wanted
    ]
    for time, sign in ((begin, ">="), (until, "<")):
        if time is not None:
            column = "substr(timestamp, 12)" if _CLOCK.fullmatch(time) else "timestamp"
            conditions.append((f"{column} {sign} ?", (time,)))
    where = " AND ".join(condition for condition, _ in conditions) or "1"
    with closing(Lab().event_table(day)) as database:
        found = rows(database, where, [value for _, values in conditions for value in values])
    shown = EventList(found[-(lines or (len(found) if as_csv or as_json else ON_A_PAGE)) :], len(found))
    if as_csv:
        click.echo(shown.csv(), nl=False)
    else:
        answer(shown, as_json)


COMMANDS = (day, events)
