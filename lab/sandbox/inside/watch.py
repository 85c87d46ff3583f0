"""Waiting until a folder's entries change: the kernel tells (inotify(7)), so that a lab at rest costs next to nothing."""

from __future__ import annotations

import asyncio
import ctypes
import os
from contextlib import suppress
from pathlib import Path

# linux/inotify.h
_CREATE, _DELETE, _MOVED_TO = 0x100, 0x200, 0x80
LOOK_SECONDS = 0.05  # where the kernel does not tell, or not of this file system
PATIENT_SECONDS = 1.0


class Watch:
    """Watches one folder, also one that is made anew under its name. For one waiter, within a running event loop."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._woken = asyncio.Event()
        self._watched: tuple[int, int] | None = None
        self._libc = ctypes.CDLL(None, use_errno=True)
        try:
            self._descriptor = int(self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        except AttributeError:  # another system's library
            self._descriptor = -1
        if self._descriptor >= 0:
            asyncio.get_running_loop().add_reader(self._descriptor, self._told)

    def wake(self) -> None:
        """Let the waiter look, for a reason of the caller's."""
        self._woken.set()

    async def wait(self, *, impatient: bool = False) -> None:
        """Until an entry has changed since the last call, or somebody calls `wake`; a second at most, a twentieth if impatient."""
        patient = self._watches() and not impatient
        # not asyncio.wait_for: up to Python 3.11 it forgets that it was cancelled when it is woken at the same moment
        enough = asyncio.get_running_loop().call_later(PATIENT_SECONDS if patient else LOOK_SECONDS, self._woken.set)
        try:
            await self._woken.wait()
        finally:
            enough.cancel()
        self._woken.clear()

    def _told(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._descriptor, 1 << 16)
        self._woken.set()

    def _watches(self) -> bool:
        """Whether the kernel tells of this folder. It is asked to once for each folder of this name."""
        try:
            status = os.stat(self.folder)
        except OSError:
            return False
        found = status.st_dev, status.st_ino
        if found != self._watched and self._descriptor >= 0:
            name, events = os.fsencode(self.folder), _CREATE | _DELETE | _MOVED_TO
            self._watched = found if self._libc.inotify_add_watch(self._descriptor, name, events) >= 0 else None
            self._woken.set()  # what changed before
        return self._watched is not None
