"""The words of the inventory: what was found, whose it is, where it stands and how sure that is. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lab.i18n import Text, t
from synthetic_data import Kind

Box = tuple[int, int, int, int]
"""Left, top, right and bottom; right and bottom are the first beyond. Pixels of a frame, or points of a PDF page."""

SURE_ENOUGH = 0.5
"""What is less sure than this is not counted as found."""


class Place(StrEnum):
    """Where personal data stands; the first eight as in the ledger of the synthetic sets.

    `padding` is what comes after the pixels, `path` a folder's name, `log` a line of a text file, `archive` the inside
    of a file that is no DICOM: a database, a backup.
    """

    ELEMENT = "element"
    TEXT = "text"
    PIXELS = "pixels"
    OVERLAY = "overlay"
    PDF = "pdf"
    FILE_META = "file_meta"
    PREAMBLE = "preamble"
    FILE_NAME = "file_name"
    PADDING = "padding"
    PATH = "path"
    LOG = "log"
    ARCHIVE = "archive"

    @property
    def label(self) -> Text:
        return {
            Place.ELEMENT: t("elements"),
            Place.TEXT: t("free text"),
            Place.PIXELS: t("pixels"),
            Place.OVERLAY: t("overlays"),
            Place.PDF: t("PDF documents"),
            Place.FILE_META: t("file meta information"),
            Place.PREAMBLE: t("preamble"),
            Place.FILE_NAME: t("file names"),
            Place.PADDING: t("behind the pixels"),
            Place.PATH: t("folder names"),
            Place.LOG: t("logs and text files"),
            Place.ARCHIVE: t("databases and backups"),
        }[self]


def kind_label(kind: Kind) -> Text:
    """What a kind of identifier is called in the reader's language."""
    return {
        Kind.NAME: t("name"),
        Kind.BIRTH_DATE: t("date of birth"),
        Kind.AGE: t("age"),
        Kind.SEX: t("sex"),
        Kind.BODY_MEASURE: t("body measure"),
        Kind.PATIENT_ID: t("patient number"),
        Kind.NATIONAL_ID: t("national number"),
        Kind.ADDRESS: t("address"),
        Kind.PHONE: t("telephone number"),
        Kind.EMAIL: t("e-mail address"),
        Kind.ACCESSION_NUMBER: t("accession number"),
        Kind.CASE_ID: t("case number"),
        Kind.DATE: t("date"),
        Kind.TIME: t("time of day"),
        Kind.UID: t("UID"),
        Kind.INSTITUTION: t("facility"),
        Kind.DEVICE: t("device"),
    }[kind]


class Reason(StrEnum):
    """How the inventory knows; values are the words of CSV and JSON."""

    STANDARD = "standard"
    REPRESENTATION = "representation"
    KNOWN = "known"
    RESPELT = "respelt"
    LIKE = "like"
    LABELLED = "labelled"
    PATTERN = "pattern"
    CHECKED = "checked"

    @property
    def label(self) -> Text:
        return {
            Reason.STANDARD: t("the standard’s element"),
            Reason.REPRESENTATION: t("value representation"),
            Reason.KNOWN: t("known from a header"),
            Reason.RESPELT: t("known from a header, other spelling"),
            Reason.LIKE: t("like a known one, letters differ"),
            Reason.LABELLED: t("beside its label"),
            Reason.PATTERN: t("looks like it"),
            Reason.CHECKED: t("right check digit"),
        }[self]


DIRECT = frozenset(
    {Kind.NAME, Kind.BIRTH_DATE, Kind.PATIENT_ID, Kind.NATIONAL_ID, Kind.ADDRESS, Kind.PHONE, Kind.EMAIL}
)
"""Kinds that name a person by themselves; the others do so together, or by linking (GDPR recital 26)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of personal data at its place.

    `file` is the file below the folder that was searched, or the instance of an archive. `tag` is the path to the
    element, such as `(0010,0010)` or `(0040,0275)[0](0040,1002)`; items count from 0, and `private_creator` says whose
    block a private element is in. `span` is a range of characters of a text, a preamble, a name or a line. `pages` are
    the first and the last page of a PDF, frame of an image, or line of a text file, from 1; `box` is where on it.
    `person` is a Patient ID, the name of a member of staff, `institution`, or empty when it is not known whose it is.
    `sure` is from 0 to 1, and `reason` says why.
    """

    place: Place
    kind: Kind
    value: str
    person: str = ""
    sure: float = 1.0
    reason: Reason = Reason.STANDARD
    tag: str = ""
    private_creator: str = ""
    span: tuple[int, int] | None = None
    pages: tuple[int, int] | None = None
    box: Box | None = None
    file: str = ""
    sop_instance_uid: str = ""

    @property
    def is_direct(self) -> bool:
        """Whether it names a person by itself."""
        return self.kind in DIRECT

    @property
    def where(self) -> str:
        """The place in one line, as tables show it."""
        parts = [self.tag]
        if self.private_creator:
            parts.append(f"[{self.private_creator}]")
        if self.pages:
            first, last = self.pages
            parts.append(f"p. {first}" if first == last else f"p. {first}-{last}")
        if self.box:
            parts.append("{},{}–{},{}".format(*self.box))
        elif self.span:
            parts.append("{}–{}".format(*self.span))
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Region:
    """Text that was read in a picture: a box in its pixels, the text, and how sure the reader is of the letters (0 to 1)."""

    box: Box
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file, or a part of one, that could not be searched, and why. Never means that there is nothing in it."""

    file: str
    reason: str
