"""The report of a sandbox: true, whole, and readable by everybody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, sync_playwright

from lab import i18n
from lab.api import Lab
from lab.catalogue import weakness
from lab.cli import main
from lab.course.report import Report
from lab.model import Severity
from tests.browser.student import CHROMIUM, FLAGS
from tests.conftest import FEW

pytestmark = [pytest.mark.slow, pytest.mark.browser]
MADE = ("http-no-auth", "at-rest-plain", "phi-in-export-names")
GRAVEST = ("critical", "high", "medium", "low")
MAY_BE_OPEN = {*MADE, *(name for made in MADE for name in weakness(made).scenario.also)}


@pytest.fixture(scope="module")
def report(session_lab: Lab) -> Report:
    """The report of a hospital with three weaknesses made, a hint taken and a wrong repair tried."""
    lab = session_lab
    lab.misconfigure(*MADE)
    lab.hint("at-rest-plain")
    lab.fix("at-rest-plain", 2)
    lab.check("at-rest-plain")
    return lab.report()


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    if not CHROMIUM:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium.new_page(viewport={"width": 1100, "height": 900})
        chromium.close()


@pytest.fixture
def page(browser_page: Page, report: Report, tmp_path: Path) -> Page:
    browser_page.emulate_media(media="screen")
    browser_page.goto(report.save(tmp_path / "a report.html").as_uri())
    return browser_page


def test_the_report_says_what_is_open_whom_it_shows_and_what_is_left(report: Report) -> None:
    data = report.json()
    found = [part["scenario"] for part in data["weaknesses"] if part["verdict"] == "vulnerable"]
    assert set(MADE) <= set(found) <= MAY_BE_OPEN
    severities = [part["severity"] for part in data["weaknesses"][: len(found)]]
    assert severities == sorted((str(weakness(name).scenario.severity.value) for name in found), key=GRAVEST.index)
    assert data["open"] == {severity: severities.count(severity) for severity in GRAVEST}
    assert data["most_patients"] == FEW
    assert data["attributes"][:2] == ["name", "birth_date"]
    assert [task["scenario"] for task in data["work"][: len(found)]] == found
    assert {task["scenario"]: task["hints"] for task in data["work"]}["at-rest-plain"] >= 1


def test_the_timeline_has_the_trainees_steps_in_order(report: Report) -> None:
    last = [(event.scenario, event.kind, event.detail) for event in report.events[-6:]]
    assert last == [
        ("http-no-auth", "misconfigured", ""), ("at-rest-plain", "misconfigured", ""), ("phi-in-export-names", "misconfigured", ""),
        ("at-rest-plain", "hint", "1"), ("at-rest-plain", "fixed", "no-listing"), ("at-rest-plain", "checked", "failed"),
    ]  # fmt: skip


def test_the_page_stands_alone(report: Report) -> None:
    html = report.html()
    assert not re.search(r"(?i)<script|<link|<img|<iframe|@import|url\(|src=", html)
    assert "default-src 'none'" in html


def test_what_comes_from_outside_gives_the_page_no_orders(report: Report) -> None:
    evil = '<script>alert("x")</script>\x1b[2J'
    events = tuple(event.__class__(event.at, evil, event.kind, evil) for event in report.events)
    html = Report(report.at, report.kind, evil, report.probed, events, report.hints).html()
    assert "<script" not in html
    assert "\x1b" not in html


def test_the_page_has_one_heading_a_section_and_tables_with_headers(page: Page, report: Report) -> None:
    assert page.locator("h1").all_inner_texts() == ["Report of an imaging archive"]
    links = page.locator("nav a").evaluate_all("links => links.map(link => link.getAttribute('href').slice(1))")
    assert links == page.locator("main > section").evaluate_all("parts => parts.map(part => part.id)")
    assert page.locator("article").count() == len(report.openings)
    assert page.locator("table:not(:has(caption))").count() == 0
    assert page.locator("thead th:not([scope=col]), tbody th:not([scope=row])").count() == 0
    assert "3 patients" in page.locator("svg desc").inner_html()


def test_nothing_is_said_by_colour_alone(page: Page, report: Report) -> None:
    for severity in Severity:
        assert page.locator("#summary tr", has_text=str(severity.label)).locator("td").inner_text() == str(
            report.count(severity)
        )
    assert [text.split()[0] for text in page.locator("article .badge").all_inner_texts()] == ["✘"] * len(
        report.openings
    )
    assert set(page.locator("#all tbody th").all_inner_texts()) <= {"✘ vulnerable", "✔ safe", "? not checked"}
    assert page.locator("svg .figure").count() == len(report.openings)


def test_the_page_is_walked_through_by_keyboard_with_the_focus_in_sight(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.tagName"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid" or page.evaluate("document.activeElement === document.body")
    assert {"SUMMARY", "PRE", "DIV"} <= reached


def test_the_page_fits_a_narrow_screen(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    try:
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    finally:
        page.set_viewport_size({"width": 1100, "height": 900})


def test_on_paper_the_evidence_is_there_and_the_navigation_is_not(page: Page) -> None:
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.locator("details pre").first.is_visible()
    assert page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf().startswith(b"%PDF")


def test_the_report_speaks_french(report: Report) -> None:
    with i18n.use_language("fr"):
        html = report.html()
    assert '<html lang="fr">' in html
    assert "Rapport d’une archive d’imagerie" in html
    assert "failles sont ouvertes" in html


def test_the_command_writes_the_page_or_prints_json(report: Report, session_lab: Lab, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    written = CliRunner().invoke(main, ["report", "--output", str(target)])
    assert (written.exit_code, str(target) in written.output) == (1, True)
    assert target.read_text("utf-8").startswith("<!doctype html>")
    printed = CliRunner().invoke(main, ["report", "--json"])
    assert printed.exit_code == 1
    assert json.loads(printed.output)["open"] == report.json()["open"]
    session_lab.harden()
    assert CliRunner().invoke(main, ["report", "--output", str(target)]).exit_code == 0
