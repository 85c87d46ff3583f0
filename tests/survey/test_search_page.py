"""The search engine's page in a browser outside: the viewers that it hands on, and the way to it through JupyterLab's port."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from lab.course.internet import OpenInternet
from lab.errors import LabError
from lab.home import Home
from lab.launch import Jupyter, note_session
from lab.survey.engine.address import browser_address, noted, noted_port, terminal_address
from lab.survey.engine.index import Index
from lab.survey.engine.server import SearchServer, open_server
from lab.survey.shared import SharedInternet
from lab.survey.system import Behaviour, Viewer
from lab.survey.tool.runner import Manners
from lab.survey.tool.target import targets_of
from tests.survey.running import one, renamed, serving, survey_of

OPEN = renamed(one(Behaviour.OPEN, lambda s: s.viewer is Viewer.OPEN), 211)
LOGIN = renamed(replace(OPEN, viewer=Viewer.LOGIN), 212)
PLAIN = renamed(one(Behaviour.OPEN, lambda s: s.viewer is Viewer.NONE and not s.tls), 213)
SYSTEMS = (OPEN, LOGIN, PLAIN)


@pytest.fixture(scope="module")
def server() -> Iterator[SearchServer]:
    targets = targets_of(SYSTEMS)
    with serving(SYSTEMS) as world:
        index = Index(targets, survey_of(world, targets, Manners(rate=1e6, seconds=5, queries=False)))
        with open_server(index) as running:
            thread = threading.Thread(target=running.serve_forever, daemon=True)
            thread.start()
            yield running
            running.shutdown()
            thread.join()


def links(page: httpx.Response) -> list[str]:
    return [urljoin(str(page.url), link) for link in re.findall(r'href="([^"]+)"', page.text)]


def test_a_viewer_can_be_browsed_through_the_page_that_found_it(server: SearchServer) -> None:
    hits = httpx.get(server.url, params={"q": "has:viewer"})
    (visit,) = [link for link in links(hits) if "/visit/" in link]
    patients = httpx.get(visit)
    assert "SYNTHETIC - NOT A PERSON" in patients.text
    studies = [link for link in links(patients) if "/study/" in link]
    study = httpx.get(studies[0])
    assert "images</li>" in study.text
    assert visit in links(study)
    assert 'value="Zzz"' in httpx.get(visit, params={"name": "Zzz"}).text


def test_what_a_system_sends_runs_nothing_and_asks_for_no_password_in_the_labs_name(server: SearchServer) -> None:
    shown = httpx.get(f"{server.url}visit/{OPEN.address}/")
    assert shown.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; style-src 'unsafe-inline'; form-action"
    )
    refused = httpx.get(f"{server.url}visit/{LOGIN.address}/")
    assert (refused.status_code, "WWW-Authenticate" in refused.headers) == (401, False)


@pytest.mark.parametrize("place", [PLAIN.address, "127.0.0.1", "192.0.2.1", f"{OPEN.address}:22", "localhost", ""])
def test_nothing_but_a_web_page_of_the_list_is_handed_on(server: SearchServer, place: str) -> None:
    assert httpx.get(f"{server.url}visit/{place}/").status_code == 404


def test_a_viewer_that_does_not_answer_is_said_to(server: SearchServer) -> None:
    index = Index(targets_of([renamed(OPEN, 214)]), [])
    with open_server(index) as alone:
        threading.Thread(target=alone.serve_forever, daemon=True).start()
        assert httpx.get(f"{alone.url}visit/127.127.214.0/").status_code == 502
        alone.shutdown()


def test_in_docker_the_address_is_jupyterlabs_whichever_way_the_lab_was_started(
    server: SearchServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    monkeypatch.delenv("PACSLAB_SANDBOX", raising=False)
    assert browser_address(server) == terminal_address(server, home) == server.url
    monkeypatch.setenv("PACSLAB_SANDBOX", "compose")
    monkeypatch.setenv("PACSLAB_JUPYTER_PORT", "9001")
    with pytest.raises(LabError, match="is reached through JupyterLab, and none runs"):
        terminal_address(server, home)
    note_session(home, "http://127.0.0.1:9001/lab/tree/en/00_welcome.ipynb?token=secret")
    assert terminal_address(server, home) == "http://127.0.0.1:9001/pacslab/search/?token=secret"
    assert browser_address(server) == "http://127.0.0.1:9001/pacslab/search/", "no token stays in a notebook"


def test_the_note_of_a_page_goes_with_it_and_a_killed_ones_counts_for_nothing(
    server: SearchServer, tmp_path: Path
) -> None:
    home = Home(tmp_path)
    assert noted_port(home.folder) is None
    with noted(server, home):
        assert noted_port(home.folder) == server.server_address[1]
        (tmp_path / "search.json").write_text(json.dumps({"pid": 2**22 + 1, "port": 1}))
        assert noted_port(home.folder) is None
    with noted(server, home):
        pass
    assert not (tmp_path / "search.json").exists()


def test_a_notebooks_card_links_to_a_page_that_answers_as_long_as_the_kernel_runs(
    server: SearchServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PACSLAB_SANDBOX", raising=False)
    monkeypatch.setattr(SharedInternet, "ensure", lambda _: None)
    internet = OpenInternet(tmp_path)
    internet._index = server.index
    page = internet.page()
    assert "svg" in httpx.get(page.url).text
    assert internet.page() == page, "there is one for each notebook"
    assert urlsplit(page.url).port == noted_port(tmp_path)
    assert (f'href="{page.url}"' in page._repr_html_(), page.url in page.card().to_text()) == (True, True)
    internet._ending.close()  # as the end of the kernel does
    assert noted_port(tmp_path) is None
    with pytest.raises(httpx.ConnectError):
        httpx.get(page.url)


@pytest.mark.slow
def test_jupyterlabs_server_hands_the_page_on_to_who_has_its_token_and_nothing_else(
    server: SearchServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACSLAB_STATE", str(tmp_path))
    home = Home.find()
    home.work.mkdir()
    jupyter = Jupyter(home)
    try:
        base, _, token = jupyter.start().partition("/lab")
        page, asked = f"{base}/pacslab/search/", {"token": token.rpartition("token=")[2]}
        assert httpx.get(page, params=asked).status_code == 503, "nobody serves it yet"
        with noted(server, home), httpx.Client(params=asked) as browser:
            hits = browser.get(page, params={"q": "has:viewer", "lang": "fr"})
            assert '<html lang="fr">' in hits.text
            assert hits.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
            (visit,) = [link for link in links(hits) if "/visit/" in link]
            assert visit == f"{page}visit/{OPEN.address}/"
            assert "SYNTHETIC - NOT A PERSON" in browser.get(visit).text
            assert '<html lang="fr">' in browser.get(f"{page}host/{OPEN.address}").text, "the language is remembered"
            assert all(link.startswith(page) for link in links(hits))
            assert browser.get(f"{page}style.css").headers["Content-Type"].startswith("text/css")
            assert browser.post(page).status_code in (403, 405)
            stranger = httpx.get(page, params={"q": "has:viewer"})
            assert stranger.headers["Location"].startswith("/login?")
            assert OPEN.address not in stranger.text
    finally:
        jupyter.stop()


def test_the_extension_of_jupyterlabs_server_is_small() -> None:
    """It is loaded at every start, whoever looks at the page or not."""
    code = "import sys, lab.jupyter; print([n for n in ('pydantic', 'cryptography', 'lab.home') if n in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
