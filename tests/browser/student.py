"""What a student's hands do in JupyterLab."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass

from playwright.sync_api import Error, Locator, Page, expect

SECOND = 1000
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/lab/tree/\S+")
NOTEBOOK_01 = "01_http_no_auth.ipynb"


@dataclass(frozen=True)
class Started:
    """A lab that somebody started in a terminal: the address that it printed, and how to speak to it."""

    url: str
    explorer: str
    command: tuple[str, ...]
    environment: dict[str, str]

    def pacslab(self, *arguments: str) -> str:
        answer = subprocess.run(
            [*self.command, *arguments], env=os.environ | self.environment, capture_output=True, text=True, check=False
        )
        return answer.stdout


def visit(page: Page, url: str, shows: str) -> None:
    """Go to an address and wait until this is on the page.

    Chromium breaks off whatever it loads when the machine's networks change, and containers come and go beside these tests:
    then once more, as one does.
    """
    for last in (False, False, True):
        try:
            page.goto(url)
            expect(page.locator(shows).first).to_be_visible(timeout=60 * SECOND)
        except (Error, AssertionError) as trouble:
            if last or not (isinstance(trouble, AssertionError) or "ERR_NETWORK_CHANGED" in str(trouble)):
                raise
        else:
            return


def open_notebook(page: Page, started: Started, name: str) -> None:
    """Open another notebook at the printed address, as the only one on the screen, and wait for its kernel."""
    server, _, token = started.url.partition("/lab/tree/")
    visit(page, f"{server}/lab/tree/{name}?reset&{token.partition('?')[2]}", ".jp-NotebookPanel")
    expect(page.locator(".jp-NotebookPanel")).to_have_count(1, timeout=60 * SECOND)
    expect(page.locator(".jp-MarkdownOutput h1").first).to_be_visible(timeout=60 * SECOND)
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").first).to_be_visible(timeout=60 * SECOND)


def run_all(page: Page) -> None:
    """Choose Run, Run All Cells; again when nothing starts, as one does when the kernel was not connected yet."""
    prompt = page.locator(".jp-CodeCell .jp-InputPrompt").first
    before = prompt.inner_text()
    for _ in range(5):
        page.locator(".jp-MarkdownOutput h1").first.click()
        page.locator(".lm-MenuBar-item").nth(3).click()
        entry = page.locator(".lm-Menu-item[data-command='runmenu:run-all']:not(.lm-mod-disabled)")
        expect(entry).to_be_visible(timeout=20 * SECOND)
        entry.click()
        try:
            expect(prompt).not_to_have_text(before, timeout=10 * SECOND)
        except AssertionError:
            continue
        return
    raise AssertionError("Run All Cells started nothing")


def wait_until_idle(page: Page) -> None:
    """Until no cell waits or runs."""
    expect(page.locator(".jp-InputPrompt:has-text('[*]')")).to_have_count(0, timeout=120 * SECOND)


def write_repair(page: Page, repair: str) -> None:
    """Type a repair into the exercise's cell, in place of its first line."""
    page.locator(".jp-CodeCell:has-text('repair = {}')").first.locator(".cm-line").first.click()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.type(repair)


def first_check(page: Page) -> Locator:
    """The card below the notebook's first check."""
    return page.locator(".jp-CodeCell:has-text('lab.check(') .pacslab-card").first


def solve_notebook_01(page: Page, started: Started, language: str) -> None:
    """Run it untouched, see that the check says not yet, write the repair, run it again, see green."""
    open_notebook(page, started, f"{language}/{NOTEBOOK_01}")
    run_all(page)
    expect(first_check(page)).to_be_visible(timeout=120 * SECOND)
    expect(first_check(page)).to_have_class(re.compile("pacslab-bad"))
    wait_until_idle(page)
    write_repair(page, 'repair = {"orthanc": {"AuthenticationEnabled": True}}')
    run_all(page)
    expect(first_check(page)).to_have_class(re.compile("pacslab-good"), timeout=120 * SECOND)
    expect(first_check(page)).to_contain_text({"en": "repair holds", "fr": "la correction tient"}[language])
    wait_until_idle(page)


def open_explorer(page: Page, started: Started) -> None:
    """Orthanc's own web interface, as the administrator: the list of all patients."""
    visit(page, started.explorer, "#find-patients, a:has-text('All patients')")
    page.get_by_role("link", name="All patients").click()
    expect(page.locator("#all-patients li").nth(5)).to_be_visible(timeout=30 * SECOND)
    expect(page.locator("#all-patients")).to_contain_text("Reynaud")
