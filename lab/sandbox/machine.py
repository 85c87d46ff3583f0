"""The archive's machine from within: its disk as another account sees it, its logs as those who are sent them read them."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

NOBODY = 65534  # an account that owns nothing of the lab's
MOST_BYTES = 1 << 26
T = TypeVar("T")


@dataclass(frozen=True)
class HospitalMachine:
    """The machine that the archive runs on (lab/clients/machine.py says what probes may ask of it)."""

    storage: Path
    """The archive's files. Probes look at them as ``stranger``."""
    log_file: Callable[[str], Path]
    """Where the log of this file name lies (``orthanc.log``)."""
    alter: Callable[[str], None]
    """Alters an image on the disk (Orthanc's id); a second time undoes it."""

    @property
    def stranger(self) -> OtherAccount:
        """Another account before the storage."""
        return OtherAccount(self.storage)

    def log_end(self, log: str) -> int:
        """How long a log is now, in bytes; 0 when there is none. Read-only."""
        try:
            return self.log_file(log).lstat().st_size
        except OSError:
            return 0

    def log_lines(self, log: str, start: int = 0) -> list[str]:
        """The lines that a log has got since byte ``start``. Read-only."""
        text = read_within(self.log_file(log), start=start).decode("utf-8", "replace")
        return text.splitlines()


def read_within(path: Path, most: int = MOST_BYTES, start: int = 0) -> bytes:
    """What a file holds from byte ``start`` on, at most ``most`` bytes; empty when it is not there. Read-only.

    These files are written where scenarios run code: no link is followed, nothing but a plain file is read, and nothing
    is waited for. A file that became shorter than ``start`` is read from its beginning.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        return b""
    with open(descriptor, "rb") as file:
        file.seek(start if start <= found.st_size else 0)
        return file.read(most)


class OtherAccount:
    """Another account of the archive's machine, before the storage folder: it owns nothing there and is in no group of it.

    Where the lab runs as root, a thread that has given root's rights away tries for itself (setfsuid(2)); else the
    permissions are read as the kernel would read them for such an account. Methods raise PermissionError where the
    account may not, and OSError where there is nothing. Read-only.
    """

    def __init__(self, storage: Path) -> None:
        self._storage = storage

    def names(self, folder: str = ".") -> list[str]:
        """What lies in a folder of the storage."""
        return self._try(lambda root: self._names(root, folder))

    def read(self, path: str, most: int = MOST_BYTES) -> bytes:
        """The first bytes of a file of the storage. Raises OSError for anything but a plain file."""
        return self._try(lambda root: self._read(root, path, most))

    def _try(self, action: Callable[[int], T]) -> T:
        root = os.open(self._storage, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            return _as_nobody(lambda: action(root)) if os.geteuid() == 0 else action(root)
        finally:
            os.close(root)

    def _names(self, root: int, folder: str) -> list[str]:
        descriptor = _open(root, folder, os.O_DIRECTORY)
        try:
            return sorted(os.listdir(descriptor))
        finally:
            os.close(descriptor)

    def _read(self, root: int, path: str, most: int) -> bytes:
        descriptor = _open(root, path, os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "not a plain file", path)
        with open(descriptor, "rb") as file:
            return file.read(most)


def _open(root: int, path: str, kind: int) -> int:
    """Open a path below ``root``, one step after the other, each as far as an account may go that owns nothing."""
    here = os.dup(root)
    try:
        *folders, last = [part for part in path.split("/") if part not in ("", ".")] or ["."]
        for name in folders:
            here = _step(here, name, os.O_PATH | os.O_DIRECTORY)
        return _step(here, last, os.O_RDONLY | kind, reads=True)
    except BaseException:
        os.close(here)
        raise


def _step(here: int, name: str, flags: int, *, reads: bool = False) -> int:
    """Open ``name`` in the folder ``here`` and let go of that. A folder must be open to others (x) to be passed."""
    if os.geteuid() != 0:
        _require(os.fstat(here).st_mode, stat.S_IXOTH, name)
    descriptor = os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
    if os.geteuid() != 0 and reads:
        try:
            _require(os.fstat(descriptor).st_mode, stat.S_IROTH, name)
        except PermissionError:
            os.close(descriptor)
            raise
    os.close(here)
    return descriptor


def _require(mode: int, bit: int, name: str) -> None:
    if not mode & bit:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), name)


def _as_nobody(action: Callable[[], T]) -> T:
    """Do something in a thread whose rights on files are those of nobody. They end with the thread (Linux, setfsuid(2))."""
    results: list[T] = []
    errors: list[OSError] = []

    def run() -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        libc.setfsgid(NOBODY)
        libc.setfsuid(NOBODY)
        try:
            results.append(action())
        except OSError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
