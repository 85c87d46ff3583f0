"""Which files of a folder are DICOM objects: those of a medium have no extension."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lab.errors import LabError
from lab.i18n import t

_PREAMBLE, _MAGIC = 128, b"DICM"
_NO_OBJECTS = (".wl",)
"""Entries of a worklist are DICOM files, but nothing to store."""
_DIRECTORY = "DICOMDIR"


def dicom_files(folder: Path) -> Iterator[Path]:
    """The DICOM objects below a folder, in order, whatever they are called; links to folders are not followed.

    A file that ends in `.dcm` is not opened for that. One that cannot be opened is among them: whoever reads it will say
    why. Raises LabError for a folder that cannot be read, and, at the end, when there was none.
    """
    some = False
    for path in filter(_is_object, _files(folder)):
        some = True
        yield path
    if not some:
        raise LabError(
            t("There is no DICOM file in {folder}.", folder=folder),
            t("Name a folder that pacslab data generate has made, or DICOM files."),
        )


def _files(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise LabError(t("{path} cannot be read: {reason}.", path=folder, reason=error.strerror or error)) from error
    for entry in entries:
        if entry.is_file():
            yield entry
        elif entry.is_dir() and not entry.is_symlink():
            yield from _files(entry)


def _is_object(path: Path) -> bool:
    if path.suffix == ".dcm":
        return True
    if path.name.upper() == _DIRECTORY or path.suffix in _NO_OBJECTS:
        return False
    try:
        with path.open("rb") as file:
            return file.read(_PREAMBLE + len(_MAGIC))[_PREAMBLE:] == _MAGIC
    except OSError:
        return True
