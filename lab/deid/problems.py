"""Why a file is not cleaned, and what stops a whole run."""

from __future__ import annotations

from enum import StrEnum

from lab.errors import LabError
from lab.i18n import Text, t


class DeidError(LabError):
    """The run cannot be made as it was asked for."""


class Reason(StrEnum):
    """Why a file is in quarantine. The names stand in the audit report, and say nothing about a person."""

    NOT_DICOM = "not-dicom"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too-large"
    TRUNCATED = "truncated"
    BROKEN_STRUCTURE = "broken-structure"
    OUT_OF_ORDER = "out-of-order"
    TOO_DEEP = "too-deep"
    TOO_MANY_ELEMENTS = "too-many-elements"
    UNKNOWN_SYNTAX = "unknown-syntax"
    INFLATES_TOO_FAR = "inflates-too-far"
    BAD_TEXT = "bad-text"
    NO_IDENTITY = "no-identity"
    DIRECTORY = "dicomdir"
    PIXELS_MISFIT = "pixels-misfit"
    PIXELS_UNDECODABLE = "pixels-undecodable"
    NEEDS_PIXEL_CLEANING = "needs-pixel-cleaning"
    DOCUMENT = "unknown-document"
    SURVIVED = "identity-survived"
    SAME_TWICE = "same-twice"
    TOO_SLOW = "too-slow"
    KILLED_READER = "killed-reader"

    @property
    def words(self) -> Text:
        """The reason as a sentence."""
        return {
            Reason.NOT_DICOM: t("no DICOM file: the marker DICM is not at byte 128"),
            Reason.UNREADABLE: t("the system does not let one read it"),
            Reason.TOO_LARGE: t("larger than what one process may hold"),
            Reason.TRUNCATED: t("it ends before the length that it states"),
            Reason.BROKEN_STRUCTURE: t("its elements contradict each other or its transfer syntax"),
            Reason.OUT_OF_ORDER: t("an element comes twice or not in the order of tags"),
            Reason.TOO_DEEP: t("sequences are nested too deep"),
            Reason.TOO_MANY_ELEMENTS: t("more elements than an image has"),
            Reason.UNKNOWN_SYNTAX: t("its transfer syntax is not known"),
            Reason.INFLATES_TOO_FAR: t("its deflated data grows beyond bounds"),
            Reason.BAD_TEXT: t("its text is not in the character set that it states"),
            Reason.NO_IDENTITY: t("no patient or no object is named in it"),
            Reason.DIRECTORY: t("a DICOMDIR: make a new one for the cleaned files"),
            Reason.PIXELS_MISFIT: t("its pixels are not as many as it says"),
            Reason.PIXELS_UNDECODABLE: t("its pixels cannot be decoded, so nobody can look at them"),
            Reason.NEEDS_PIXEL_CLEANING: t("letters may be burned into it, and pixels were not to be cleaned"),
            Reason.DOCUMENT: t("it holds a document of a kind for which there is no empty one"),
            Reason.SURVIVED: t("something known of the patient was still in it after cleaning"),
            Reason.SAME_TWICE: t("another file has the same SOP Instance UID"),
            Reason.TOO_SLOW: t("it took longer than any image does"),
            Reason.KILLED_READER: t("the process that read it came to grief"),
        }[self]


class Unclean(Exception):
    """This file cannot be cleaned; it goes into quarantine."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
