"""Is it a trap? Signs that an archive is a honeypot, each with its weight (the lesson of 2026: verify first)."""

from __future__ import annotations

from collections.abc import Collection

ENOUGH = 2
_KNOWN = ("GODICOM",)  # dicompot and relatives
FEW = 100


def suspicion(
    *, accepts_nonsense: bool, implementation: str, dates: Collection[str], records: int | None
) -> tuple[int, tuple[str, ...]]:
    """The weight of all signs, and the signs. From ``ENOUGH`` on a system counts as a honeypot."""
    signs = []
    if accepts_nonsense:
        signs.append((2, "accepts a SOP class that does not exist"))
    if implementation.startswith(_KNOWN):
        signs.append((1, f"implementation {implementation} is known from honeypots"))
    if len(dates) > 1 and len(set(dates)) == 1 and records is not None and records < FEW:
        signs.append((1, f"{records} records, all of the same day"))
    return sum(weight for weight, _ in signs), tuple(words for _, words in signs)
