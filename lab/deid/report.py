"""The audit report: what was done, in numbers. It holds no value of any file and no file's name, so it may be shown."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from lab.deid.journal import Line
from lab.deid.marking import method
from lab.deid.problems import Reason
from lab.deid.profile import Profile, table


@dataclass
class Audit:
    """The result of a run."""

    profile: Profile
    anonymous: bool
    files: int = 0
    cleaned: int = 0
    already: int = 0
    patients: int = 0
    recoded: int = 0
    looked: int = 0
    boxes: int = 0
    seconds: float = 0.0
    actions: Counter[str] = field(default_factory=Counter)
    quarantined: Counter[Reason] = field(default_factory=Counter)

    def count(self, lines: list[Line]) -> None:
        """Take in all files of the run, those of its earlier legs as well."""
        cleaned = [line for line in lines if line.target]
        self.cleaned = len(cleaned)
        self.patients = len({line.target.partition("/")[0] for line in cleaned})
        self.quarantined.update(Reason(line.reason) for line in lines if line.reason)
        for line in cleaned:
            self.actions.update(line.actions)
            self.looked, self.boxes = self.looked + line.looked, self.boxes + line.boxes
            self.recoded += line.recoded

    def json(self) -> dict[str, Any]:
        """The report for programs, and as it is written."""
        head = table()
        return {
            "method": method(),
            "table": {"basic": head["basic"], "options": head["options"]},
            "profile": [{"code": code, "meaning": meaning} for code, meaning in self.profile.codes],
            "kind": "key destroyed, anonymity not assessed"
            if self.anonymous
            else "pseudonymised, key kept by the hospital",
            "files": self.files,
            "cleaned": self.cleaned,
            "cleaned_before": self.already,
            "patients": self.patients,
            "quarantined": {reason.value: count for reason, count in sorted(self.quarantined.items())},
            "actions": dict(sorted(self.actions.items())),
            "pixels": {"looked_at": self.looked, "covered_boxes": self.boxes, "written_uncompressed": self.recoded},
            "seconds": round(self.seconds, 2),
        }

    def text(self) -> str:
        return json.dumps(self.json(), indent=1, ensure_ascii=False) + "\n"
