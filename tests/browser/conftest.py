"""Headless Chromium, with the administrator's account for the archive's own pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from lab.site.baseline import ADMINISTRATOR, ADMINISTRATOR_PASSWORD
from tests.browser.student import CHROMIUM, FLAGS


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One student's browser, which keeps what it has loaded."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        ignore_https_errors=True,
        http_credentials={"username": ADMINISTRATOR, "password": ADMINISTRATOR_PASSWORD},
    )
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A new page. No page of the lab's may ask for anything elsewhere than on this machine."""
    asked_for: list[str] = []

    def note(request: Request) -> None:
        asked_for.append(request.url)

    context.on("request", note)
    page = context.new_page()
    yield page
    page.close()
    context.remove_listener("request", note)
    assert asked_for
    assert [url for url in asked_for if not re.match(r"(https?|wss?)://127\.|data:|blob:", url)] == []
