"""The confidentiality profile as a table that one can ask: what becomes of each attribute, with which options."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from pydicom.datadict import keyword_for_tag, tag_for_keyword

from lab.course.cards import JSON, Card, Paragraph, Shown, Table
from lab.course.surveyed import number
from lab.deid.options import Option
from lab.deid.problems import DeidError
from lab.deid.profile import Profile, table
from lab.i18n import Text, t

CODES: dict[str, Text] = {
    "X": t("the attribute is removed"),
    "Z": t("the value is emptied"),
    "D": t("the value is replaced by a dummy"),
    "U": t("the UID is replaced, everywhere by the same"),
    "C": t("the value is cleaned: what identifies goes, what means something else stays"),
    "K": t("the value is kept"),
}


@dataclass(frozen=True, repr=False)
class Profiled(Shown):
    """The basic profile with options: ``actions`` by keyword, as letters of Table E.1-1."""

    options: tuple[Option, ...]

    @classmethod
    def of(cls, options: Iterable[str]) -> Profiled:
        """The profile with these options. Raises DeidError for an option that is none, or that pacslab refuses."""
        names = tuple(options)
        for name in names:
            if name not in list(Option):
                raise DeidError(
                    t("There is no option {option!r}.", option=name), t("There are: {known}.", known=", ".join(Option))
                )
        Profile.of(names)  # refuses what cannot be
        return cls(tuple(map(Option, names)))

    @cached_property
    def actions(self) -> dict[str, str]:
        """What becomes of each attribute of the table that has a keyword, in the order of their tags."""
        profile = Profile.of(self.options)
        tags = [int(name, 16) for name in sorted(table()["elements"]) if "x" not in name]
        return {word: str(profile.action(tag)) for tag in tags if (word := keyword_for_tag(tag))}

    def action(self, keyword: str) -> str | None:
        """The letter for one attribute; None when the table does not have it, so that the profile leaves it as it is."""
        tag = tag_for_keyword(keyword)
        if tag is None:
            raise DeidError(
                t("DICOM has no attribute {keyword!r}.", keyword=keyword), t("Write it as in PatientBirthDate.")
            )
        return Profile.of(self.options).action(tag)

    def card(self) -> Card:
        counted = Counter(self.actions.values())
        rows = [(code, words, number(counted[code])) for code, words in CODES.items()]
        named = ", ".join(self.options)
        what = t("The basic profile with {options}.", options=named) if named else t("The basic profile, no options.")
        header = [t("code"), t("meaning"), t("attributes")]
        return Card(
            t("DICOM PS3.15, annex E"), "neutral", number(len(self.actions)), [Paragraph(what), Table(header, rows)]
        )

    def json(self) -> JSON:
        return {"options": list(self.options), "actions": self.actions}
