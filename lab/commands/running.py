"""The lab itself: start and stop it, see how it is, read its logs."""

from __future__ import annotations

import signal
import time
import webbrowser
from types import FrameType
from typing import TYPE_CHECKING

import click

from lab.commands.base import AS_JSON, CLEAN, FOUND, answer, command, running_lab, say
from lab.errors import LabError
from lab.i18n import t
from lab.terminal import Steps

if TYPE_CHECKING:
    from lab.home import Home


@command(
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
    ending = _Ending()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup: it is to outlive its terminal
            signal.signal(number, ending)
    _start_here(home, kind, not no_jupyter, detached, ending)


class _Ending:
    """What a signal asks for: to end, from wherever the program is. Python may lose what a signal's handler raises, as where
    it was collecting garbage, so that it is noted, too."""

    asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(CLEAN)


def _start_here(home: Home, kind: str | None, with_jupyter: bool, detached: bool, ending: _Ending) -> None:
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
        if not detached:
            note_session(home, url)
        steps.ready(url, detached)
        if detached:  # whoever waits for the record repeats what was said until then
            note_session(home, url)
        while jupyter.process is None or jupyter.process.poll() is None:
            if ending.asked:
                return
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


@command(
    t("Stop the lab. Site, patients and progress are kept."),
    """pacslab stop
    pacslab stop --json""",
)
@AS_JSON
def stop(as_json: bool) -> None:
    from lab.launch import stop_session

    lab = running_lab()
    was_running = stop_session(lab.home) or lab.sandbox.health().running
    lab.stop()
    say(
        t("The lab is stopped.") if was_running else t("The lab was not running."),
        {"was_running": was_running},
        as_json,
    )


@command(
    t("Show how the lab is: its parts, its published addresses, its URL."),
    """pacslab status
    pacslab status --json""",
)
@AS_JSON
def status(as_json: bool) -> None:
    result = running_lab().status()
    if result.url and not as_json:
        click.echo(f"JupyterLab: {result.url}")  # outside the card, whose frame would break it
    answer(result, as_json)


@command(
    t("Examine every precondition and say what each failure costs and what to do."),
    """pacslab doctor
    pacslab doctor --json""",
)
@AS_JSON
def doctor(as_json: bool) -> None:
    from lab.course.diagnosis import Diagnosis

    lab = running_lab()
    diagnosis = Diagnosis.of(lab.sandbox.kind, lab.home.folder, lab.sandbox)
    answer(diagnosis, as_json, CLEAN if diagnosis.healthy else FOUND)


@command(t("Back to the hardened site and the patients of the first day. Progress is kept."), "pacslab reset")
@AS_JSON
def reset(as_json: bool) -> None:
    lab = running_lab()
    with Steps(quiet=as_json).progress(t("Archive and patients")) as report:
        result = lab.reset(report)
    answer(result, as_json)


@command(
    t("Print the last lines of a log: orthanc, gateway-access, gateway-stream, gateway-error or host."),
    """pacslab logs
    pacslab logs gateway-stream --lines 100
    pacslab logs gateway-access --json""",
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
@AS_JSON
def logs(log: str, lines: int, as_json: bool) -> None:
    found = running_lab().logs(log, lines)
    say("\n".join(found), {"log": log, "lines": found}, as_json)


@command(
    t("Open JupyterLab in the browser."),
    """pacslab open
    pacslab open --json""",
    name="open",
)
@AS_JSON
def open_(as_json: bool) -> None:
    url = running_lab().status().url
    if url is None:
        raise LabError(t("There is no JupyterLab to open."), t("Start it: pacslab start (or ./start.sh)."))
    say(url, {"url": url}, as_json)
    if not as_json:
        webbrowser.open(url)


COMMANDS = (start, stop, status, doctor, reset, logs, open_)
