"""A call by hand, and the Internet that all notebooks share."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from lab.course.internet import OpenInternet
from lab.course.progress_bar import progress_bar
from lab.course.visited import Visited
from lab.errors import LabError
from lab.sandbox.inside.files import read_json
from lab.survey.shared import SharedInternet
from lab.survey.system import Behaviour
from lab.survey.tool.call import MOST_ANSWERS, Call
from lab.survey.tool.target import targets_of
from lab.survey.wire import pdu
from tests.survey.running import one, renamed, serving


def test_a_call_by_hand_associates_echoes_finds_and_releases() -> None:
    system = renamed(one(Behaviour.OPEN, lambda system: system.holdings.studies > 100 and not system.tls), 201)
    with serving([system]), Call(targets_of([system])[0]) as call:
        assert call.associate(calling="STUDENT")[0] == pdu.ASSOCIATE_AC
        assert call.echo() == 0
        status, matches = call.find({"PatientName": "", "StudyDate": "20190101-20190831"})
        assert (status, len(matches)) == (0xFE00, MOST_ANSWERS)
        assert all("20190101" <= match["StudyDate"] <= "20190831" and match["PatientName"] for match in matches)
        assert call.find({"PatientName": "NOBODY-IS-CALLED-SO"}) == (0, [])
        with pytest.raises(LabError, match="do not know 'PatientNam'"):
            call.find({"PatientNam": ""})
        assert call.release()[0] == pdu.RELEASE_RP
        assert call.send(b"") == b""
    assert [message.sent for message in call.transcript[:4]] == [True, False, True, False]


def test_a_call_to_something_else_gives_nothing_and_no_exception() -> None:
    systems = [renamed(one(kind), 202 + n) for n, kind in enumerate((Behaviour.OTHER_SERVICE, Behaviour.DROP))]
    with serving(systems):
        for target in targets_of(systems):
            with Call(target) as call:
                assert call.associate() == b""
                assert call.echo() is None
                assert call.find({"PatientName": ""}) == (None, [])


def test_nothing_but_the_list_can_be_called(tmp_path: Path) -> None:
    internet = OpenInternet(tmp_path)
    for address in ("127.64.0.0", "127.0.0.1", "8.8.8.8", "example.com"):
        for contact in (internet.call, internet.visit):
            with pytest.raises(LabError, match="is not on the list"):
                contact(address)
    without = next(target for target in internet.targets if not target.web_port)
    with pytest.raises(LabError, match="has no web viewer"):
        internet.visit(without.address)
    with pytest.raises(LabError, match="no name for a survey"):
        internet.survey("../summer")
    assert list(tmp_path.iterdir()) == []


def test_a_page_is_shown_in_a_frame_in_which_nothing_runs_and_as_words(tmp_path: Path) -> None:
    page = '<head><title>T</title></head><h1>A &amp; B</h1><tr><td>Dupont^Jean</td><td>"x"</td></tr><script>alert(1)</script>'
    visited = Visited(OpenInternet(tmp_path).targets[0], 200, page)
    assert visited.words[:2] == ["A & B", 'Dupont^Jean  "x"']
    tags: list[tuple[str, dict[str, str | None]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, values: tags.append((tag, dict(values)))  # type: ignore[method-assign]
    parser.feed(visited._repr_html_())
    ((tag, values),) = tags
    assert (tag, values["sandbox"], values["srcdoc"]) == ("iframe", "", page)
    assert "HTTP 401" in Visited(visited.target, 401, "Log in.")._repr_html_()


def test_a_notebook_shows_a_bar_and_a_terminal_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with progress_bar() as report:
        assert report is None
    shown: list[str] = []
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr("IPython.display.ProgressBar.display", lambda bar: shown.append(bar._repr_html_()))
    monkeypatch.setattr("IPython.display.ProgressBar.update", lambda bar: shown.append(bar._repr_html_()))
    with progress_bar() as report:
        assert report is not None
        report(575, 2300)
        report(2300, 2300)
    assert [re.findall(r"max='(\d+)' value='(\d+)'", html) for html in shown] == [
        [("1", "0")],
        [("2300", "575")],
        [("2300", "2300")],
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("whole_internet")
def test_notebooks_share_one_internet_and_the_other_epoch_takes_its_place(tmp_path: Path) -> None:
    note = tmp_path / "internet.json"
    other = (
        "import sys; from pathlib import Path; from lab.survey.shared import SharedInternet;"
        "net = SharedInternet(Path(sys.argv[1])); net.ensure(); print(net.pid, flush=True); sys.stdin.read()"
    )
    first = SharedInternet(note)
    later = SharedInternet(note, 2)
    notebook = subprocess.Popen(
        [sys.executable, "-c", other, str(note)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert notebook.stdout is not None
        started = int(notebook.stdout.readline())
        first.ensure()
        assert (first.pid, read_json(note)["pid"]) == (None, started), "it joins the other notebook's"
        later.ensure()
        assert not Path(f"/proc/{started}/cmdline").exists() or not Path(f"/proc/{started}/cmdline").read_bytes()
        assert later.pid is not None
        os.kill(later.pid, signal.SIGKILL)
        first.ensure()
        assert first.running, "one that was killed is replaced"
    finally:
        notebook.communicate()
        first.stop()
        later.stop()
