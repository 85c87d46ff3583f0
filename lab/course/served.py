"""A page that the lab serves to the trainee's own browser, as a link."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from lab.course.cards import Card, Lines, Shown
from lab.i18n import t


@dataclass(frozen=True, repr=False)
class Served(Shown):
    """The search engine's page. ``url`` is for a browser on the trainee's machine."""

    url: str

    def card(self) -> Card:
        return Card(t("The search engine"), "neutral", t("in your browser"), [Lines([self.url])])

    def _repr_html_(self) -> str:
        link = f'<p><a href="{escape(self.url)}" target="_blank" rel="noopener">{escape(str(t("Open the search engine")))}</a></p>'
        return self.card().to_html() + link
