"""One system of the simulated Internet, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lab.survey.facts import Origin


class Behaviour(StrEnum):
    """What a system does when somebody connects."""

    OPEN = "open"
    """Answers echo and find to anybody: freely accessible."""
    ECHO_ONLY = "echo-only"
    """Answers C-ECHO and refuses C-FIND."""
    CALLED_TITLE = "called-title"
    """Rejects associations that do not call it by its AE title (and tells nobody what it is)."""
    CALLING_TITLE = "calling-title"
    """Rejects calling AE titles that it does not know."""
    TLS_ONLY = "tls-only"
    """Speaks DICOM over TLS only, and asks for a client's certificate."""
    HONEYPOT = "honeypot"
    """Looks open and is a trap: accepts everything, also what no archive offers."""
    TAR_PIT = "tar-pit"
    """Accepts the connection and never answers."""
    DROP = "drop"
    """Closes the connection without a word."""
    OTHER_SERVICE = "other-service"
    """Something else than DICOM listens on the port."""
    GONE = "gone"
    """Was here two months ago; nothing listens any more."""


class Viewer(StrEnum):
    """The web viewer of a system."""

    NONE = "none"
    OPEN = "open"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an archive holds. A record is one patient's file; records ≤ studies ≤ images, downloadable ≤ images."""

    records: int = 0
    studies: int = 0
    images: int = 0
    downloadable: int = 0


@dataclass(frozen=True, slots=True)
class System:
    """A system: where it is, what it says of itself, how it behaves and what it holds.

    ``port`` and ``web_port`` are those of the real Internet; ``addresses.bindable`` says where this machine serves them.
    ``origins`` says of each number or group whether it is sourced (or part of a total that is) or modelled.
    """

    index: int
    address: str
    port: int
    country: str
    operator: str
    product: str
    version: str
    implementation: str
    ae_title: str
    behaviour: Behaviour
    tls: bool
    viewer: Viewer
    web_port: int
    holdings: Holdings
    seed: str
    """The role below which its patients are invented."""
    origins: dict[str, Origin] = field(default_factory=dict, compare=False)

    @property
    def accessible(self) -> bool:
        """Whether anybody may list its patients: the report's “freely accessible”."""
        return self.behaviour is Behaviour.OPEN

    def named(self, origin: Origin) -> tuple[str, ...]:
        """The names of the columns of this origin."""
        return tuple(name for name, where in self.origins.items() if where == origin)

    def row(self) -> dict[str, Any]:
        """The system as a flat row for JSON and CSV."""
        return {
            "index": self.index,
            "address": self.address,
            "port": self.port,
            "country": self.country,
            "operator": self.operator,
            "product": self.product,
            "version": self.version,
            "implementation": self.implementation,
            "ae_title": self.ae_title,
            "called_title_policy": "must match" if self.behaviour is Behaviour.CALLED_TITLE else "any",
            "authentication": _AUTHENTICATION.get(self.behaviour, "none"),
            "behaviour": self.behaviour.value,
            "accessible": self.accessible,
            "tls": self.tls,
            "viewer": self.viewer.value,
            "web_port": self.web_port or None,
            "records": self.holdings.records,
            "studies": self.holdings.studies,
            "images": self.holdings.images,
            "downloadable": self.holdings.downloadable,
            "share_downloadable": round(self.holdings.downloadable / self.holdings.images, 4)
            if self.holdings.images
            else 0.0,
            "sourced": " ".join(self.named("sourced")),
            "modelled": " ".join(self.named("modelled")),
        }


_AUTHENTICATION = {
    Behaviour.ECHO_ONLY: "refuses queries",
    Behaviour.CALLED_TITLE: "called AE title",
    Behaviour.CALLING_TITLE: "calling AE title",
    Behaviour.TLS_ONLY: "client certificate",
}
