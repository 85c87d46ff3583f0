"""What a student does, in a real browser: open the printed address, repair in notebook 01, see green; look at the archive."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from lab.site.baseline import ADMINISTRATOR, ADMINISTRATOR_PASSWORD
from lab.site.zones import Network, Zone

pytestmark = [pytest.mark.browser, pytest.mark.native, pytest.mark.slow]
INSTANCE = 27
SECOND = 1000
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass(frozen=True)
class Started:
    """A lab that somebody started in a terminal."""

    url: str
    home: Path
    environment: dict[str, str]

    def pacslab(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "lab", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False).stdout


@pytest.fixture(scope="module", params=["en", "fr"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def started(language: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """``pacslab start`` in the foreground, ended with Ctrl-C; the URL is the one that it prints."""
    home = tmp_path_factory.mktemp("student")
    own = {
        "PACSLAB_STATE": str(home),
        "PACSLAB_INSTANCE": str(INSTANCE),
        "PACSLAB_LANG": language,
        "PYTHONUNBUFFERED": "1",
    }
    environment = {name: value for name, value in os.environ.items() if name != "PACSLAB_SANDBOX"} | own
    command = [sys.executable, "-m", "lab", "start", "--sandbox", "native"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    printed, url = [], None
    for line in process.stdout:
        printed.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+/\S+", line):
            url = found[0]
            break
    try:
        assert url is not None, "".join(printed)
        yield Started(url, home, environment)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, ignore_https_errors=True,
        http_credentials={"username": ADMINISTRATOR, "password": ADMINISTRATOR_PASSWORD},
    )  # fmt: skip
    yield context.new_page()
    context.close()


def open_notebook(page: Page, started: Started, name: str) -> None:
    """Open the printed address, then another notebook, as the only one on the screen, and wait for its kernel."""
    page.goto(started.url)
    expect(page.locator(".jp-Notebook .jp-Cell").first).to_be_visible(timeout=60 * SECOND)
    page.goto(f"{started.url.split('/lab')[0]}/lab/tree/{name}?reset")
    expect(page.locator(".jp-NotebookPanel")).to_have_count(1, timeout=60 * SECOND)
    expect(page.locator(".jp-MarkdownOutput h1").first).to_be_visible(timeout=60 * SECOND)
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").first).to_be_visible(timeout=60 * SECOND)
    page.locator(".jp-MarkdownOutput h1").first.click()


def run_all(page: Page) -> None:
    """Choose Run, Run All Cells. The menu's entry is grey until JupyterLab has settled on a notebook, so look before."""
    page.locator(".jp-MarkdownOutput h1").first.click()
    page.locator(".lm-MenuBar-item").nth(3).click()
    entry = page.locator(".lm-Menu-item[data-command='runmenu:run-all']:not(.lm-mod-disabled)")
    expect(entry).to_be_visible(timeout=20 * SECOND)
    entry.click()


def write_repair(page: Page, repair: str) -> None:
    """Type a repair into the exercise's cell, in place of what stands in its first line."""
    cell = page.locator(".jp-CodeCell:has-text('repair = {}')").first
    line = cell.locator(".cm-line").first
    line.click()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.type(repair)


def test_the_printed_address_opens_the_course_in_the_trainees_language(
    page: Page, started: Started, language: str
) -> None:
    page.goto(started.url)
    expect(page.locator(".jp-MarkdownOutput h1").first).to_be_visible(timeout=60 * SECOND)
    expect(page.locator(".jp-MarkdownOutput").first).to_contain_text({"en": "archive", "fr": "archive"}[language])
    words = {"en": "File", "fr": "Fichier"}
    expect(page.locator(".lm-MenuBar-itemLabel").first).to_have_text(words[language])


def test_notebook_01_goes_from_not_yet_to_its_green_card(
    page: Page, started: Started, language: str, screenshots: Path | None
) -> None:
    notebook = next((started.home / "work" / language).glob("01_*.ipynb")).name
    open_notebook(page, started, f"{language}/{notebook}")
    run_all(page)
    card = page.locator(".jp-CodeCell:has-text('lab.check(') .pacslab-card").first
    expect(card).to_be_visible(timeout=120 * SECOND)
    expect(card).to_have_class(re.compile("pacslab-bad"))
    wait_until_idle(page)
    write_repair(page, 'repair = {"orthanc": {"AuthenticationEnabled": True}}')
    run_all(page)
    expect(card).to_have_class(re.compile("pacslab-good"), timeout=120 * SECOND)
    expect(card).to_contain_text({"en": "repair holds", "fr": "correction"}[language])
    wait_until_idle(page)
    if screenshots is not None and language == "en":
        page.locator(".jp-CodeCell:has-text('repair =')").first.scroll_into_view_if_needed()
        page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollBy(0, 120)")
        page.screenshot(path=screenshots / "notebook.png")
    listed = json.loads(started.pacslab("scenarios", "--json"))["scenarios"]
    assert next(entry for entry in listed if entry["id"] == "http-no-auth")["solved"]


def wait_until_idle(page: Page) -> None:
    """Until no cell shows ``[*]``."""
    deadline = time.monotonic() + 120
    while page.locator(".jp-InputPrompt:has-text('[*]')").count():
        assert time.monotonic() < deadline, "the notebook goes on and on"
        page.wait_for_timeout(200)


def test_orthanc_explorer_opens_for_the_administrator_and_shows_the_patients(page: Page, started: Started) -> None:
    started.pacslab("reset")
    gateway = Network.native(INSTANCE).gateway
    page.goto(f"https://{gateway(Zone.OFFICE)}:8443/app/explorer.html")
    page.get_by_role("link", name="All patients").click()
    expect(page.locator("#all-patients li").nth(5)).to_be_visible(timeout=30 * SECOND)
    expect(page.locator("#all-patients")).to_contain_text("Reynaud")


def test_no_page_of_the_lab_loads_anything_from_elsewhere(page: Page, started: Started) -> None:
    elsewhere = []
    page.on(
        "request",
        lambda request: (
            None if re.match(r"(https?|wss?)://127\.|data:|blob:", request.url) else elsewhere.append(request.url)
        ),
    )
    page.goto(started.url)
    expect(page.locator(".jp-Notebook .jp-Cell").first).to_be_visible(timeout=60 * SECOND)
    page.wait_for_timeout(3 * SECOND)
    assert elsewhere == []
