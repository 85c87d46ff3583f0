"""Cards: in HTML, as text, and with hostile content."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from lab.catalogue import catalogue
from lab.course.cards import Card, Items, Lines, Paragraph, Table
from lab.course.lessons import Listed
from lab.course.picture import Picture
from lab.course.progress import Standing
from lab.course.status import Status
from lab.i18n import use_language
from lab.sandbox.protocol import Health, RoleHealth
from lab.site.baseline import baseline
from lab.site.zones import Network

CARD = Card(
    "A title",
    "good",
    "safe",
    [
        Paragraph("First.", strong=True),
        Items([("bad", "an item")]),
        Table(["a", "b"], [("1", "2")]),
        Lines(["GET /x → 200"]),
    ],
)
HOSTILE = '<script>alert("x")</script>[bold]&'


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag not in ("img", "br", "rect", "line"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(html: str) -> list[str]:
    parser = Tags()
    parser.feed(html)
    assert parser.open == []
    return parser.seen


def test_a_card_as_text_holds_everything_and_no_colours() -> None:
    assert CARD.to_text(40) == (
        "╭─ ✔ safe  A title ────────────────────╮\n"
        "│ First.                               │\n"
        "│ ✘ an item                            │\n"
        "│                                      │\n"
        "│  a   b                               │\n"
        "│  ─────                               │\n"
        "│  1   2                               │\n"
        "│                                      │\n"
        "│   GET /x → 200                       │\n"
        "╰──────────────────────────────────────╯"
    )


def test_lines_are_not_broken_before_french_signs_and_the_space_there_stays_unbreakable(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = " ".join(["mot\u00a0:"] * 60)
    card = Card(
        "titre\u00a0!",
        "neutral",
        "badge",
        [Paragraph(words), Items([("good", words)]), Table(["nom\u00a0?"], [[words]])],
    )
    card.print()
    for text in (card.to_text(60), capsys.readouterr().out):
        assert text.count("mot\u00a0:") == 180
        assert "titre\u00a0!" in text
        assert "nom\u00a0?" in text


def test_a_card_as_html_is_well_formed_and_says_its_tone_in_words() -> None:
    html = CARD.to_html()
    assert tags(html).count("table") == 1
    assert "safe" in html
    assert 'scope="col"' in html


def test_nothing_from_outside_becomes_markup() -> None:
    card = Card(
        HOSTILE,
        "bad",
        HOSTILE,
        [Paragraph(HOSTILE), Items([("bad", HOSTILE)]), Table([HOSTILE], [[HOSTILE]]), Lines([HOSTILE])],
    )
    assert "<script" not in card.to_html()
    assert "script" not in tags(card.to_html())
    assert card.to_text(120).count(HOSTILE) == 7 - 1


def test_the_picture_shows_open_and_closed_doors() -> None:
    picture = Picture(baseline(), Network.native())
    svg = picture._repr_html_()
    tags(svg)
    assert svg.count("https 8443") == 3
    assert svg.count("http ✕") == 3
    assert (svg.count("dicom 4242"), svg.count("dicom ✕")) == (1, 2)
    assert "asks for an account" in svg
    assert "dicom (127.28.1.1:4242)" in str(picture)


def test_the_picture_shows_an_archive_that_asks_nobody() -> None:
    site = baseline().changed({"orthanc": {"AuthenticationEnabled": False}})
    assert "asks nobody for an account" in Picture(site, Network.native()).svg()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("solved", [None, datetime(2026, 11, 27, tzinfo=UTC)])
def test_the_list_of_scenarios_breaks_no_id_on_a_narrow_terminal(language: str, solved: datetime | None) -> None:
    listed = Listed(
        tuple((found.scenario, Standing(name, solved=solved), False) for name, found in catalogue().items())
    )
    with use_language(language):
        words = listed.card().to_text(80).split()
    assert [name for name in catalogue() if name not in words] == []


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("ready", "prête"),
        ("starting", "démarrage en cours"),
        ("stopped", "à l’arrêt"),
        ("dead", "morte\u00a0: plus de gardien"),
    ],
)
def test_the_states_of_the_programs_are_said_in_the_trainees_language(state: str, words: str) -> None:
    part = RoleHealth(state, 1, 0, ())
    status = Status("native", Health(1, part, part), (), (), None)
    with use_language("fr"):
        assert status._repr_html_().count(f">{words}</td>") == 2
    assert status.json()["archive"]["state"] == state
