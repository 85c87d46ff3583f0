"""A DICOM query by hand, and the table of what came back."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from pydicom.datadict import keyword_dict
from pydicom.dataset import Dataset

from lab.clients import dimse
from lab.clients.live import LiveSite
from lab.course.cards import Card, Lines, Paragraph, Shown, Table
from lab.errors import LabError
from lab.i18n import Text, t, tn
from lab.model import readable_date, readable_name
from lab.site.zones import Door, Station

# What the survey of 2019 asked for: enough to know who was examined, when, for what, where and by whom.
SURVEY = (
    "PatientName",
    "PatientBirthDate",
    "StudyDate",
    "StudyDescription",
    "ReferringPhysicianName",
    "InstitutionName",
)
_ROWS = 6


@dataclass(frozen=True, repr=False)
class Found(Shown):
    """The answer to a C-FIND: ``matches`` are pydicom datasets; ``refusal`` says why there was no answer, or is empty."""

    asked: tuple[str, ...]
    line: str
    matches: tuple[Dataset, ...] = ()
    refusal: Text | str = ""

    def __len__(self) -> int:
        return len(self.matches)

    def card(self) -> Card:
        if self.refusal:
            return Card(
                t("Answer to the C-FIND"), "neutral", t("refused"), [Paragraph(self.refusal), Lines([self.line])]
            )
        rows = [tuple(_readable(match, keyword) for keyword in self.asked) for match in self.matches[:_ROWS]]
        more = len(self.matches) - len(rows)
        rest = [Paragraph(tn("… and one match more.", "… and {n} matches more.", more))] if more else []
        badge = tn("{n} match", "{n} matches", len(self.matches))
        return Card(t("Answer to the C-FIND"), "neutral", badge, [Table(self.asked, rows), *rest, Lines([self.line])])


def ask(site: LiveSite, station: Station, calling: str, called: str | None, keys: Mapping[str, str]) -> Found:
    """C-FIND at study level from a station, as ``calling``. An empty key is asked for, one with a value must match.

    Raises LabError for a key that no DICOM attribute is called.
    """
    peer = site.dicom(station, calling, called)
    line = f"{station.address}: C-FIND {peer.calling} → {peer.called}@{peer.address}:{peer.port}"
    asked = tuple(keys)
    identifier = _identifier(keys)
    if not site.answers(station, Door.DICOM):
        return Found(asked, line, refusal=t("The connection was refused: no DICOM port is open in this zone."))
    try:
        status, matches = dimse.find(peer, identifier)
    except dimse.NoAssociation as refusal:
        if refusal.kind == "tls":
            text = t("The archive does TLS and knows no certificate of yours: {reason}.", reason=refusal.detail)
            return Found(asked, line, refusal=text)
        return Found(asked, line, refusal=t("No association. The archive says: {reason}.", reason=refusal.detail))
    if status == dimse.NO_ANSWER:
        return Found(asked, line, refusal=t("The association was accepted, the query was not: the archive broke off."))
    if status != 0:
        return Found(asked, line, refusal=t("The query failed with status 0x{status:04X}.", status=status))
    return Found(asked, line, tuple(matches))


def _identifier(keys: Mapping[str, str]) -> Dataset:
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "STUDY"
    identifier.StudyInstanceUID = ""
    for keyword, value in keys.items():
        if keyword not in keyword_dict:
            near = difflib.get_close_matches(keyword, keyword_dict, n=1)
            tip = (
                t("Did you mean {near}?", near=near[0]) if near else t("For example: {known}.", known=", ".join(SURVEY))
            )
            raise LabError(t("DICOM has no attribute {keyword!r}.", keyword=keyword), tip)
        setattr(identifier, keyword, value)
    return identifier


def _readable(match: Dataset, keyword: str) -> str:
    value = match.get(keyword)
    if value is None:
        return ""
    vr = match[keyword].VR
    return readable_name(str(value)) if vr == "PN" else readable_date(str(value)) if vr == "DA" else str(value)
