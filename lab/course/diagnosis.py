"""What the doctor found, as a card."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.course.cards import Card, Items, Shown, Tone, labelled
from lab.i18n import Text, t, tn
from lab.sandbox.doctor import Check, examine
from lab.sandbox.protocol import Sandbox


@dataclass(frozen=True, repr=False)
class Diagnosis(Shown):
    """Every precondition, met or not."""

    checks: tuple[Check, ...]

    @classmethod
    def of(cls, kind: str, home: Path, sandbox: Sandbox | None) -> Diagnosis:
        """Examine now. Read-only."""
        return cls(examine(kind, home, sandbox))

    @property
    def healthy(self) -> bool:
        return all(check.met for check in self.checks)

    def card(self) -> Card:
        items: list[tuple[Tone, Text]] = []
        for check in self.checks:
            if check.met:
                items.append(("good", labelled(check.title, check.found)))
            else:
                items.append(("bad", labelled(check.title, f"{check.found}. {check.cost} → {check.remedy}")))
        failures = sum(not check.met for check in self.checks)
        badge = tn("{n} precondition missing", "{n} preconditions missing", failures) if failures else t("all is well")
        return Card(t("What the lab needs"), "bad" if failures else "good", badge, [Items(items)])

    def json(self) -> dict[str, Any]:
        return {
            "healthy": self.healthy,
            "checks": [
                {
                    "id": c.id,
                    "met": c.met,
                    "title": str(c.title),
                    "found": str(c.found),
                    "cost": str(c.cost),
                    "remedy": str(c.remedy),
                }
                for c in self.checks
            ],
        }
