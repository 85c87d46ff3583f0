"""The survey's totals beside the published ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lab.i18n import Text, t
from lab.survey import facts
from lab.survey.countries import country_name
from lab.survey.facts import Figure

Agreement = Literal["exact", "more than", "differs", "no source"]


@dataclass(frozen=True)
class Row:
    """One figure: what the survey found, what is published, and whether they agree."""

    what: Text | str
    found: int
    published: Figure | None

    @property
    def agreement(self) -> Agreement:
        if self.published is None:
            return "no source"
        if self.published.more_than:
            return "more than" if self.found > self.published.value else "differs"
        return "exact" if self.found == self.published.value else "differs"


def compare(totals: Mapping[str, Any]) -> tuple[Row, ...]:
    """A row for each figure of the report of summer 2019."""
    return tuple(_rows(totals))


def _rows(totals: Mapping[str, Any]) -> Iterator[Row]:
    world = facts.WORLD
    yield Row(t("archives examined"), totals["examined"], facts.EXAMINED)
    yield Row(t("freely accessible"), totals["accessible"], world.systems)
    yield Row(t("open web viewers"), totals["open_viewers"], facts.OPEN_VIEWERS)
    yield Row(t("countries"), totals["countries"], facts.COUNTRIES)
    yield Row(t("patient records"), totals["records"], world.records)
    yield Row(t("images"), totals["images"], world.images)
    yield Row(t("images that can be downloaded"), totals["downloadable"], world.downloadable)
    nothing = {"accessible": 0, "records": 0, "images": 0, "downloadable": 0}
    for code, published in facts.BY_COUNTRY.items():
        found = totals["by_country"].get(code, nothing)
        for name, words in _OF_A_COUNTRY.items():
            figure = getattr(published, "systems" if name == "accessible" else name)
            if figure is not None:
                yield Row(t("{country}: {what}", country=country_name(code), what=words), found[name], figure)


_OF_A_COUNTRY = {
    "accessible": t("servers"),
    "records": t("records"),
    "images": t("images"),
    "downloadable": t("images that can be downloaded"),
}
