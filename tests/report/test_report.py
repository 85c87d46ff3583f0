"""The report of a sandbox: true, whole, and readable by everybody."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Literal

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, sync_playwright
from pypdf import PdfReader

from lab import i18n
from lab.api import Lab
from lab.catalogue import weakness
from lab.cli import main
from lab.course.report import Report
from lab.course.surveyed import Mapped
from lab.i18n import t
from lab.model import Severity
from tests.browser.student import CHROMIUM, FLAGS
from tests.conftest import FEW
from tests.course.test_cards import CARD
from tests.support.accessible import complaints

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


BORDERS = """severities => severities.map(severity => {
  const article = document.body.appendChild(document.createElement('article'));
  article.className = severity;
  const {borderLeftStyle, borderLeftWidth} = getComputedStyle(article);
  article.remove();
  return borderLeftWidth + ' ' + borderLeftStyle;
})"""
# Contrast as WCAG 2.2 computes it, of every element that has text of its own: a measure of lightness, so that it holds in greys too.
FAINT = """() => {
  const numbers = text => text.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(part => part / 255).map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = element => {
    for (let outer = element; outer; outer = outer.parentElement) {
      const colour = numbers(getComputedStyle(outer).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const own = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  return [...document.querySelectorAll('body *')].filter(own).filter(element => element.getClientRects().length).map(element => {
    const ink = getComputedStyle(element)[element.ownerSVGElement ? 'fill' : 'color'];
    const [dark, bright] = [light(numbers(ink)), light(ground(element))].sort((a, b) => a - b);
    return [(bright + 0.05) / (dark + 0.05), element.tagName + ' ' + element.className + ' ' + element.textContent.slice(0, 40)];
  }).filter(([ratio]) => !(ratio >= 4.5));
}"""


def test_severities_are_told_apart_without_colours(page: Page) -> None:
    borders = page.evaluate(BORDERS, list(GRAVEST))
    assert len(set(borders)) == len(GRAVEST), borders


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    try:
        assert page.evaluate(FAINT) == []
    finally:
        page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_with_the_page(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    page.locator("details").evaluate_all("parts => parts.forEach(part => { part.open = true })")
    try:
        assert complaints(page) == []
    finally:
        page.emulate_media(color_scheme="light")


def test_axe_finds_no_fault_with_a_card_and_a_map_of_the_notebooks(browser_page: Page) -> None:
    shown = CARD.to_html() + Mapped(t("country"), (("FR", 7), ("DE", 2)))._repr_html_()
    browser_page.set_content(f"<!DOCTYPE html><main>{shown}</main>")
    assert complaints(browser_page, "main") == []
    browser_page.set_content('<!DOCTYPE html><main><svg role="img"><path d="M0 0"/></svg></main>')
    assert [found.split()[0] for found in complaints(browser_page, "main")] == ["svg-img-alt"]


def test_the_chart_is_seen_in_the_colours_that_a_reader_forces_on_every_page(page: Page) -> None:
    page.emulate_media(forced_colors="active", color_scheme="dark")
    try:
        ink = page.evaluate("getComputedStyle(document.body).color")
        assert ink != page.evaluate("getComputedStyle(document.body).backgroundColor")
        for part, name in ((".bar", "stroke"), (".axis", "stroke"), (".figure", "fill"), (".name", "fill")):
            drawn = page.locator(f"svg {part}").first.evaluate(f"part => getComputedStyle(part).{name}")
            assert drawn == ink, part
    finally:
        page.emulate_media(forced_colors="none", color_scheme="light")


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


def test_on_paper_the_evidence_is_there_and_the_navigation_is_not(page: Page, report: Report) -> None:
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.locator("details pre").first.is_visible()
    assert page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == "rgb(255, 255, 255)"
    paper = "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf())).pages)
    printed = "".join(unicodedata.normalize("NFKC", paper).split())  # a font may join f and i
    for text in [report.headline, *(opening.probed.scenario.title for opening in report.openings)]:
        assert "".join(unicodedata.normalize("NFKC", str(text)).split()) in printed
    evidence = page.locator("details pre").first.inner_text().splitlines()[0]
    assert "".join(unicodedata.normalize("NFKC", evidence).split()) in printed
    assert "Tothecontent" not in printed


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
