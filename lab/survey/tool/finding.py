"""What the survey found out about one system."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lab.i18n import Text, t


class Outcome(StrEnum):
    """The verdict on one system."""

    ACCESSIBLE = "accessible"
    HONEYPOT = "honeypot"
    REFUSES_QUERIES = "refuses-queries"
    REJECTS = "rejects"
    TLS_CERTIFICATE = "tls-certificate"
    NOT_DICOM = "not-dicom"
    SILENT = "silent"
    DROPPED = "dropped"
    UNREACHABLE = "unreachable"
    INTERRUPTED = "interrupted"
    """The survey was killed while it asked: whether there was an answer, nobody knows."""

    @property
    def label(self) -> Text:
        """The verdict in the trainee's words."""
        return _LABELS[self]


_LABELS = {
    Outcome.ACCESSIBLE: t("freely accessible"),
    Outcome.HONEYPOT: t("probably a honeypot"),
    Outcome.REFUSES_QUERIES: t("answers an echo, refuses queries"),
    Outcome.REJECTS: t("rejects the association"),
    Outcome.TLS_CERTIFICATE: t("TLS, asks for a certificate"),
    Outcome.NOT_DICOM: t("not DICOM"),
    Outcome.SILENT: t("never answers"),
    Outcome.DROPPED: t("closes the connection"),
    Outcome.UNREACHABLE: t("nothing listens"),
    Outcome.INTERRUPTED: t("was being asked when the survey was killed"),
}


@dataclass(slots=True)
class Finding:
    """The evidence about one system. ``steps`` are the exchanges, as they were; counts are None where it gave none.

    No answer of the system is kept: ``attributes`` are the names of the attributes that were filled, not their values.
    """

    address: str
    port: int
    country: str
    outcome: Outcome = Outcome.UNREACHABLE
    steps: list[str] = field(default_factory=list)
    implementation: str = ""
    implementation_uid: str = ""
    tls: bool = False
    open_viewer: bool = False
    attributes: tuple[str, ...] = ()
    records: int | None = None
    studies: int | None = None
    images: int | None = None
    downloadable: int | None = None
    suspicion: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def accessible(self) -> bool:
        return self.outcome is Outcome.ACCESSIBLE

    def row(self) -> dict[str, Any]:
        """The finding as a flat row, to be read by people and other programs."""
        return {
            "address": self.address,
            "port": self.port,
            "country": self.country,
            "outcome": self.outcome.value,
            "implementation": self.implementation,
            "implementation_uid": self.implementation_uid,
            "tls": self.tls,
            "open_viewer": self.open_viewer,
            "records": self.records,
            "studies": self.studies,
            "images": self.images,
            "downloadable": self.downloadable,
            "attributes": " ".join(self.attributes),
            "suspicion": "; ".join(self.suspicion),
            "evidence": "; ".join(self.steps),
            "seconds": round(self.seconds, 4),
        }

    def stored(self) -> dict[str, Any]:
        """The finding as a row that loses nothing, also where a banner holds the separators of ``row``."""
        exact = {"evidence": json.dumps(self.steps), "suspicion": json.dumps(self.suspicion), "seconds": self.seconds}
        return self.row() | exact

    @classmethod
    def from_stored(cls, row: Mapping[str, Any]) -> Finding:
        """The finding of such a row."""
        return cls(
            address=row["address"],
            port=row["port"],
            country=row["country"],
            outcome=Outcome(row["outcome"]),
            steps=json.loads(row["evidence"]),
            implementation=row["implementation"],
            implementation_uid=row["implementation_uid"],
            tls=bool(row["tls"]),
            open_viewer=bool(row["open_viewer"]),
            attributes=tuple(row["attributes"].split()),
            records=row["records"],
            studies=row["studies"],
            images=row["images"],
            downloadable=row["downloadable"],
            suspicion=tuple(json.loads(row["suspicion"])),
            seconds=row["seconds"],
        )
