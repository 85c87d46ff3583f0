"""What every sandbox needs: Python and its packages, a state folder of one's own, room on the disk and in memory."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lab.i18n import Text, t
from lab.sandbox.doctor.check import Check

NEEDED_DISK = NEEDED_MEMORY = 600  # MB
LOCK = Path(__file__).resolve().parents[3] / "requirements.lock"
_PINNED = re.compile(r"^([\w.-]+)==(\S+)( ;)?", re.MULTILINE)


def of_machine(home: Path, runs: bool) -> Iterator[Check]:
    """The checks that do not depend on the sandbox. ``runs``: the lab runs already, and has its memory."""
    yield _python()
    if LOCK.is_file():  # in the containers the packages are part of the image
        yield _packages(LOCK)
    yield _folder(home)
    yield _space(home)
    available = available_memory()
    if available is not None and not runs:
        yield _memory(available)


def _python() -> Check:
    return Check(
        "python",
        t("Python 3.11 or newer"),
        sys.version_info >= (3, 11),
        platform.python_version(),
        t("The lab does not start."),
        t("Install Python 3.11, 3.12 or 3.13."),
    )


def _packages(lock: Path) -> Check:
    wrong = differences(lock.read_text("utf-8"))
    shown = ", ".join(wrong[:3]) + (" …" if len(wrong) > 3 else "")
    return Check(
        "packages",
        t("Python packages in the versions of requirements.lock"),
        not wrong,
        shown or "ok",
        t("Parts of the lab may fail, or answer otherwise than the course says."),
        t("Start with ./start.sh: it makes the environment .venv anew and the lab runs in it."),
    )


def differences(lock: str) -> list[str]:
    """The packages of a lock that are not installed in the version that it names: ``name 1.0 (2.0)``. Read-only."""
    found = []
    for name, wanted, condition in _PINNED.findall(lock):
        try:
            installed = version(name)
        except PackageNotFoundError:
            if condition:  # for another system or another Python
                continue
            installed = "–"
        if installed != wanted:
            found.append(f"{name} {installed} ({wanted})")
    return found


def _folder(home: Path) -> Check:
    user = os.geteuid()
    foreign = sorted(path.name for path in (home, *home.iterdir()) if user not in (0, path.lstat().st_uid))
    writable = os.access(home, os.W_OK | os.X_OK)
    found: Text | str = str(home)
    if not writable:
        found = t("{folder} is not writable", folder=home)
    elif foreign:
        found = t("of other users: {names}", names=", ".join(foreign))
    return Check(
        "folder",
        t("a state folder of one's own"),
        writable and not foreign,
        found,
        t("The lab does not start, or cannot keep your progress."),
        t("Give it back with chown (was the lab started as root before?), or name another one in PACSLAB_STATE."),
    )


def _space(home: Path) -> Check:
    free = shutil.disk_usage(home).free // 1_000_000
    return Check(
        "disk",
        t("{needed} MB of free disk space", needed=NEEDED_DISK),
        free >= NEEDED_DISK,
        t("{free} MB free", free=free),
        t("Patients cannot be loaded, or the archive stops in the middle."),
        t("Make room on the disk that holds {home}.", home=home),
    )


def available_memory() -> int | None:
    """MB that programs can have without swapping; None where the kernel does not say. Read-only."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) // 1000 for line in lines if line.startswith("MemAvailable:")), None)


def _memory(available: int) -> Check:
    return Check(
        "memory",
        t("{needed} MB of free memory", needed=NEEDED_MEMORY),
        available >= NEEDED_MEMORY,
        t("{free} MB free", free=available),
        t("The machine becomes slow, or ends the archive or a notebook's kernel."),
        t("Close other programs."),
    )
