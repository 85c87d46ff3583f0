"""Which published flaws a version of Orthanc has. What is not in here may still have flaws: the list is of November 2026."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lab.i18n import Text, t

Version = tuple[int, ...]


@dataclass(frozen=True)
class Flaw:
    """A published flaw: the version that has it no more, and what it lets somebody do."""

    cve: str
    fixed: Version
    harm: Text


# Sources: CVE-2025-0896 (CISA ICSMA-25-037-02) · CVE-2023-33466 · CVE-2026-5437 to 5445: CERT/CC, April 2026 (press), and the
# project's own repository for the release of 1.12.11 on 14 April 2026 · CVE-2026-10528: the release notes of 1.13.0 (NEWS), which also
# tell of further reads and writes out of bounds that have no CVE.
FLAWS = (
    Flaw("CVE-2025-0896", (1, 5, 8), t("remote access without a password by default")),
    Flaw(
        "CVE-2023-33466",
        (1, 12, 0),
        t("whoever is logged in overwrites files of the server, its configuration for one"),
    ),
    Flaw(
        "CVE-2026-5437 … 5445",
        (1, 12, 11),
        t("a prepared image or request crashes the archive, reads its memory or runs code"),
    ),
    Flaw("CVE-2026-10528", (1, 13, 0), t("an image whose sequences are nested deeply enough stops the archive")),
)


def version_of(text: str) -> Version | None:
    """``1.12.7`` as numbers; None for what is no release, such as ``mainline``."""
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", text)
    return tuple(map(int, numbers.groups())) if numbers else None


def flaws_of(version: Version) -> tuple[Flaw, ...]:
    """The published flaws of a version, by its number. A distribution may have mended some without changing the number."""
    return tuple(flaw for flaw in FLAWS if version < flaw.fixed)
