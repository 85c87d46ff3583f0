"""Files that a trainee asks for: whole under their name or not at all, and where that cannot be, in words."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from lab.errors import LabError
from lab.i18n import t


def require_file(path: Path, *, making_folders: bool = False) -> None:
    """Raise LabError when no file can be written at ``path``: to be asked before the work that is to be saved.

    With ``making_folders`` the folders above need not be there yet. Leaves nothing there.
    """
    with in_words(path):
        if not _is_device(path):
            _require_room(path, making_folders)


def require_folder(path: Path) -> None:
    """Raise LabError when no folder can be made at, or in the place of, ``path``. Leaves nothing there."""
    with in_words(path):
        _require_room(path, True)


def _require_room(path: Path, making_folders: bool) -> None:
    folder = path.absolute().parent
    while making_folders and not os.path.lexists(folder):
        folder = folder.parent
    TemporaryFile(dir=folder).close()


def save_text(path: Path, pieces: Iterable[str], *, private: bool = False) -> None:
    """Write a text, piece by piece, whole under its name or not at all; ``private``: only its owner may read it.

    A device such as /dev/stdout is written to. Raises LabError for what cannot be written.
    """
    with in_words(path):
        if _is_device(path):
            with path.open("w", encoding="utf-8") as stream:
                stream.writelines(pieces)
            return
        with whole(path.resolve(), private=private) as file:  # a link stays one
            for piece in pieces:
                file.write(piece.encode())


@contextmanager
def whole(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """A file to write that stands under its name only when all of it is on the disk. Raises OSError."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    try:
        with open(unfinished, "xb", opener=_private if private else None) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """What the system says against writing at ``path``, as LabError."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise LabError(
            t("{path} cannot be written: {reason}.", path=path, reason=error.strerror or error),
            t("Name a place in a folder that exists and is yours, with room for it."),
        ) from error


def _is_device(path: Path) -> bool:
    """Whether it is there and no file, such as a pipe. Raises IsADirectoryError for a folder."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    return path.exists() and not path.is_file()


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
