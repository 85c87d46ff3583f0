"""``pacslab internet`` and ``pacslab survey``: the simulated Internet, and the survey of it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from lab.commands.base import AS_JSON, CLEAN, FOUND, answer, command, require_one_form
from lab.errors import LabError
from lab.i18n import Text, t
from lab.saving import require_file
from lab.terminal import Steps

SEED = click.option(
    "--seed", default="2019", show_default=True, help=str(t("Which Internet: the same seed gives the same."))
)
EPOCH = click.option(
    "--epoch",
    type=click.IntRange(1, 2),
    default=1,
    show_default=True,
    help=str(t("1: summer 2019; 2: two months later.")),
)
AS_CSV = click.option("--csv", "as_csv", is_flag=True, help=str(t("Print CSV, one row a system.")))


@command(
    t("Describe the simulated Internet of 2,300 archives, or serve it until Ctrl-C."),
    """pacslab internet
    pacslab internet --epoch 2 --json
    pacslab internet --csv > systems.csv
    pacslab internet --serve""",
)
@SEED
@EPOCH
@click.option("--serve", is_flag=True, help=str(t("Answer at all addresses until Ctrl-C.")))
@AS_CSV
@AS_JSON
def internet(seed: str, epoch: int, serve: bool, as_csv: bool, as_json: bool) -> None:
    from lab.course.surveyed import Described
    from lab.survey.population import Population

    require_one_form(as_csv, as_json)
    described = Described(Population.of(seed, epoch))
    if serve:
        _serve(described.population)
    elif as_csv:
        click.echo(described.csv(), nl=False)
    else:
        answer(described, as_json)


def _serve(population: Any) -> None:
    from lab.survey.world.keys import tls_contexts
    from lab.survey.world.serve import World

    steps = Steps()

    async def run() -> None:
        world = World(population.systems, tls_contexts())
        with steps.progress(t("Opening the addresses of the simulated Internet")) as report:
            await world.start(report)
        click.echo(str(t("The simulated Internet is up. Ctrl-C ends it.")))
        try:
            await asyncio.Event().wait()
        finally:
            await world.stop()

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        click.echo(str(t("The simulated Internet is down.")))


def _keeping(function: Callable[..., None]) -> Callable[..., None]:
    """The options that say where findings are kept."""
    file = click.Path(path_type=Path, dir_okay=False)
    for option in (
        click.option("--parquet", type=file, help=str(t("Also write the findings as Parquet."))),
        click.option("--fresh", is_flag=True, help=str(t("Begin anew, also where the file holds a survey."))),
        click.option("--retry", is_flag=True, help=str(t("Ask those again that were being asked when it was killed."))),
        click.option("--output", type=file, help=str(t("Keep the findings in this file, and go on from it."))),
    ):
        function = option(function)
    return function


def _manners(function: Callable[..., None]) -> Callable[..., None]:
    """The options that say how a survey behaves."""
    rate, at_once, patience = click.FloatRange(1, 100_000), click.IntRange(1, 2_000), click.FloatRange(0.1, 60)
    joining = t("Survey the Internet that is served already (pacslab internet --serve).")
    for option in (
        click.option("--join", is_flag=True, help=str(joining)),
        _number("--timeout", patience, 2.0, t("Seconds of patience with each.")),
        _number("--at-once", at_once, 128, t("Connections at once.")),
        _number("--rate", rate, 2_000.0, t("New systems a second.")),
    ):
        function = option(function)
    return function


def _number(
    name: str, kind: click.ParamType[Any], default: float, help_text: Text
) -> Callable[..., Callable[..., None]]:
    return click.option(name, type=kind, default=default, show_default=True, help=str(help_text))


@command(
    t(
        "Survey the simulated Internet: one echo and one bounded query to each system. Exit code 1 when archives stand open."
    ),
    """pacslab survey
    pacslab survey --output summer.sqlite
    pacslab survey --epoch 2 --json
    pacslab survey --csv > findings.csv
    pacslab survey --parquet findings.parquet""",
)
@SEED
@EPOCH
@_keeping
@_manners
@AS_CSV
@AS_JSON
def survey(seed: str, epoch: int, as_csv: bool, as_json: bool, parquet: Path | None, **how: Any) -> None:
    from lab.course.surveyed import Surveyed
    from lab.survey.tool.report import to_csv, write_parquet

    require_one_form(as_csv, as_json)
    if parquet is not None:
        require_file(parquet)
    findings = _survey(seed, epoch, quiet=as_csv or as_json, **how)
    if parquet is not None:
        write_parquet(findings, parquet)
    surveyed = Surveyed(findings, epoch)
    code = FOUND if surveyed.totals["accessible"] else CLEAN
    if as_csv:
        click.echo(to_csv(findings), nl=False)
        sys.exit(code)
    answer(surveyed, as_json, code)


def _survey(
    seed: str,
    epoch: int,
    *,
    quiet: bool,
    output: Path | None,
    fresh: bool,
    retry: bool,
    rate: float,
    at_once: int,
    timeout: float,
    join: bool,
) -> Any:
    from lab.survey.conduct import conduct
    from lab.survey.internet import Internet
    from lab.survey.tool.runner import Manners
    from lab.survey.tool.store import forget

    steps, internet = Steps(quiet), Internet(seed, epoch)
    if join and not internet.is_served():
        raise LabError(
            t("The simulated Internet ({about}) is not there.", about=internet.about),
            t("Serve it first (pacslab internet --serve), or leave --join out."),
        )
    going_on = t("With --output it goes on where it stopped.")
    if output is not None:
        going_on = t("The same command without --fresh goes on where it stopped.")
    if fresh and output is not None:
        forget(output)
    try:
        if not join:
            with steps.step(t("The simulated Internet")):
                internet.start()
        with steps.progress(t("Survey")) as report:
            return conduct(
                internet.targets,
                output,
                about=internet.about,
                manners=Manners(rate, at_once, timeout, retry=retry),
                report=report,
                going_on=going_on,
            )
    finally:
        internet.stop()


@command(
    t("Search the banners of the simulated Internet; without a query, serve the search engine until Ctrl-C."),
    """pacslab search
    pacslab search 'port:11112 country:BR product:"Orthanc" has:viewer'
    pacslab search has:tls --json""",
)
@click.argument("query", required=False)
@SEED
@EPOCH
@click.option("--port", type=click.IntRange(1024, 65535), help=str(t("The port of the search engine on 127.0.0.1.")))
@AS_JSON
def search(query: str | None, seed: str, epoch: int, port: int | None, as_json: bool) -> None:
    from lab.course.surveyed import Searched
    from lab.survey.engine.crawl import crawl
    from lab.survey.engine.query import parse
    from lab.survey.internet import Internet

    conditions = parse(query or "")
    steps = Steps(quiet=as_json)
    with Internet(seed, epoch) as internet:
        with steps.progress(t("Crawl")) as report:
            index = crawl(internet.targets, report)
        if query is None:
            _serve_search(index, port)
            return
    answer(Searched(query, index.search(conditions)), as_json)


def _serve_search(index: Any, port: int | None) -> None:
    from lab.home import Home
    from lab.survey.engine.address import noted, terminal_address
    from lab.survey.engine.server import open_server

    home = Home.find()
    with open_server(index, port) as server, noted(server, home):
        click.echo(str(t("Open this address in your browser:")) + f" {terminal_address(server, home)}")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo(str(t("The search engine is down.")))


COMMANDS = (internet, survey, search)
