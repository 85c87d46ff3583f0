"""Why a file was not read."""

from __future__ import annotations


class NotDicom(Exception):
    """The file is no DICOM file."""


class Unreadable(Exception):
    """A DICOM file, or a part of it, that cannot be read; the message says why."""
