"""The start page of a system's web viewer, shown as whoever types its address sees it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape

from lab.course.cards import Card, Lines, Shown
from lab.i18n import t
from lab.survey.tool.target import Target

_LINES = 8
_TAG = re.compile(r"<head>.*?</head>|</(?:td|th)>|<[^>]*>", re.DOTALL)


@dataclass(frozen=True, repr=False)
class Visited(Shown):
    """An HTTP answer. In a notebook the page itself, in a frame in which nothing runs; in a terminal its words."""

    target: Target
    status: int | None
    page: str

    def card(self) -> Card:
        badge = t("no answer") if self.status is None else f"HTTP {self.status}"
        return Card(f"http://{self.target.address}/", "neutral", badge, [Lines(self.words[:_LINES])])

    @property
    def words(self) -> list[str]:
        """The page's text, a line for each row."""
        text = _TAG.sub(
            lambda tag: "  " if tag[0] in ("</td>", "</th>") else "\n" if _breaks(tag[0]) else "", self.page
        )
        return [line.strip() for line in unescape(text).splitlines() if line.strip()]

    def _repr_html_(self) -> str:
        frame = (
            f'<iframe sandbox="" srcdoc="{escape(self.page)}" title="{escape(str(t("The page of {address}", address=self.target.address)))}" '
            'style="width:100%;height:24rem;border:1px solid #9aa5b1"></iframe>'
        )
        return frame if self.status == 200 else self.card().to_html()


def _breaks(tag: str) -> bool:
    return tag.startswith(("</tr", "</p", "</h1", "</title", "</li", "</h2"))
