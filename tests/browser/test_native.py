"""What a student does, in a real browser: open the printed address, repair in notebook 01, see green; look at the archive."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lab.site.zones import Network, Zone
from tests.browser.student import ADDRESS, Started, open_explorer, solve_notebook_01, visit
from tests.conftest import state_folder

pytestmark = [pytest.mark.browser, pytest.mark.native, pytest.mark.slow]
INSTANCE = 27
ROOT = Path(__file__).resolve().parents[2]
GATEWAY = Network.native(INSTANCE).gateway(Zone.OFFICE)


@pytest.fixture(scope="module", params=["en", "fr"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def started(language: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """``./start.sh --native`` in the foreground, ended with Ctrl-C; the URL is the one that it prints."""
    own = {"PACSLAB_STATE": str(state_folder(tmp_path_factory, "student")), "PACSLAB_INSTANCE": str(INSTANCE)}
    own |= {"PACSLAB_LANG": language, "PYTHONUNBUFFERED": "1", "PACSLAB_SANDBOX": "native"}
    pacslab = (str(ROOT / "pacslab"),)
    process = subprocess.Popen(
        ["./start.sh", "--native"],
        cwd=ROOT,
        env=os.environ | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    printed = []
    try:
        for line in process.stdout:
            printed.append(line)
            if found := ADDRESS.search(line):
                yield Started(found[0], f"https://{GATEWAY}:8443/app/explorer.html", pacslab, own)
                break
        else:
            pytest.fail("".join(printed))
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def test_the_printed_address_opens_the_course_in_the_trainees_language(
    page: Page, started: Started, language: str
) -> None:
    visit(page, started.url, ".jp-MarkdownOutput h1")
    expect(page.locator(".lm-MenuBar-itemLabel").first).to_have_text({"en": "File", "fr": "Fichier"}[language])
    expect(page.locator(".jp-Notebook")).to_contain_text({"en": "In this notebook", "fr": "Dans ce notebook"}[language])


def test_notebook_01_goes_from_not_yet_to_its_green_card(
    page: Page, started: Started, language: str, screenshots: Path | None
) -> None:
    solve_notebook_01(page, started, language)
    if screenshots is not None:
        page.locator(".jp-CodeCell:has-text('repair =')").first.scroll_into_view_if_needed()
        page.locator(".jp-WindowedPanel-outer").evaluate("panel => panel.scrollBy(0, 120)")
        page.screenshot(path=screenshots / {"en": "notebook.png", "fr": "notebook.fr.png"}[language])
    listed = json.loads(started.pacslab("scenarios", "--json"))["scenarios"]
    assert next(entry for entry in listed if entry["id"] == "http-no-auth")["solved"]


def test_orthanc_explorer_opens_for_the_administrator_and_shows_the_patients(page: Page, started: Started) -> None:
    started.pacslab("reset")
    open_explorer(page, started)
