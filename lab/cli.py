"""``pacslab``: the lab's verbs on the command line. Tables for people, ``--json`` for programs.

Exit codes: 0 clean, 1 found something (a weakness, a failed check), 2 could not do it.
"""

from __future__ import annotations

import json
import signal
import sys
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.text import Text as RichText

from lab import __version__
from lab.commands import audit as audit_command
from lab.commands import deid as deid_commands
from lab.commands import detection as detection_commands
from lab.commands import inventory as inventory_command
from lab.commands import report as report_command
from lab.commands import rules as rules_commands
from lab.commands import survey as survey_commands
from lab.commands.data import data
from lab.course.cards import Shown
from lab.errors import LabError
from lab.i18n import Text, t, use_gettext
from lab.terminal import Steps

use_gettext("click")  # before the commands are made: some of their texts are fixed then
CLEAN, FOUND, COULD_NOT = 0, 1, 2
if TYPE_CHECKING:
    from lab.api import Lab
    from lab.home import Home


class Verbs(click.Group):
    """Commands in the order in which one needs them, and one place where errors become messages and exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LabError as error:
            show_error(error)
            sys.exit(COULD_NOT)
        except BrokenPipeError:
            sys.exit(COULD_NOT)


def show_error(error: LabError) -> None:
    """What was wrong, its evidence, and what to do, on standard error."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(RichText(f"pacslab: {error.message}", style="bold red"))
    for line in error.details:
        console.print(RichText(f"    {line}"))
    if error.tip is not None:
        console.print(RichText(f"→ {error.tip}"))


def _lab() -> Lab:
    from lab.api import Lab

    return Lab()


def _answer(result: Shown, as_json: bool, exit_code: int = CLEAN) -> None:
    if as_json:
        click.echo(json.dumps(result.json(), ensure_ascii=False, indent=2))  # type: ignore[attr-defined]
    else:
        result.card().print()
    sys.exit(exit_code)


def _command(help_text: Text, examples: str, name: str | None = None) -> Callable[[Callable[..., None]], click.Command]:
    """A command whose help is one sentence and runnable examples."""
    text = f"{help_text}\n\n\b\n{t('Examples:')}\n" + "\n".join(
        f"  {line.strip()}" for line in examples.strip().splitlines()
    )
    return lambda function: main.command(name, help=text)(function)


AS_JSON = click.option("--json", "as_json", is_flag=True, help=str(t("Print JSON for programs.")))
SCENARIO = click.argument("scenario", metavar="ID")


@click.group(
    cls=Verbs,
    subcommand_metavar=str(t("COMMAND [ARGS]...")),
    help=str(t("A hospital's imaging archive to break, watch and repair, in a sandbox on this machine.")),
)
@click.version_option(__version__, prog_name="pacslab")
def main() -> None:
    pass


@_command(
    t("Start sandbox, patients and JupyterLab; stays until Ctrl-C."),
    """pacslab start
    pacslab start --detach
    pacslab start --sandbox native --no-jupyter""",
)
@click.option("--sandbox", "kind", type=click.Choice(["native", "compose"]), help=str(t("Which sandbox to use.")))
@click.option("--detach", is_flag=True, help=str(t("Return once everything runs; end it with pacslab stop.")))
@click.option("--detached", is_flag=True, hidden=True)  # what --detach starts
@click.option("--no-jupyter", is_flag=True, help=str(t("Start the sandbox only.")))
def start(kind: str | None, detach: bool, detached: bool, no_jupyter: bool) -> None:
    from lab.home import Home
    from lab.launch import run_detached

    home = Home.find()
    if detach:
        arguments = ["--detached", *(["--sandbox", kind] if kind else []), *(["--no-jupyter"] if no_jupyter else [])]
        run_detached(home, arguments, click.echo)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(CLEAN))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(CLEAN))
    _start_here(home, kind, not no_jupyter, detached)


def _start_here(home: Home, kind: str | None, with_jupyter: bool, detached: bool) -> None:
    """Start everything in this process and hold it until a signal; what was started is ended on every way out."""
    from lab.api import Lab
    from lab.launch import Jupyter, copy_notebooks, hold_session, note_session
    from lab.sandbox.protocol import kind_label

    hold_session(home)
    steps = Steps()
    lab = Lab(home=home, sandbox=kind)
    jupyter = Jupyter(home)
    try:
        with steps.progress(t("Sandbox ({kind}), archive and patients", kind=kind_label(lab.sandbox.kind))) as report:
            note = lab.start(with_parent=True, report=report).note
        if note is not None:
            steps.note(note)
        url = None
        if with_jupyter:
            with steps.step(t("Notebooks and JupyterLab")):
                copy_notebooks(home)
                url = jupyter.start()
        note_session(home, url)
        steps.ready(url, detached)
        while jupyter.process is None or jupyter.process.poll() is None:
            time.sleep(0.5)
        raise LabError(t("JupyterLab ended on its own."), t("Start the lab again."))
    except KeyboardInterrupt:
        pass
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        steps.ending()
        jupyter.stop()
        lab.sandbox.stop()
        home.session.unlink(missing_ok=True)
        steps.ended()


@_command(t("Stop the lab. Site, patients and progress are kept."), "pacslab stop")
def stop() -> None:
    from lab.launch import stop_session

    lab = _lab()
    was_running = stop_session(lab.home) or lab.sandbox.health().running
    lab.stop()
    click.echo(str(t("The lab is stopped.") if was_running else t("The lab was not running.")))


@_command(
    t("Show how the lab is: its parts, its published addresses, its URL."),
    """pacslab status
    pacslab status --json""",
)
@AS_JSON
def status(as_json: bool) -> None:
    result = _lab().status()
    if result.url and not as_json:
        click.echo(f"JupyterLab: {result.url}")  # outside the card, whose frame would break it
    _answer(result, as_json)


@_command(
    t("Examine every precondition and say what each failure costs and what to do."),
    """pacslab doctor
    pacslab doctor --json""",
)
@AS_JSON
def doctor(as_json: bool) -> None:
    from lab.course.diagnosis import Diagnosis

    lab = _lab()
    diagnosis = Diagnosis.of(lab.sandbox.kind, lab.home.folder, lab.sandbox)
    _answer(diagnosis, as_json, CLEAN if diagnosis.healthy else FOUND)


@_command(t("Back to the hardened site and the patients of the first day. Progress is kept."), "pacslab reset")
@AS_JSON
def reset(as_json: bool) -> None:
    lab = _lab()
    with Steps(quiet=as_json).progress(t("Archive and patients")) as report:
        result = lab.reset(report)
    _answer(result, as_json)


@_command(
    t("Print the last lines of a log: orthanc, gateway-access, gateway-stream, gateway-error or host."),
    """pacslab logs
    pacslab logs gateway-stream --lines 100""",
)
@click.argument("log", default="orthanc", metavar=f"[{t('LOG')}]")
@click.option(
    "--lines",
    default=40,
    show_default=True,
    type=click.IntRange(1, 100_000),
    metavar="N",
    help=str(t("How many lines.")),
)
def logs(log: str, lines: int) -> None:
    for line in _lab().logs(log, lines):
        click.echo(line)


@_command(t("Open JupyterLab in the browser."), "pacslab open", name="open")
def open_() -> None:
    url = _lab().status().url
    if url is None:
        raise LabError(t("There is no JupyterLab to open."), t("Start it: pacslab start (or ./start.sh)."))
    click.echo(url)
    webbrowser.open(url)


@_command(
    t("List the weaknesses one can make, and how far you are."),
    """pacslab scenarios
    pacslab scenarios --json""",
)
@AS_JSON
def scenarios(as_json: bool) -> None:
    _answer(_lab().scenarios(), as_json)


@_command(
    t("Break the hardened site on purpose."),
    """pacslab misconfigure http-no-auth
    pacslab misconfigure --all""",
)
@click.argument("scenario", metavar="ID", required=False)
@click.option("--all", "every", is_flag=True, help=str(t("Every weakness at once: the worst hospital.")))
@AS_JSON
def misconfigure(scenario: str | None, every: bool, as_json: bool) -> None:
    _one_or_all(scenario, every)
    lab = _lab()
    _answer(lab.misconfigure(*([scenario] if scenario else [])), as_json)


@_command(
    t("Try weaknesses as an outsider would. Exit code 1 when one is open."),
    """pacslab probe http-no-auth
    pacslab probe --all --json""",
)
@click.argument("scenario", metavar="[ID]", required=False)
@click.option("--all", "every", is_flag=True, help=str(t("Every weakness.")))
@AS_JSON
def probe(scenario: str | None, every: bool, as_json: bool) -> None:
    _one_or_all(scenario, every)
    lab = _lab()
    if scenario:
        one = lab.probe(scenario)
        _answer(one, as_json, FOUND if one.vulnerable else CLEAN if one.safe else COULD_NOT)
    overview = lab.probe_all()
    found = any(part.vulnerable for part in overview.probed)
    _answer(overview, as_json, FOUND if found else CLEAN if all(part.safe for part in overview.probed) else COULD_NOT)


@_command(
    t("List the lessons that ask questions, and how far you are."),
    """pacslab lessons
    pacslab lessons --json""",
)
@AS_JSON
def lessons(as_json: bool) -> None:
    _answer(_lab().lessons(), as_json)


@_command(
    t("Take the next hint of a scenario, or of a lesson's question."),
    """pacslab hint http-no-auth
    pacslab hint survey-search viewers""",
)
@SCENARIO
@click.argument("question", required=False)
@AS_JSON
def hint(scenario: str, question: str | None, as_json: bool) -> None:
    _answer(_lab().hint(scenario, question), as_json)


@_command(
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
    lab = _lab()
    _answer(lab.fixes(scenario) if listing else lab.fix(scenario, option, dry_run=dry_run), as_json)


@_command(
    t("Is the repair good: weakness gone, nothing worse, hospital working? Exit code 1 when not."),
    """pacslab check http-no-auth
    pacslab check http-no-auth --json""",
)
@SCENARIO
@AS_JSON
def check(scenario: str, as_json: bool) -> None:
    result = _lab().check(scenario)
    _answer(result, as_json, CLEAN if result.passed else COULD_NOT if result.grade.outcome is None else FOUND)


@_command(t("Break in once more and show what each log says of it."), "pacslab traces dimse-find-open")
@SCENARIO
@AS_JSON
def traces(scenario: str, as_json: bool) -> None:
    _answer(_lab().traces(scenario), as_json)


@_command(t("Print the site that runs, as JSON. Save it, edit it, apply it."), "pacslab site > my-site.json")
def site() -> None:
    click.echo(_lab().site.to_json(), nl=False)


@_command(
    t("Apply a site that you have edited by hand."),
    """pacslab apply my-site.json
    pacslab apply""",
)
@click.argument("file", required=False, metavar=f"[{t('FILE')}]", type=click.Path(path_type=Path))
def apply(file: Path | None) -> None:
    lab = _lab()
    changes = lab.apply(file or lab.home.site_file)
    click.echo(changes or str(t("Nothing changes.")))


@_command(
    t("Load DICOM files or folders of synthetic patients. Files without the synthetic marks are refused."),
    "pacslab load patients/",
)
@click.argument(
    "paths", nargs=-1, required=True, metavar=f"{t('PATH')}...", type=click.Path(exists=True, path_type=Path)
)
def load(paths: tuple[Path, ...]) -> None:
    from lab.clients.loader import load_files

    lab = _lab()
    with Steps().progress(t("Loading")) as report:
        stored = load_files(lab.live(), paths, report)
    click.echo(str(t("{stored} objects are in the archive.", stored=stored)))


main.add_command(data)


def _one_or_all(scenario: str | None, every: bool) -> None:
    if bool(scenario) == every:
        raise click.UsageError(str(t("Name one scenario, or say --all.")))


audit_command.add(_command)
inventory_command.add(_command)
report_command.add(_command, _lab)
survey_commands.add(_command, _answer)
detection_commands.add(_command, _answer)
rules_commands.add(_command, _answer, main)
deid_commands.add(_command, _answer)
