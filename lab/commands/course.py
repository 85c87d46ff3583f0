"""The course: weaknesses to make, to try, to repair and to prove; lessons and hints."""

from __future__ import annotations

import click

from lab.commands.base import AS_JSON, CLEAN, COULD_NOT, FOUND, answer, command, running_lab
from lab.i18n import t

SCENARIO = click.argument("scenario", metavar="ID")


@command(
    t("List the weaknesses one can make, and how far you are."),
    """pacslab scenarios
    pacslab scenarios --json""",
)
@AS_JSON
def scenarios(as_json: bool) -> None:
    answer(running_lab().scenarios(), as_json)


@command(
    t("Break the hardened site on purpose."),
    """pacslab misconfigure http-no-auth
    pacslab misconfigure --all""",
)
@click.argument("scenario", metavar="ID", required=False)
@click.option("--all", "every", is_flag=True, help=str(t("Every weakness at once: the worst hospital.")))
@AS_JSON
def misconfigure(scenario: str | None, every: bool, as_json: bool) -> None:
    _one_or_all(scenario, every)
    lab = running_lab()
    answer(lab.misconfigure(*([scenario] if scenario else [])), as_json)


@command(
    t("Try weaknesses as an outsider would. Exit code 1 when one is open."),
    """pacslab probe http-no-auth
    pacslab probe --all --json""",
)
@click.argument("scenario", metavar="[ID]", required=False)
@click.option("--all", "every", is_flag=True, help=str(t("Every weakness.")))
@AS_JSON
def probe(scenario: str | None, every: bool, as_json: bool) -> None:
    _one_or_all(scenario, every)
    lab = running_lab()
    if scenario:
        one = lab.probe(scenario)
        answer(one, as_json, FOUND if one.vulnerable else CLEAN if one.safe else COULD_NOT)
    overview = lab.probe_all()
    found = any(part.vulnerable for part in overview.probed)
    answer(overview, as_json, FOUND if found else CLEAN if all(part.safe for part in overview.probed) else COULD_NOT)


@command(
    t("List the lessons that ask questions, and how far you are."),
    """pacslab lessons
    pacslab lessons --json""",
)
@AS_JSON
def lessons(as_json: bool) -> None:
    answer(running_lab().lessons(), as_json)


@command(
    t("Take the next hint of a scenario, or of a lesson's question."),
    """pacslab hint http-no-auth
    pacslab hint survey-search viewers""",
)
@SCENARIO
@click.argument("question", required=False)
@AS_JSON
def hint(scenario: str, question: str | None, as_json: bool) -> None:
    answer(running_lab().hint(scenario, question), as_json)


@command(
    t("Make a proposed repair; without --option the right one."),
    """pacslab fix http-no-auth --list
    pacslab fix http-no-auth --option 2 --dry-run
    pacslab fix http-no-auth""",
)
@SCENARIO
@click.option("--list", "listing", is_flag=True, help=str(t("Show the proposed repairs. Which is right is not said.")))
@click.option("--option", type=int, metavar="N", help=str(t("The number of the repair.")))
@click.option("--dry-run", is_flag=True, help=str(t("Show the change to the site and make none.")))
@AS_JSON
def fix(scenario: str, listing: bool, option: int | None, dry_run: bool, as_json: bool) -> None:
    lab = running_lab()
    answer(lab.fixes(scenario) if listing else lab.fix(scenario, option, dry_run=dry_run), as_json)


@command(
    t("Is the repair good: weakness gone, nothing worse, hospital working? Exit code 1 when not."),
    """pacslab check http-no-auth
    pacslab check http-no-auth --json""",
)
@SCENARIO
@AS_JSON
def check(scenario: str, as_json: bool) -> None:
    result = running_lab().check(scenario)
    answer(result, as_json, CLEAN if result.passed else COULD_NOT if result.grade.outcome is None else FOUND)


@command(t("Break in once more and show what each log says of it."), "pacslab traces dimse-find-open")
@SCENARIO
@AS_JSON
def traces(scenario: str, as_json: bool) -> None:
    answer(running_lab().traces(scenario), as_json)


def _one_or_all(scenario: str | None, every: bool) -> None:
    if bool(scenario) == every:
        raise click.UsageError(str(t("Name one scenario, or say --all.")))


COMMANDS = (scenarios, misconfigure, probe, lessons, hint, fix, check, traces)
