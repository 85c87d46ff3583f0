"""What the standard asks for each attribute: the Basic Application Level Confidentiality Profile and its options.

DICOM PS3.15 annex E, Table E.1-1, as data (`data/profile.json` says from which editions and under which licences). Codes:
D dummy value, Z empty, X remove, U new UID, K keep, C clean; several in one mean that the attribute's type decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from lab.deid.dictionary import vr_of
from lab.deid.options import BASIC_CODE, CODES, PROFILES, RESEARCH, Option
from lab.deid.problems import DeidError
from lab.i18n import t

_DECISIVE = "KCUXZD"
_SIMPLE = {"X/Z": "Z", "X/D": "D", "Z/D": "D", "X/Z/D": "D", "X/Z/U*": "U"}
"""One action for those that depend on the attribute's type, which holds for every type: what is present stays present."""


@cache
def table() -> dict[str, Any]:
    """The table as it is committed."""
    content: dict[str, Any] = json.loads(files("lab.deid").joinpath("data/profile.json").read_text("utf-8"))
    return content


@dataclass(frozen=True)
class Profile:
    """The basic profile with these options."""

    options: frozenset[Option]

    @classmethod
    def of(cls, options: Iterable[Option | str]) -> Profile:
        """The profile with these options. Raises DeidError for those that cannot be, or not together."""
        chosen = frozenset(Option(option) for option in options)
        if Option.CLEAN_FACES in chosen:
            raise DeidError(
                t("pacslab does not clean recognizable visual features: a face in a head scan stays a face."),
                t("Deface head scans with a tool made for it, look at the result, and share what is left by contract."),
            )
        if {Option.FULL_DATES, Option.MODIFIED_DATES} <= chosen:
            raise DeidError(
                t("Dates cannot stay as they are and be shifted."),
                t("Choose one of retain-full-dates and retain-modified-dates."),
            )
        return cls(chosen)

    def has(self, option: Option) -> bool:
        return option in self.options

    @property
    def codes(self) -> list[tuple[str, str]]:
        """Code and meaning of the profile and of each option, for De-identification Method Code Sequence."""
        return [BASIC_CODE, *(CODES[option] for option in Option if option in self.options)]

    @cached_property
    def _actions(self) -> dict[int, str | None]:
        return {}

    def action(self, tag: int) -> str | None:
        """K, C, U, X, Z or D for an attribute of the table; None for one that the table does not have."""
        try:
            return self._actions[tag]
        except KeyError:
            self._actions[tag] = action = self._decide(tag)
            return action

    def _decide(self, tag: int) -> str | None:
        elements, name = table()["elements"], f"{tag:08X}"
        row = elements.get(name)
        if row is None and name[:2] in ("50", "60"):
            row = elements.get(f"{name[:2]}xx{name[4:]}") or (elements["50xxxxxx"] if name[:2] == "50" else None)
        if row is None:
            return None
        answers = {row[option] for option in self.options if option.value in row}
        for code in _DECISIVE:
            if code in answers:
                return "K" if code == "C" and self._is_kept_time(tag) else code
        basic = str(row["basic"])
        return _SIMPLE.get(basic, basic)

    def keeps_identity(self, tag: int) -> bool:
        """Whether an option keeps this attribute because it tells which house or which device it was."""
        row = table()["elements"].get(f"{tag:08X}", {})
        return any(self.has(option) and row.get(option) == "K" for option in (Option.DEVICE, Option.INSTITUTION))

    def _is_kept_time(self, tag: int) -> bool:
        """A shift by whole days leaves the time of day."""
        return vr_of(tag) == "TM" and self.has(Option.MODIFIED_DATES)

    @cached_property
    def safe_private(self) -> frozenset[tuple[str, int, int]]:
        """Creator, group and element within its block of the private attributes that are known to be safe."""
        rows = table()["safe_private"]
        return frozenset((creator, int(group, 16), int(number, 16)) for creator, group, number in rows)


__all__ = ["PROFILES", "RESEARCH", "Option", "Profile", "table"]
