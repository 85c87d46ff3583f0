"""What an inventory of personal data shows: cards for notebooks and terminals, and a page with pictures."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any

from babel.numbers import format_decimal, format_percent

from lab.course.cards import Block, Card, Items, Paragraph, Shown, Table, Tone
from lab.i18n import Text, language, t, tn
from lab.inventory.finding import DIRECT, Finding, Place, kind_label
from lab.inventory.inventory import Inventory, row_of
from lab.inventory.scan import Progress, take_inventory
from lab.inventory.scoring import PlaceScore, Score, score
from lab.inventory.source import Files, Source
from lab.saving import save_text

JSON = dict[str, Any]
_MOST_TROUBLES = 12
_ON_PAGE = 2000


def _number(value: int) -> str:
    return str(format_decimal(value, locale=language()))


@dataclass(frozen=True, repr=False)
class Inventoried(Shown):
    """The inventory of a folder or an archive. `findings()` gives every finding, one after the other."""

    inventory: Inventory

    def findings(self) -> Iterator[Finding]:
        """Every finding: place, kind, value, person, how sure, tag path, span or box, file."""
        return self.inventory.findings()

    def rows(self, limit: int | None = None) -> list[JSON]:
        """The findings as rows for a table (``pandas.DataFrame(result.rows())``), at most ``limit``."""
        return [row_of(finding) for finding in islice(self.findings(), limit)]

    @property
    def found(self) -> bool:
        """Whether there is personal data."""
        return self.inventory.total > 0

    def card(self) -> Card:
        taken = self.inventory
        blocks: list[Block] = [Paragraph(self._sentence(), strong=True)]
        if taken.counts:
            blocks.append(Table([t("where"), t("what"), t("found"), t("files")], self._table()))
        blocks += self._notes()
        badge = tn("{n} finding", "{n} findings", taken.total) if taken.total else t("nothing")
        title = t("Personal data in {where}", where=taken.title)
        return Card(title, "bad" if taken.direct else "warning" if taken.total else "good", badge, blocks)

    def _sentence(self) -> Text:
        taken = self.inventory
        return t(
            "Files: {files}. Findings: {total}, of which {direct} name a person by themselves. People and institutions: {people}.",
            files=_number(taken.files),
            total=_number(taken.total),
            people=_number(len(taken.people)),
            direct=_number(taken.direct),
        )

    def _table(self) -> list[tuple[Text | str, ...]]:
        """A row for each kind of data that names a person in each place, and one for all the rest of a place."""
        taken = self.inventory
        rows: list[tuple[Text | str, ...]] = []
        for place in Place:
            kinds = {kind: count for (where, kind), count in taken.counts.items() if where is place}
            direct = sorted((kind for kind in kinds if kind in DIRECT), key=lambda kind: -kinds[kind])
            for kind in direct:
                files = _number(taken.files_with[place, kind])
                rows.append((place.label, kind_label(kind), _number(kinds[kind]), files))
            others = [kind for kind in kinds if kind not in DIRECT]
            if others:
                files = _number(max(taken.files_with[place, kind] for kind in others))
                words = ", ".join(str(kind_label(kind)) for kind in sorted(others, key=lambda kind: -kinds[kind]))
                rows.append((place.label, words, _number(sum(kinds[kind] for kind in others)), files))
        return rows

    def _notes(self) -> list[Block]:
        taken, notes = self.inventory, []
        if not taken.complete:
            notes.append(t("The search was interrupted: this is what was found until then."))
        if not taken.with_pictures:
            notes.append(t("Pixels were not read (--no-ocr): burned-in names are not counted."))
        if taken.every > 1:
            notes.append(t("A sample: one file of {every} was searched.", every=taken.every))
        if taken.troubles:
            count = len(taken.troubles) + taken.more_troubles
            notes.append(
                tn("{n} file or part could not be searched:", "{n} files or parts could not be searched:", count)
            )
        blocks: list[Block] = [Items([("warning", note) for note in notes])] if notes else []
        if taken.troubles:
            rows = [(one.file, one.reason) for one in taken.troubles[:_MOST_TROUBLES]]
            blocks.append(Table([t("file"), t("reason")], rows))
        return blocks

    def _repr_html_(self) -> str:
        return self.card().to_html() + self.pictures()

    def pictures(self) -> str:
        """The pictures with what was read in them framed, as HTML; empty when nothing was found in pixels."""
        figures = "".join(
            '<figure style="margin:0;width:300px">'
            f'<img style="width:300px;background:#000" alt="{escape(str(tn("{n} line framed", "{n} lines framed", one.found)))}" '
            f'src="data:image/png;base64,{b64encode(one.png).decode()}">'
            f'<figcaption style="font-size:12px;overflow-wrap:anywhere">{escape(one.file)}</figcaption></figure>'
            for one in self.inventory.thumbnails
        )
        return f'<div style="display:flex;gap:14px;flex-wrap:wrap;margin:6px 0">{figures}</div>' if figures else ""

    def page(self) -> Iterator[str]:
        """A page of its own: the card, the pictures, and the findings of the first files. It holds personal data itself."""
        title = escape(str(self.card().title))
        yield f'<!doctype html><html lang="{language()}"><meta charset="utf-8"><title>{title}</title>'
        yield '<body style="font-family:system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem">'
        warning = t("This page holds personal data itself: keep it like the images.")
        yield f"<p><b>{escape(str(warning))}</b></p>{self._repr_html_()}"
        rows = [
            (
                one.file,
                one.place.label,
                one.where,
                kind_label(one.kind),
                one.value,
                one.person,
                f"{one.sure:.2f}",
                one.reason.label,
            )
            for one in islice(self.findings(), _ON_PAGE)
        ]
        header = [t("file"), t("where"), t("place"), t("what"), t("value"), t("whose"), t("how sure"), t("reason")]
        yield Card(
            t("Findings"), "neutral", _shown_of(len(rows), self.inventory.total), [Table(header, rows)]
        ).to_html()
        yield "</body></html>\n"

    def save_page(self, path: Path) -> None:
        """Write the page to a file that only its owner reads, whoever might read the one that was there.

        Raises LabError when it cannot be written.
        """
        save_text(path, self.page(), private=True)

    def score(self, ledger: Path) -> Scored:
        """Hold the inventory against the answer key of a synthetic set (its ``ledger.parquet``)."""
        return Scored(score(((file, found) for file, _, found in self.inventory.by_file()), ledger))

    def json(self) -> JSON:
        """The counts for programs, and whom the findings are about; `inventory.json_text` has the findings, too."""
        return self.inventory.summary()


def _shown_of(shown: int, total: int) -> Text:
    return t("{shown} of {total}", shown=_number(shown), total=_number(total))


def look_through(
    source: Source | Sequence[Path | str],
    *,
    ocr: bool = True,
    sample: int = 1,
    workers: int | None = None,
    report: Progress | None = None,
) -> Inventoried:
    """The inventory of folders, files and backups, or of another source. Read-only; nothing leaves the machine."""
    where = Files([Path(one) for one in source]) if isinstance(source, Sequence) else source
    return Inventoried(take_inventory(where, with_pictures=ocr, every=sample, workers=workers, report=report))


@dataclass(frozen=True, repr=False)
class Scored(Shown):
    """How well the inventory did against the answer key, place by place."""

    result: Score

    def card(self) -> Card:
        total = self.result.total()
        rows: list[tuple[Text | str, ...]] = [(place.label, *_cells(one)) for place, one in self.result.places.items()]
        rows.append((t("together"), *_cells(total)))
        header = [t("where"), t("planted"), t("found"), t("recall"), t("reported"), t("precision")]
        named = t(
            "Whose it is was said rightly for {right} of {all} plants of a patient.",
            right=_number(self.result.named_right),
            all=_number(self.result.named),
        )
        tone: Tone = "good" if total.found == total.planted else "warning"
        badge = t("recall {recall}", recall=_share(total.recall))
        blocks: list[Block] = [Table(header, rows), Paragraph(named)]
        missed = [entry for one in self.result.places.values() for entry in one.missed][:_MOST_TROUBLES]
        if missed:
            listed = Counter((str(entry.place), entry.tag, str(entry.kind), entry.value) for entry in missed)
            blocks.append(Paragraph(t("Missed, among others:")))
            blocks.append(Table([t("where"), t("place"), t("what"), t("value")], list(listed)))
        return Card(t("The inventory against the answer key"), tone, badge, blocks)

    def json(self) -> JSON:
        """Recall and precision by place, for programs."""
        return {
            place.value: {
                "planted": one.planted,
                "found": one.found,
                "recall": one.recall,
                "reported": one.reported,
                "right": one.right,
                "precision": one.precision,
            }
            for place, one in self.result.places.items()
        }


def _cells(one: PlaceScore) -> tuple[str, ...]:
    return (
        _number(one.planted),
        _number(one.found),
        _share(one.recall),
        _number(one.reported),
        _share(one.precision),
    )


def _share(value: float | None) -> str:
    """A share in per cent, rounded down: 99.99 % is not all."""
    return "–" if value is None else str(format_percent(int(value * 1000) / 1000, "#,##0.0 %", locale=language()))
