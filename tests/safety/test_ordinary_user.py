"""An ordinary user, a folder with spaces, an Orthanc of their own: ``./start.sh --native`` as it stands, nothing replaced."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.home import PROJECT
from lab.sandbox.inside.service import Plan, orthanc_command
from tests.safety import machine
from tests.safety.conftest import OTHER_INSTANCE
from tests.support.chaos import command_line

NOBODY = 65534
PARTS = ("lab", "synthetic_data", "notebooks")
FILES = ("start.sh", "pacslab", "pyproject.toml", "requirements.lock")
PACKAGES = sysconfig.get_path("purelib")
LAUNCHER = """#!/bin/sh
cd -- "$(dirname -- "$0")/../.." && exec .venv/bin/python -m lab "$@"
"""


@dataclass(frozen=True)
class User:
    """Somebody with a copy of the project in a folder of their own."""

    folder: Path
    number: int

    @property
    def orthanc(self) -> Path:
        return self.folder / "my orthanc" / "Orthanc"

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        own = {"HOME": str(self.folder), "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
        own |= {"ORTHANC_BIN": str(self.orthanc), "PACSLAB_INSTANCE": str(OTHER_INSTANCE)}
        who = {} if self.number == os.geteuid() else {"user": self.number, "group": self.number, "extra_groups": []}
        return subprocess.run(command, cwd="/", env=own, capture_output=True, text=True, timeout=120, **who)

    def processes(self) -> set[int]:
        return machine.mentioning(str(self.folder))


def a_python_of(user: User) -> str:
    """A Python that this user may run, and that has the lab's packages. Root's own may lie where nobody else may look."""
    system = f"/usr/bin/python3.{sys.version_info.minor}"
    test = f"import sys; sys.path.append({PACKAGES!r}); import pydicom, numpy, httpx"
    for program in (f"{sys.base_prefix}/bin/python3.{sys.version_info.minor}", system):
        try:
            if user.run(program, "-c", test).returncode == 0:
                return program
        except OSError:
            continue
    pytest.skip("no Python with the lab's packages can be run by an ordinary user of this machine")


def environment(user: User, python: str) -> None:
    """An environment ``.venv`` as start.sh makes it, with the packages of the one that runs the tests."""
    place = user.folder / ".venv"
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "python").symlink_to(python)
    (place / "bin" / "pacslab").write_text(LAUNCHER)
    (place / "bin" / "pacslab").chmod(0o755)
    (place / "pyvenv.cfg").write_text(f"home = {Path(python).parent}\ninclude-system-site-packages = false\n")
    site = place / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    site.mkdir(parents=True)
    (site / "packages.pth").write_text(f"{PACKAGES}\n")
    (place / "pacslab").mkdir()
    shutil.copy(PROJECT / "requirements.lock", place / "pacslab")
    (place / "pacslab" / "folder").write_text(f"{user.folder}\n")


@pytest.fixture
def user(native: None, stocked: Path) -> Iterator[User]:
    folder = Path(tempfile.mkdtemp(prefix="an ordinary user ")) / "my course, 2nd try"
    folder.mkdir()
    made = User(folder, NOBODY if os.geteuid() == 0 else os.geteuid())
    try:
        folder.parent.chmod(0o755)
        python = a_python_of(made)
        for part in PARTS:
            shutil.copytree(PROJECT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        for file in FILES:
            shutil.copy2(PROJECT / file, folder)
        environment(made, python)
        made.orthanc.parent.mkdir()
        shutil.copy2(shutil.which(orthanc_command(Plan("."))[0]) or "", made.orthanc)
        shutil.copytree(stocked, folder / ".pacslab")
        for path in (folder, *folder.rglob("*")) if os.geteuid() == 0 else ():
            os.chown(path, made.number, made.number, follow_symlinks=False)
        yield made
    finally:
        if made.processes():  # the test has failed
            made.run(str(folder / "pacslab"), "stop")
        shutil.rmtree(folder.parent)


@pytest.mark.slow
@pytest.mark.native
def test_an_ordinary_user_starts_and_ends_the_lab_from_a_folder_with_spaces(user: User) -> None:
    started = user.run(str(user.folder / "start.sh"), "--native", "--detach", "--no-jupyter")
    assert started.returncode == 0, started.stdout + started.stderr
    assert "The lab is ready." in started.stdout
    running = {pid: command_line(pid)[0] for pid in user.processes() if command_line(pid)}
    archive = [pid for pid, program in running.items() if program == str(user.orthanc).encode()]
    assert len(archive) == 1, running
    assert {Path(f"/proc/{pid}").stat().st_uid for pid in running} == {user.number}
    status = json.loads(user.run(str(user.folder / "pacslab"), "status", "--json").stdout)
    assert (status["ready"], status["sandbox"]) == (True, "native")
    stopped = user.run(str(user.folder / "pacslab"), "stop")
    assert (stopped.returncode, stopped.stdout) == (0, "The lab is stopped.\n")
    assert user.processes() == set()
    assert not (user.folder / ".pacslab" / "session.json").exists()
