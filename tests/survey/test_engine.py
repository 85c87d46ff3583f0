"""The search engine over banners: its language, its hits, its pages, and the page in a real browser by keyboard."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.errors import LabError
from lab.survey.engine.crawl import crawl
from lab.survey.engine.index import Index
from lab.survey.engine.query import QueryError, parse
from lab.survey.engine.server import SearchServer, open_server
from lab.survey.engine.worldmap import land, place
from lab.survey.system import Behaviour, Viewer
from lab.survey.tool.runner import Manners
from lab.survey.tool.target import targets_of
from tests.survey.running import POPULATION, serving, survey_of

# a third of those that answer at all: the slow tests crawl everything
PATIENT = [system for system in POPULATION.systems if system.behaviour is not Behaviour.TAR_PIT][::3]
REVEALING = (Behaviour.OPEN, Behaviour.ECHO_ONLY, Behaviour.HONEYPOT)


@pytest.fixture(scope="module")
def index(whole_internet: None) -> Index:
    targets = targets_of(PATIENT)
    with serving(PATIENT) as world:
        return Index(targets, survey_of(world, targets, Manners(rate=1e6, seconds=5, queries=False)))


@pytest.fixture(scope="module")
def server(index: Index) -> Iterator[SearchServer]:
    with open_server(index) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def total(index: Index, query: str) -> int:
    return index.search(parse(query)).total


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("country:FR has:dicom", lambda s: s.country == "FR" and dicom(s)),
        ("country:fr,tr has:dicom", lambda s: s.country in ("FR", "TR") and dicom(s)),
        ("port:104 has:dicom", lambda s: s.port == 104 and dicom(s)),
        ("port:11112 has:dicom -country:US", lambda s: s.port == 11112 and dicom(s) and s.country != "US"),
        ('product:"Orthanc"', lambda s: s.product == "Orthanc" and s.behaviour in REVEALING),
        ("has:viewer", lambda s: s.viewer is Viewer.OPEN),
        ("has:tls has:dicom", lambda s: s.tls and s.behaviour is Behaviour.OPEN),
        ("RADIXIA_2019", lambda s: s.implementation == "RADIXIA_2019" and s.behaviour in REVEALING),
        ('"called AE title not recognized"', lambda s: s.behaviour is Behaviour.CALLED_TITLE),
        ("service:dicom -has:dicom", lambda s: False),
    ],
)
def test_a_query_finds_what_it_means(index: Index, query: str, meant: object) -> None:
    assert callable(meant)
    assert total(index, query) == sum(bool(meant(system)) for system in PATIENT)


def dicom(system: object) -> bool:
    return system.behaviour in (*REVEALING, Behaviour.CALLED_TITLE, Behaviour.CALLING_TITLE)  # type: ignore[attr-defined]


def test_a_crawl_asks_for_no_patients(index: Index) -> None:
    hits = index.search(parse("has:dicom"))
    assert all("C-ECHO 0x" not in host.banner and "C-FIND 0x" not in host.banner for host in hits.hosts)


def test_a_crawl_that_is_interrupted_promises_no_way_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def interrupted(*asked: Any) -> None:
        asked[-1].set()

    monkeypatch.setattr("lab.survey.conduct.survey", interrupted)
    with pytest.raises(LabError) as caught:
        crawl([])
    assert str(caught.value) == "The survey was stopped; 0 of 0 systems have answered."


def test_who_hangs_up_without_a_word_is_not_found_however_he_does_it(index: Index) -> None:
    dropping = [system for system in PATIENT if system.behaviour is Behaviour.DROP]
    assert {system.index % 2 for system in dropping} == {0, 1}, "some close, some reset"
    assert [system.address for system in dropping if index.host(system.address) is not None] == []


def test_a_page_beyond_the_last_is_the_last(server: SearchServer) -> None:
    api = httpx.get(f"{server.url}api/search", params={"q": "country:FR", "page": "999"}).json()
    assert api["hosts"]
    assert api["page"] == -(-api["total"] // 20)
    assert "Nothing was found" not in httpx.get(server.url, params={"q": "country:FR", "page": "999"}).text


def test_facets_count_every_hit_and_pages_hold_twenty(index: Index) -> None:
    hits = index.search(parse("has:dicom"))
    assert sum(count for _, count in hits.facets["country"]) == hits.total == sum(map(dicom, PATIENT))
    seen = [host.address for page in (1, 2, 3) for host in index.search(parse("has:dicom"), page).hosts]
    assert len(seen) == len(set(seen)) == 60


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("prot:11112", r"There is no filter 'prot'\.\n→ Did you mean port\?"),
        ("port:many", r"'many' is not a port"),
        ("country:France", "two letters: country:FR"),
        ("has:cake", "There are: tls, web, viewer, dicom"),
        ('product:"Orthanc', "A quotation mark is not closed"),
        ("net:somewhere", "not a network"),
        ("x" * 501, "Use at most 500"),
    ],
)
def test_a_query_that_cannot_be_read_says_why(query: str, complaint: str) -> None:
    with pytest.raises(QueryError, match=complaint):
        parse(query)


EMPTY = Index([], [])


@pytest.mark.slow
@given(st.text(max_size=80))
def test_any_query_is_answered_or_refused(query: str) -> None:
    try:
        conditions = parse(query)
    except QueryError:
        return
    assert EMPTY.search(conditions).total == 0


def test_the_api_and_the_pages_say_the_same_in_two_languages(server: SearchServer) -> None:
    api = httpx.get(f"{server.url}api/search", params={"q": "country:FR"}).json()
    page = httpx.get(server.url, params={"q": "country:FR"})
    assert f"{api['total']} systems" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert '<html lang="fr">' in httpx.get(server.url, params={"lang": "fr"}).text
    address = api["hosts"][0]["address"]
    alone = httpx.get(f"{server.url}host/{address}").text
    assert address in alone
    assert re.findall(r"<h(\d)", alone) == ["1", "2"], "no level of headings is left out"
    assert httpx.get(f"{server.url}host/127.0.0.9").status_code == 404
    assert httpx.get(server.url, params={"q": "port:x"}).status_code == 400
    assert (
        httpx.get(f"{server.url}api/search", params={"q": "nonsense:1"})
        .json()["error"]
        .startswith("There is no filter")
    )


def test_what_a_query_says_is_shown_as_text(server: SearchServer) -> None:
    page = httpx.get(server.url, params={"q": '<script>alert("1")</script>'}).text
    assert "<script>" not in page


def test_another_hosts_name_is_not_served(server: SearchServer) -> None:
    assert httpx.get(server.url, headers={"Host": "evil.example"}).status_code == 421
    assert server.server_address[0] == "127.0.0.1"


def test_the_map_has_the_worlds_coasts_and_puts_places_where_they_are() -> None:
    assert land().count("M") > 250
    paris, sydney = place(2.4, 48.9), place(151.2, -33.9)
    assert paris[0] < sydney[0]
    assert paris[1] < sydney[1]


@pytest.mark.browser
def test_a_search_by_keyboard_alone(server: SearchServer, tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    faults = pytest.importorskip("tests.support.accessible").complaints  # what axe finds
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto(server.url)
        page.wait_for_function("document.activeElement.name === 'q'")  # the field takes the focus by itself
        page.keyboard.type("has:dicom country:FR")
        page.keyboard.press("Enter")
        page.wait_for_selector("article.hit")
        assert faults(page) == []
        assert "country:FR" in page.title()
        before = page.inner_text("p[role=status]")
        press_tab_until(page, "a => a.closest('aside') && a.textContent === '11112'")
        page.keyboard.press("Enter")
        page.wait_for_url("**port%3A11112**")
        assert page.inner_text("p[role=status]") != before
        press_tab_until(page, "a => a.closest('svg.map')")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("France: ")
        press_tab_until(page, "a => a.name === 'q'")
        page.keyboard.press("Control+A")
        page.keyboard.type("has:dicom")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=has%3Adicom")
        press_tab_until(page, "a => a.rel === 'next'")
        first = page.inner_text("article.hit h3")
        page.keyboard.press("Enter")
        page.wait_for_url("**page=2**")
        assert page.inner_text("article.hit h3") != first
        press_tab_until(page, "a => a.rel === 'prev'")
        press_tab_until(page, "a => a.lang === 'fr'")
        page.keyboard.press("Enter")
        page.wait_for_selector("html[lang=fr]")
        page.screenshot(path=tmp_path / "search.png", full_page=True)
        page.locator("article.hit h3 a").first.click()
        page.wait_for_load_state()
        assert faults(page) == []
        browser.close()
    assert [line for line in complaints if "favicon" not in line] == []


def press_tab_until(page: Any, wanted: str) -> None:
    """Move the focus by the keyboard until it is on what is wanted, round the whole page at most."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate(f"({wanted})(document.activeElement) ? true : false"):
            return
    raise AssertionError(f"the Tab key leads to nothing that is {wanted}")
