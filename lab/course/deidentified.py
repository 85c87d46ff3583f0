"""What the commands of de-identification answer: what a run did, and what its score is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from lab.course.cards import Block, Card, Items, Paragraph, Shown, Table, Tone
from lab.course.surveyed import number
from lab.deid.problems import DeidError
from lab.deid.profile import Profile
from lab.deid.report import Audit
from lab.deid.run import Request, deidentify
from lab.deid.score.pictures import before_and_after
from lab.deid.score.scoring import Score, score
from lab.i18n import Text, language, t, tn

JSON = dict[str, Any]
Report = Callable[[int, int], None]
_EXAMPLES = 8


@dataclass(frozen=True, repr=False)
class Deidentified(Shown):
    """A run: how many files left, how many stayed behind and why."""

    audit: Audit
    target: Path

    @classmethod
    def run(
        cls, source: Path, target: Path, options: Iterable[str], key: Path | None, anonymous: bool, workers: int = 2,
        report: Report | None = None, *, retry: bool = False,
    ) -> Deidentified:  # fmt: skip
        """De-identify a folder. Raises DeidError, also when it was not said what becomes of the key."""
        if anonymous == (key is not None):
            raise DeidError(
                t("Say what becomes of the key."),
                t("--key FILE keeps it with the hospital (pseudonymised); --anonymous destroys it at the end."),
            )
        return cls(
            deidentify(Request(source, target, Profile.of(options), key, workers, retry), report), target.absolute()
        )

    def card(self) -> Card:
        audit = self.audit
        blocks: list[Block] = [
            Paragraph(
                t(
                    "Files cleaned: {cleaned} of {files}. Pictures looked at: {pixels}; places covered in them: {boxes}.",
                    cleaned=number(audit.cleaned),
                    files=number(audit.files),
                    pixels=number(audit.looked),
                    boxes=number(audit.boxes),
                ),
                strong=True,
            ),
            Paragraph(self._kind()),
        ]
        state = self.target.name + ".deid-state"
        if not audit.anonymous:
            blocks.append(
                Paragraph(t("{path} names patients and files: it stays in the hospital, like the key.", path=state))
            )
        if audit.quarantined:
            rows = [(number(count), reason.value, reason.words) for reason, count in sorted(audit.quarantined.items())]
            state += "/quarantine.tsv"
            blocks += [
                Paragraph(t("What could not be cleaned stayed where it was. Its names stand in {path}.", path=state)),
                Table([t("files"), t("reason"), t("meaning")], rows),
            ]
        tone: Tone = "warning" if audit.quarantined else "good"
        badge = t("with a remainder") if audit.quarantined else t("done")
        return Card(t("De-identification"), tone, badge, blocks)

    def _kind(self) -> Text:
        if self.audit.anonymous:
            return t(
                "The key is destroyed. Whether the data are anonymous depends on what else they tell: dates, rare findings, faces."
            )
        return t(
            "Pseudonymised: whoever has the key can find the way back, so these stay personal data (GDPR art. 4(5))."
        )

    def json(self) -> JSON:
        """The run for programs."""
        return self.audit.json()


@dataclass(frozen=True, repr=False)
class Scored(Shown):
    """A score against the ledger: leaks by place, harm done."""

    score: Score
    source: Path
    target: Path

    @classmethod
    def of(cls, source: Path, target: Path, report: Report | None = None) -> Scored:
        """Score a folder of de-identified files. Read-only."""
        return cls(score(source, target, report), source, target)

    def card(self) -> Card:
        result = self.score
        blocks: list[Block] = [
            Paragraph(self._sentence(), strong=True),
            Table(
                [t("place"), t("leaked"), t("planted")],
                [(name, number(bad), number(many)) for name, (bad, many) in result.places.items()],
            ),
            Table(
                [t("asked for (MIDI-B)"), t("done"), t("of")],
                [(name, number(good), number(many)) for name, (good, many) in result.actions.items()],
            ),
            Items(self._harm()),
        ]
        if result.leaks:
            examples = list({(j.entry.tag, j.entry.kind): j.entry for j in result.leaks}.values())[:_EXAMPLES]
            rows = [(e.place.value, e.tag, e.kind.value, e.value) for e in examples]
            blocks.append(Table([t("place"), t("tag"), t("kind"), t("still there")], rows))
        if result.naming:
            blocks.append(
                Paragraph(
                    t(
                        "Files that name someone and belong to no image: {files}.",
                        files=", ".join(result.naming[:_EXAMPLES]),
                    )
                )
            )
        tone: Tone = "good" if result.clean else "bad"
        return Card(t("Score"), tone, self._badge(), blocks)

    def _badge(self) -> Text:
        result = self.score
        if result.clean:
            return t("nothing leaked")
        return t("leaks") if result.leaked or result.naming else t("not known")

    def _sentence(self) -> Text:
        result = self.score
        if result.leaked:
            return tn(
                "One planted identifier is still there.", "{n} planted identifiers are still there.", result.leaked
            )
        if not result.paired:
            return t("No file of the target was made from one of the set: there is nothing to score.")
        return t(
            "No planted identifier is left (planted: {entries}; files compared: {paired}, without a target: {missing}).",
            entries=number(result.entries),
            paired=number(result.paired),
            missing=number(result.files - result.paired),
        )

    def _harm(self) -> list[tuple[Tone, Text]]:
        harm = self.score.harm
        facts = [
            (t("patients that are still one patient each"), harm.patients),
            (t("studies that are still one study each"), harm.studies),
            (t("UIDs that are legal and the same everywhere"), harm.uids),
            (t("dates that keep their distance"), harm.dates),
            (t("attributes that research needs"), harm.research),
        ]
        rows: list[tuple[Tone, Text]] = [
            (
                "good" if good == many else "warning",
                t("{label}: {good} of {many}", label=label, good=number(good), many=number(many)),
            )
            for label, (good, many) in facts
        ]
        share = f"{100 * harm.pixels:.1f}"
        rows.append(
            ("neutral", t("pixels outside of the planted letters that are as they were: {share} %", share=share))
        )
        if harm.errors is not None:
            worse, many = harm.errors
            rows.append(
                (
                    "warning" if worse else "good",
                    t("files with new errors by dciodvfy: {worse} of {many}", worse=number(worse), many=number(many)),
                )
            )
        return rows

    def json(self) -> JSON:
        """The score for programs."""
        return self.score.json()

    def page(self) -> str:
        """A page of its own: the card, and pictures before and after with the planted places outlined."""
        rows = "".join(
            f'<figure><figcaption>{escape(shot.name)}</figcaption><img alt="{escape(str(t("before")))}" src="{shot.before}">'
            f'<img alt="{escape(str(t("after")))}" src="{shot.after}"></figure>'
            for shot in before_and_after(self.source, self.target)
        )
        style = "body{font-family:system-ui;margin:2rem}img{max-width:48%;margin:2px;border:1px solid #888}figcaption{font-weight:600}"
        title = escape(str(t("Score of a de-identification")))
        heading = escape(str(t("Before and after: red where an identifier is left, green where it is gone")))
        return (
            f'<!DOCTYPE html><html lang="{language()}"><head><meta charset="utf-8"><title>{title}</title><style>{style}</style></head>'
            f"<body><h1>{title}</h1>{self.card().to_html()}<h2>{heading}</h2>{rows}</body></html>\n"
        )

    def _repr_html_(self) -> str:
        return self.card().to_html()
