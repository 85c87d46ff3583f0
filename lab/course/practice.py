"""Small synthetic sets for the lessons about personal data, each with its answer key."""

from __future__ import annotations

import difflib
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.errors import InvalidDicomError

from lab.course.cards import JSON, Card, Paragraph, Shown, Table
from lab.course.surveyed import number
from lab.errors import LabError
from lab.i18n import Text, t
from synthetic_data import LedgerEntry, generate, read_ledger
from synthetic_data.errors import SyntheticDataError
from synthetic_data.sets import LEDGER_NAME

_LOCALE = "fr_FR"
_SETS: dict[str, tuple[Text, dict[str, Any]]] = {
    "dose": (t("the dose report of one patient’s CT, a picture with letters"), {"modalities": ("CT",), "patients": 1}),
    "films": (t("X-rays of two patients, and what was written about them"), {
        "modalities": ("DX", "SR", "KO", "PR", "DOC"), "patients": 2,
    }),
    "pictures": (t("pictures with letters in them: ultrasound and a scanned letter"), {
        "modalities": ("US", "OT"), "patients": 1, "first": 13, "until": date(2019, 1, 31),
    }),
    "letters": (t("reports and letters of one patient"), {"modalities": ("SR", "DOC"), "patients": 1, "first": 2, "until": date(2018, 12, 31)}),
    "cohort": (t("reports of thirty patients"), {"modalities": ("SR",), "patients": 30}),
    "abroad": (t("reports of ten patients of another hospital"), {"modalities": ("SR",), "patients": 10, "locale": "de_DE"}),
}  # fmt: skip


@dataclass(frozen=True, repr=False)
class Practice(Shown):
    """A small synthetic set in a folder, with the answer key of what was planted in it."""

    name: str
    folder: Path

    @property
    def files(self) -> tuple[str, ...]:
        """Its DICOM files, below the folder, in their order."""
        return tuple(path.relative_to(self.folder).as_posix() for path in sorted(self.folder.rglob("*.dcm")))

    def key(self, file: str | None = None) -> list[LedgerEntry]:
        """The answer key: what was planted in one of the files, or in all. Raises LabError when it is not there."""
        try:
            entries = list(read_ledger(self.folder / LEDGER_NAME))
            if file is None:
                return entries
            uid = str(dcmread(self.folder / file, specific_tags=["SOPInstanceUID"]).SOPInstanceUID)
        except (SyntheticDataError, OSError, InvalidDicomError) as error:
            tip = t("Make the set anew: lab.practice({name!r}, fresh=True).", name=self.name)
            raise LabError(str(error), tip) from error
        return [entry for entry in entries if entry.sop_instance_uid == uid]

    def beside(self, name: str) -> Path:
        """An empty place beside the set for what you make of it. What an earlier run left there is deleted."""
        place = self.folder.parent / f"{self.folder.name}-{Path(name).name}"
        for old in (place, place.with_name(f"{place.name}.deid-state")):
            shutil.rmtree(old, ignore_errors=True)
        return place

    def card(self) -> Card:
        rows = [(t("DICOM files"), number(len(self.files))), (t("folder"), str(self.folder))]
        return Card(
            t("Practice set {name}", name=self.name), "neutral", t("synthetic"), [Paragraph(_SETS[self.name][0]), Table(["", ""], rows)]
        )  # fmt: skip

    def json(self) -> JSON:
        return {"name": self.name, "folder": str(self.folder), "files": list(self.files)}


def practice_set(name: str, below: Path, *, fresh: bool = False) -> Practice:
    """The practice set of this name, written below a folder when it is not there yet. Raises LabError."""
    if name not in _SETS:
        near = difflib.get_close_matches(name, _SETS, n=1)
        tip = t("Did you mean {near}?", near=near[0]) if near else t("There are: {known}.", known=", ".join(_SETS))
        raise LabError(t("There is no practice set {name!r}.", name=name), tip)
    made = Practice(name, below / name)
    if fresh or not (made.folder / LEDGER_NAME).is_file():
        shutil.rmtree(made.folder, ignore_errors=True)
        generate(**{"locale": _LOCALE, "objects": "all", **_SETS[name][1]}).write(made.folder)
    return made
