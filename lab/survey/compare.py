"""The survey's totals beside the published ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lab.i18n import Text, t
from lab.survey import facts
from lab.survey.countries import country_name
from lab.survey.facts import Figure

Agreement = Literal["exact", "more than", "differs"]


@dataclass(frozen=True)
class Row:
    """One figure: what the survey found, what is published, and whether they agree."""

    what: Text | str
    found: int
    published: Figure

    @property
    def agreement(self) -> Agreement:
        if self.published.more_than:
            return "more than" if self.found > self.published.value else "differs"
        return "exact" if self.found == self.published.value else "differs"


def compare(totals: Mapping[str, Any], epoch: int = 1) -> tuple[Row, ...]:
    """A row for each figure of the report of summer 2019, or of the one two months later, that one number can meet."""
    return tuple(_rows(totals) if epoch == 1 else _rows_later(totals))


def _rows(totals: Mapping[str, Any]) -> Iterator[Row]:
    world = facts.WORLD
    for name, words, figure in (
        ("examined", t("archives examined"), facts.EXAMINED),
        ("accessible", t("freely accessible"), world.systems),
        ("open_viewers", t("open web viewers"), facts.OPEN_VIEWERS),
        ("countries", t("countries"), facts.COUNTRIES),
        ("records", t("patient records"), world.records),
        ("images", t("images"), world.images),
        ("downloadable", t("images that can be downloaded"), world.downloadable),
    ):
        assert figure is not None
        yield Row(words, totals[name], figure)
    nothing = {"accessible": 0, "records": 0, "images": 0, "downloadable": 0}
    for code, published in facts.BY_COUNTRY.items():
        found = totals["by_country"].get(code, nothing)
        for name, words in _OF_A_COUNTRY.items():
            figure = getattr(published, "systems" if name == "accessible" else name)
            if figure is not None:
                yield Row(t("{country}: {what}", country=country_name(code), what=words), found[name], figure)


def _rows_later(totals: Mapping[str, Any]) -> Iterator[Row]:
    assert facts.WORLD.systems is not None
    gone = totals["verdicts"]["unreachable"]
    stayed = facts.WORLD.systems.value - gone
    yield Row(t("archives that are gone"), gone, facts.OFFLINE_LATER)
    yield Row(t("archives that are new"), totals["accessible"] - stayed, facts.NEW_LATER)
    yield Row(t("studies"), totals["studies"], facts.STUDIES_LATER)
    yield Row(t("images"), totals["images"], facts.IMAGES_LATER)
    yield Row(t("images that can be downloaded"), totals["downloadable"], facts.DOWNLOADABLE_LATER)


_OF_A_COUNTRY = {
    "accessible": t("servers"),
    "records": t("records"),
    "images": t("images"),
    "downloadable": t("images that can be downloaded"),
}
