"""Which Orthanc runs, and what it does where the configuration says nothing.

The defaults are data (``defaults.json``); they depend on the version and on who packaged it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from lab.audit.source import AuditError
from lab.i18n import Text, t

Version = tuple[int, ...]
Family = Literal["upstream", "debian", "orthancteam", "jodogne"]
# The first orthancteam (formerly osimis) tag with each Orthanc version: orthanc-builder, release-notes-docker-images.md.
# 26.8.1 is FACTS.md part 2, 10.
TEAM_TAGS: tuple[tuple[Version, Version], ...] = (
    ((20, 3, 1), (1, 6, 0)),
    ((20, 4, 1), (1, 6, 1)),
    ((20, 5, 2), (1, 7, 0)),
    ((20, 5, 3), (1, 7, 1)),
    ((20, 7, 1), (1, 7, 2)),
    ((20, 8, 0), (1, 7, 3)),
    ((20, 9, 6), (1, 7, 4)),
    ((20, 10, 2), (1, 8, 0)),
    ((20, 12, 3), (1, 8, 1)),
    ((20, 12, 6), (1, 8, 2)),
    ((21, 1, 7), (1, 9, 0)),
    ((21, 2, 0), (1, 9, 1)),
    ((21, 4, 0), (1, 9, 2)),
    ((21, 5, 1), (1, 9, 3)),
    ((21, 6, 1), (1, 9, 4)),
    ((21, 7, 0), (1, 9, 5)),
    ((21, 7, 3), (1, 9, 6)),
    ((21, 8, 3), (1, 9, 7)),
    ((22, 2, 1), (1, 10, 0)),
    ((22, 3, 0), (1, 10, 1)),
    ((22, 5, 0), (1, 11, 0)),
    ((22, 6, 4), (1, 11, 1)),
    ((22, 8, 0), (1, 11, 2)),
    ((23, 2, 0), (1, 11, 3)),
    ((23, 4, 0), (1, 12, 0)),
    ((23, 7, 0), (1, 12, 1)),
    ((23, 12, 0), (1, 12, 2)),
    ((24, 2, 0), (1, 12, 3)),
    ((24, 6, 1), (1, 12, 4)),
    ((24, 12, 0), (1, 12, 5)),
    ((25, 1, 1), (1, 12, 6)),
    ((26, 8, 1), (1, 13, 0)),
)
LAST_KNOWN_GAP = (25, 2, 0)  # the notes looked up end here: a later tag before 26.8.1 has 1.12.6 or newer
# Orthanc 1.12.11 is of 14 April 2026 and 1.13.0 of 15 August 2026 (references.py): an image of an earlier month has an older one.
NEWEST_BEFORE: tuple[tuple[Version, Version], ...] = (((26, 4, 0), (1, 12, 10)), ((26, 8, 0), (1, 12, 11)))
# Which Orthanc is in a release of Debian: FACTS.md, its first lines; forky: its package list of October 2026.
DEBIAN = {
    "bookworm": (1, 10, 1),
    "12": (1, 10, 1),
    "trixie": (1, 12, 7),
    "13": (1, 12, 7),
    "forky": (1, 13, 0),
    "14": (1, 13, 0),
}
_FAMILIES: dict[str, Family] = {
    "orthancteam/orthanc": "orthancteam",
    "osimis/orthanc": "orthancteam",
    "jodogne/orthanc": "jodogne",
    "jodogne/orthanc-plugins": "jodogne",
    "jodogne/orthanc-python": "jodogne",
    "debian": "debian",
    "orthanc": "upstream",
}


@dataclass(frozen=True)
class Default:
    """What holds when an option is not written, and why."""

    value: Any
    origin: Text


@dataclass(frozen=True)
class Platform:
    """Who packaged Orthanc, and its version if that is known."""

    family: Family = "upstream"
    version: Version | None = None
    image: str | None = None
    at_most: Version | None = None
    """The newest version that it may be, where the version itself is not known."""

    @property
    def label(self) -> Text:
        version = ".".join(map(str, self.version)) if self.version else t("of unknown version")
        if self.version is None and self.at_most is not None:
            version = t("{version} at most", version=".".join(map(str, self.at_most)))
        match self.family:
            case "upstream":
                return t("Orthanc {version}", version=version)
            case "debian":
                return t("Debian’s Orthanc {version}", version=version)
            case _:
                return t("the image {image} (Orthanc {version})", image=self.image or self.family, version=version)

    def before(self, *version: int) -> bool:
        """Whether this Orthanc is known to be older than a version."""
        newest = self.version or self.at_most
        return newest is not None and newest < version

    def default(self, option: str) -> Default | None:
        """The value of an option that is not written; None where the table has none."""
        entry = defaults().get(option)
        if entry is None:
            return None
        value = entry["value"]
        if self.version is not None and "since" in entry and self.version < parse_version(entry["since"]):
            value = entry.get("before", value)
        return Default(entry.get(self.family, value), self.label)

    def lacks(self, option: str) -> str | None:
        """The version that brought an option which this Orthanc does not have yet, or None."""
        entry = defaults().get(option, {})
        if "since" not in entry or self.family in entry or not self.before(*parse_version(entry["since"])):
            return None
        return str(entry["since"])


@cache
def defaults() -> dict[str, dict[str, Any]]:
    """The table: per option ``value``, ``since`` (and ``before``: how older ones behave), and a value per family."""
    table: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("defaults.json").read_text("utf-8"))
    return table


def parse_version(text: str) -> Version:
    """``1.12.7`` as (1, 12, 7). Raises AuditError for anything else."""
    if not re.fullmatch(r"\d+(\.\d+){1,2}", text):
        raise AuditError(t("{text!r} is not a version of Orthanc.", text=text), t("Write it as 1.12.7."))
    return tuple(int(part) for part in text.split("."))


def platform_of(image: str | None, version: str | None = None) -> Platform:
    """The platform of an image reference (or ``debian``); a version said aloud overrides the tag's."""
    stated = parse_version(version) if version else None
    if image is None:
        return Platform(version=stated)
    name, tag = split_image(image)
    family: Family = _FAMILIES.get(name, "upstream")
    known = stated or _version_of_tag(family, tag)
    return Platform(family, known, image, None if known else _at_most(family, tag))


def split_image(image: str) -> tuple[str, str | None]:
    """Repository and tag of an image reference; registry and digest are dropped."""
    name, _, _ = image.partition("@")
    path, _, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    parts = [part for part in path.split("/") if part]
    if parts and ("." in parts[0] or ":" in parts[0] or parts[0] == "localhost"):
        parts = parts[1:]
    return "/".join([*parts, last]), tag or None


def is_orthanc_image(image: str) -> bool:
    """Whether an image is Orthanc: an official one, or one whose name says so and that is no companion of it."""
    name = split_image(image)[0]
    last = name.rpartition("/")[2]
    return (name in _FAMILIES and name != "debian") or bool(
        re.fullmatch(r"(my-?|custom-?)?orthanc(-(plugins|python|archive|server))?", last)
    )


def _at_most(family: Family, tag: str | None) -> Version | None:
    """The last Orthanc before the month of a tag of the official image, whose own version is not known here."""
    found = re.match(r"(\d{2})\.(\d{1,2})\.(\d+)", tag or "")
    number = tuple(int(part) for part in found.groups()) if found else ()
    if family != "orthancteam" or not number:
        return None
    if number < TEAM_TAGS[0][0]:
        return TEAM_TAGS[0][1]
    if number <= LAST_KNOWN_GAP:
        return None
    return next((newest for month, newest in NEWEST_BEFORE if number < month), None)


def _version_of_tag(family: Family, tag: str | None) -> Version | None:
    if family == "debian":
        return DEBIAN.get(re.split(r"[-.]", tag or "")[0])
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", tag or "")
    if not found:
        return None
    number = tuple(int(part) for part in found.groups())
    if family != "orthancteam":
        return number if number[0] == 1 else None
    if LAST_KNOWN_GAP < number < TEAM_TAGS[-1][0]:
        return None  # _at_most has what is known of it
    older = [orthanc for first, orthanc in TEAM_TAGS if first <= number]
    return older[-1] if older else None
