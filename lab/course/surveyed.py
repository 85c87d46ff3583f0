"""What the commands of the survey answer: the simulated Internet, and what a survey found on it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from babel.numbers import format_decimal

from lab.course.cards import Block, Card, Items, Paragraph, Shown, Table, Tone
from lab.i18n import Text, language, t, tn
from lab.survey import facts
from lab.survey.compare import Row, compare
from lab.survey.countries import country_name
from lab.survey.engine.index import Hits
from lab.survey.engine.worldmap import world_map
from lab.survey.population import Population
from lab.survey.tool.finding import Finding, Outcome
from lab.survey.tool.report import totals

JSON = dict[str, Any]
_ROWS = 12
_MAP_STYLE = (
    "<style>.pacslab-map{max-width:60rem;width:100%;height:auto;background:var(--jp-layout-color1,#fff)}.pacslab-map .land{fill:#dfe5ec;"
    "stroke:#b6c0cc;stroke-width:.4}.pacslab-map circle{fill:#c2410c;fill-opacity:.65;stroke:#fff;stroke-width:.5}</style>"
)
_MARKS = {"exact": "✔", "more than": "✔", "differs": "≠"}


def number(value: int | None) -> str:
    """A whole number as one writes it in the trainee's language."""
    return "–" if value is None else str(format_decimal(value, locale=language()))


@dataclass(frozen=True, repr=False)
class Described(Shown):
    """The simulated Internet as a description: what there is, and how much of it a source gives."""

    population: Population

    def card(self) -> Card:
        kinds = Counter(system.behaviour for system in self.population.systems)
        rows = [(kind.value, number(count)) for kind, count in kinds.most_common()]
        blocks: list[Block] = [
            Paragraph(
                t(
                    "{systems} systems in {countries} countries; {open} stand open. Totals are the report's; what no source gives is modelled.",
                    systems=number(len(self.population.systems)),
                    countries=len({system.country for system in self.population.systems}),
                    open=len(self.population.accessible),
                ),
                strong=True,
            ),
            Table([t("behaviour"), t("systems")], rows),
        ]
        if self.population.gone:
            gone = len(self.population.gone)
            blocks.append(
                Paragraph(
                    tn("{n} archive of the first survey is gone.", "{n} archives of the first survey are gone.", gone)
                )
            )
        title = t("The simulated Internet, seed {seed}", seed=self.population.seed)
        badge = t("summer 2019") if self.population.epoch == 1 else t("two months later")
        return Card(title, "neutral", badge, blocks)

    def csv(self) -> str:
        """One row a system, as CSV."""
        out = io.StringIO()
        rows = [system.row() for system in self.population.known]
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue()

    def json(self) -> JSON:
        return {
            "seed": self.population.seed,
            "epoch": self.population.epoch,
            "totals": self.population.totals(),
            "systems": [system.row() for system in self.population.known],
        }


@dataclass(frozen=True, repr=False)
class Compared(Shown):
    """The totals of a survey beside the published ones."""

    totals: JSON
    epoch: int = 1

    @property
    def rows(self) -> tuple[Row, ...]:
        """One for each figure."""
        return compare(self.totals, self.epoch)

    def blocks(self) -> list[Block]:
        """The table and the disagreements, for a card of one's own."""
        rows = []
        for row in self.rows:
            rows.append((_MARKS[row.agreement], row.what, number(row.found), _printed(row), row.published.source))
        header: list[Text | str] = ["", t("figure"), t("found"), t("published"), t("source")]
        notes: list[tuple[Tone, Text | str]] = [("neutral", note) for note in facts.disagreements(self.epoch)]
        return [
            Paragraph(t("Beside the publication"), strong=True),
            Table(header, rows),
            Paragraph(t("Where the sources disagree"), strong=True),
            Items(notes),
        ]

    def card(self) -> Card:
        differing = sum(row.agreement == "differs" for row in self.rows)
        badge = tn("{n} figure differs", "{n} figures differ", differing)
        return Card(t("Found and published"), "bad" if differing else "good", badge, self.blocks())

    def json(self) -> JSON:
        return {"figures": {str(row.what): {"found": row.found, "agreement": row.agreement} for row in self.rows}}


def _printed(row: Row) -> Text | str:
    """A published figure as the report has it."""
    published = number(row.published.value)
    if row.published.more_than:
        return t("more than {number}", number=published)
    return t("about {number}", number=published) if row.published.about else published


@dataclass(frozen=True, repr=False)
class Mapped(Shown):
    """Countries with a number each: a map in a notebook, a table in a terminal."""

    title: Text
    counts: tuple[tuple[str, int], ...]

    def card(self) -> Card:
        rows = [(country_name(code), number(count)) for code, count in sorted(self.counts, key=lambda pair: -pair[1])]
        return Card(
            self.title,
            "neutral",
            number(sum(count for _, count in self.counts)),
            [Table([t("country"), t("systems")], rows)],
        )

    def _repr_html_(self) -> str:
        return _MAP_STYLE + world_map(self.counts, str(self.title), link=None)


@dataclass(frozen=True, repr=False)
class Surveyed(Shown):
    """What a survey found. ``findings`` and ``totals`` for code."""

    findings: Sequence[Finding]
    epoch: int = 1
    asked: int | None = None
    """How many of the systems were asked this time; the others had answered before."""

    @property
    def totals(self) -> JSON:
        return totals(self.findings)

    def frame(self) -> Any:
        """The findings as a pandas DataFrame, one row a system."""
        import pandas

        return pandas.DataFrame([finding.row() for finding in self.findings]).convert_dtypes()

    def report(self) -> Compared:
        """The totals beside the published ones, and where the sources disagree."""
        return Compared(self.totals, self.epoch)

    def map(self) -> Mapped:
        """The countries of the archives that stand open, on a map."""
        countries = self.totals["by_country"].items()
        return Mapped(t("Archives that stand open"), tuple((code, row["accessible"]) for code, row in countries))

    def card(self) -> Card:
        found = self.totals
        blocks: list[Block] = [self._headline(found)]
        if self.asked is not None:
            words = t(
                "{asked} systems were asked this time; {known} had been asked before.",
                asked=number(self.asked),
                known=number(len(self.findings) - self.asked),
            )
            blocks.append(Paragraph(words))
        if cut := found["verdicts"][Outcome.INTERRUPTED.value]:
            blocks.append(Paragraph(_interrupted(cut)))
        verdicts = sorted(found["verdicts"].items(), key=lambda pair: -pair[1])
        rows = [(Outcome(name).label, number(count)) for name, count in verdicts if count]
        blocks.append(Table([t("verdict"), t("systems")], rows))
        blocks.append(self._countries(found))
        if self.asked is None:
            blocks += Compared(found, self.epoch).blocks()
        tone: Tone = "bad" if found["accessible"] else "good"
        return Card(t("What the survey found"), tone, t("{n} open", n=number(found["accessible"])), blocks)

    def _headline(self, found: JSON) -> Paragraph:
        words = t(
            "Of {examined} systems, {accessible} in {countries} countries show their patients to anybody: {records} records, {images} images, "
            "{downloadable} of them to download; {viewers} do so in a web page.",
            examined=number(found["examined"]),
            accessible=number(found["accessible"]),
            countries=found["countries"],
            records=number(found["records"]),
            images=number(found["images"]),
            downloadable=number(found["downloadable"]),
            viewers=number(found["open_viewers"]),
        )
        return Paragraph(words, strong=True)

    def _countries(self, found: JSON) -> Table:
        header = [t("country"), t("servers"), t("records"), t("images"), t("images that can be downloaded")]
        largest = sorted(found["by_country"].items(), key=lambda pair: -pair[1]["images"])[:_ROWS]
        columns = ("accessible", "records", "images", "downloadable")
        rows = [(country_name(code), *(number(figures[name]) for name in columns)) for code, figures in largest]
        return Table(header, rows)

    def json(self) -> JSON:
        return self.totals


def _interrupted(count: int) -> Text:
    return tn(
        "{n} system was being asked when the survey was killed. It is asked again only if you want that: with retry.",
        "{n} systems were being asked when the survey was killed. They are asked again only if you want that: with retry.",
        count,
    )


@dataclass(frozen=True, repr=False)
class Searched(Shown):
    """The first page of hits of a query to the search engine."""

    query: str
    hits: Hits

    def card(self) -> Card:
        rows = [
            (
                f"{host.address}:{host.port}",
                country_name(host.country),
                host.service,
                f"{host.product} {host.version}",
                host.org,
            )
            for host in self.hits.hosts
        ]
        header = [t("address"), t("country"), t("service"), t("product"), t("operator")]
        countries = ", ".join(f"{country_name(code)} {count}" for code, count in self.hits.facets["country"][:_ROWS])
        blocks: list[Block] = [Table(header, rows), Paragraph(countries)]
        badge = tn("{n} system", "{n} systems", self.hits.total)
        return Card(t("Search: {query}", query=self.query), "neutral", badge, blocks)

    def json(self) -> JSON:
        facets = {name: dict(counts) for name, counts in self.hits.facets.items()}
        return {"total": self.hits.total, "facets": facets, "hosts": [asdict(host) for host in self.hits.hosts]}
