"""Killing what runs in a sandbox, from outside, the way a crash or an impatient user does."""

from __future__ import annotations

import os
import signal
import time
import uuid
from pathlib import Path
from typing import ClassVar, Protocol


class Chaos(Protocol):
    """Kills with SIGKILL."""

    def kill(self, part: str) -> None:
        """Kill ``orthanc``, ``nginx``, ``nginx-worker``, ``keeper`` (of the archive), ``gateway-keeper`` (compose only: natively
        one keeper keeps both) or, native only, ``bubblewrap`` or ``host``.

        ``orthanc-stop`` makes Orthanc hang (SIGSTOP) instead.
        """


class NativeChaos:
    """Finds the processes below the host process of one state folder by walking the process tree."""

    NAMES: ClassVar[dict[str, bytes]] = {
        "orthanc": b"Orthanc",
        "nginx": b"nginx: master",
        "nginx-worker": b"nginx: worker",
        "keeper": b"/opt/pacslab/inside",
        "bubblewrap": b"bwrap",
    }

    def __init__(self, folder: Path) -> None:
        self._lock = folder / "host.lock"

    def host(self) -> int:
        return int(self._lock.read_text("ascii"))

    def kill(self, part: str) -> None:
        if part == "host":
            os.kill(self.host(), signal.SIGKILL)
            return
        number = signal.SIGSTOP if part.endswith("-stop") else signal.SIGKILL
        wanted = self.NAMES[part.removesuffix("-stop")]
        for pid in descendants(self.host()):
            arguments = command_line(pid)
            head = arguments[:2] if part.startswith("nginx") else arguments[:3]
            is_wrapper = bool(arguments) and arguments[0].endswith(b"bwrap")
            if any(wanted in argument for argument in head) and (part == "bubblewrap" or not is_wrapper):
                os.kill(pid, number)
                return
        raise AssertionError(f"no {part} runs")


class ComposeChaos:
    """Asks the test run outside, which has Docker, through a shared folder (see tests/packaging/test_compose_suite.py)."""

    FOLDER = Path("/srv/chaos")

    def kill(self, part: str) -> None:
        request = self.FOLDER / f"{uuid.uuid4().hex}.kill"
        request.write_text(part, encoding="ascii")
        deadline = time.monotonic() + 20
        while request.exists():
            assert time.monotonic() < deadline, "nobody outside carried the kill out"
            time.sleep(0.05)


def command_line(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def descendants(root: int) -> list[int]:
    """Every living process below ``root``."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [root]
    while todo:
        for child in children.get(todo.pop(), []):
            found.append(child)
            todo.append(child)
    return found
