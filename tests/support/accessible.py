"""What axe-core, the accessibility engine, has to say against a page that a browser shows."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def complaints(page: Page, within: str | None = None) -> list[str]:
    """The rules that the page (or what a selector finds in it) breaks, each with the first element that breaks it."""
    broken = Axe().run(page, context=within).response["violations"]
    return [f"{rule['id']} ({rule['impact']}): {rule['nodes'][0]['html'][:200]}" for rule in broken]
