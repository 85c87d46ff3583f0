"""Cards: what the lab answers, good to look at in JupyterLab, to read in a terminal, and to hear from a screen reader."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import StringIO
from typing import Any, Literal

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table as RichTable
from rich.text import Text as RichText

from lab.i18n import Text, t
from lab.model import visible

Words = Text | str
JSON = dict[str, Any]
# A cell of a table that is not longer is kept on one line: a date or a name broken in two reads badly.
_SHORT = 16
Tone = Literal["good", "bad", "warning", "neutral"]
_RICH = {"good": "green", "bad": "red", "warning": "yellow", "neutral": "cyan"}
_MARK = {"good": "✔", "bad": "✘", "warning": "!", "neutral": "•"}
WIDTH = 100
_UNBROKEN = "\ue000"  # rich breaks lines at a no-break space too, so this stands for it while a card is laid out
_WHOLE = 18  # a word of a table up to this length is not broken
_WHOLE_FIRST = 26  # nor one of its first column: the ids stand there, and one copies them


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``strong`` for the sentence to read first."""

    words: Words
    strong: bool = False


@dataclass(frozen=True)
class Items:
    """A list, each item with a mark of its tone."""

    items: Sequence[tuple[Tone, Words]]


@dataclass(frozen=True)
class Table:
    """Rows below a header."""

    header: Sequence[Words]
    rows: Sequence[Sequence[Words]]


@dataclass(frozen=True)
class Lines:
    """Lines shown as they are: requests, log lines, a diff."""

    lines: Sequence[str]


Block = Paragraph | Items | Table | Lines


@dataclass(frozen=True)
class Card:
    """A titled box with a tone, and blocks in it."""

    title: Words
    tone: Tone
    badge: Words
    blocks: Sequence[Block]

    def to_text(self, width: int = WIDTH) -> str:
        """The card as plain text, no colours."""
        out = StringIO()
        # In a kernel, rich would display the card besides writing it, and the trainee would see it twice.
        console = Console(file=out, width=width, color_system=None, highlight=False, force_jupyter=False)
        console.print(self.to_rich())
        return out.getvalue().rstrip().replace(_UNBROKEN, "\u00a0")

    def print(self) -> None:
        """Print the card to standard output, in colours where somebody is watching."""
        console = Console(highlight=False)
        with console.capture() as capture:
            console.print(self.to_rich())
        console.file.write(capture.get().replace(_UNBROKEN, "\u00a0"))
        console.file.flush()

    def to_rich(self) -> RenderableType:
        """The card laid out for a terminal; ``to_text`` and ``print`` put its no-break spaces back."""
        title = RichText(_shown(f"{_MARK[self.tone]} {self.badge}  {self.title}"), style=f"bold {_RICH[self.tone]}")
        return Panel(
            Group(*(_rich(block) for block in self.blocks)),
            title=title,
            title_align="left",
            border_style=_RICH[self.tone],
            box=box.ROUNDED,
        )

    def to_html(self) -> str:
        """The card as HTML that follows JupyterLab's theme. Everything that comes from outside is escaped."""
        blocks = "".join(_html(block) for block in self.blocks)
        return (
            f'{_STYLE}<section class="pacslab-card pacslab-{self.tone}" aria-label="{escape(str(self.title))}">'
            f'<header><span class="pacslab-badge"><span aria-hidden="true">{_MARK[self.tone]}</span> {escape(str(self.badge))}</span>'
            f"<h4>{escape(str(self.title))}</h4></header>{blocks}</section>"
        )


class Shown(ABC):
    """Something that shows itself as a card, in a notebook and in a terminal."""

    @abstractmethod
    def card(self) -> Card:
        """The card of this result, in the current language."""

    def _repr_html_(self) -> str:
        return self.card().to_html()

    def __str__(self) -> str:
        return self.card().to_text()

    def __repr__(self) -> str:
        return self.card().to_text()


def labelled(label: Words, words: Words) -> Text:
    """``label: words``, with the colon set as the language sets it."""
    return t("{label}: {words}", label=label, words=words)


def _shown(words: Words) -> str:
    return visible(str(words)).replace("\u00a0", _UNBROKEN)


def _rich(block: Block) -> RenderableType:
    match block:
        case Paragraph(words, strong):
            return RichText(_shown(words), style="bold" if strong else "")
        case Items(items):
            lines = [RichText.assemble((f"{_MARK[tone]} ", _RICH[tone]), _shown(words)) for tone, words in items]
            return Group(*lines)
        case Lines(lines):
            return Group(*(RichText(_shown(f"  {line}"), style="dim", overflow="fold") for line in lines))
        case Table(header, rows):
            table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
            columns = list(zip(*rows, strict=True)) or [()] * len(header)
            for at, (name, cells) in enumerate(zip(header, columns, strict=True)):
                longest = _WHOLE if at else _WHOLE_FIRST
                whole = all(len(str(cell)) <= longest and " " not in str(cell) for cell in cells)
                table.add_column(_shown(name), overflow="fold", no_wrap=whole)
            for row in rows:
                table.add_row(*(RichText(_shown(cell)) for cell in row))
            return table


def _html(block: Block) -> str:
    match block:
        case Paragraph(words, strong):
            return f'<p class="{"pacslab-strong" if strong else ""}">{escape(str(words))}</p>'
        case Items(items):
            rows = "".join(
                f'<li><span class="pacslab-mark pacslab-{tone}" aria-hidden="true">{_MARK[tone]}</span>{escape(str(words))}</li>'
                for tone, words in items
            )
            return f"<ul>{rows}</ul>"
        case Lines(lines):
            return f"<pre>{escape(chr(10).join(lines))}</pre>"
        case Table(header, rows):
            head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in header)
            body = "".join("<tr>" + "".join(_cell(str(cell)) for cell in row) + "</tr>" for row in rows)
            return (
                f'<div class="pacslab-scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
            )


def _cell(text: str) -> str:
    short = ' class="pacslab-short"' if len(text) <= _SHORT else ""
    return f"<td{short}>{escape(text)}</td>"


_STYLE = """<style>
.pacslab-card{--tone:#0b6bcb;border:1px solid var(--jp-border-color2,#ccc);border-left:6px solid var(--tone);border-radius:6px;
 padding:10px 16px;margin:6px 0;max-width:60rem;color:var(--jp-ui-font-color1,#222);background:var(--jp-layout-color1,#fff);
 font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:14px;line-height:1.5}
.pacslab-good{--tone:#1a7f37}.pacslab-bad{--tone:#cf222e}.pacslab-warning{--tone:#9a6700}.pacslab-neutral{--tone:#0b6bcb}
.pacslab-card header{display:flex;gap:12px;align-items:baseline;flex-wrap:wrap}
.pacslab-card h4{margin:0!important;font-size:16px;font-weight:600}
.pacslab-badge{background:var(--tone);color:#fff;border-radius:999px;padding:1px 10px;font-weight:600;font-size:13px;white-space:nowrap}
.pacslab-card p{margin:6px 0}.pacslab-strong{font-weight:600}
.pacslab-card ul{list-style:none!important;padding:0!important;margin:6px 0!important}.pacslab-card li{margin:2px 0 2px 1.6em;text-indent:-1.6em}
.pacslab-mark{display:inline-block;width:1.6em;text-indent:0;color:var(--tone);font-weight:700}
.pacslab-card td.pacslab-short{white-space:nowrap}
.pacslab-scroll{overflow-x:auto}.pacslab-card table{border-collapse:collapse;margin:6px 0;font-size:13px}
.pacslab-card th,.pacslab-card td{text-align:left!important;padding:3px 14px 3px 0;border-bottom:1px solid var(--jp-border-color3,#e5e5e5)}
.pacslab-card pre{background:var(--jp-layout-color2,#f5f5f5);padding:8px 10px;border-radius:4px;overflow-x:auto;white-space:pre-wrap;
 overflow-wrap:anywhere;font-size:12.5px;margin:6px 0;font-family:var(--jp-code-font-family,ui-monospace,monospace)!important;
 word-break:normal!important}
</style>"""
