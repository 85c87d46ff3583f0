"""One precondition of the lab."""

from __future__ import annotations

from dataclasses import dataclass

from lab.i18n import Text


@dataclass(frozen=True)
class Check:
    """One precondition. ``cost`` and ``remedy`` matter when it is not met."""

    id: str
    title: Text
    met: bool
    found: Text | str
    cost: Text
    remedy: Text
