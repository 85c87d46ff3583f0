"""Fixtures of the safety tests: somebody who runs programs inside the sandbox, and a second lab that may be killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from lab.api import Lab
from lab.home import PROJECT, Home
from lab.patients import LOCALE, SEED
from lab.sandbox.inside.files import read_json
from lab.site.baseline import ADMINISTRATOR, ADMINISTRATOR_PASSWORD, baseline
from lab.site.zones import INSTANCES, Network
from synthetic_data import generate
from tests.conftest import FEW, TEST_INSTANCE
from tests.safety import machine
from tests.support.chaos import NativeChaos, descendants

OTHER_INSTANCE = TEST_INSTANCE + 1 if TEST_INSTANCE + 1 in INSTANCES else TEST_INSTANCE - 1
PYTHON = f"{sys.base_prefix}/bin/python3.{sys.version_info.minor}"
# the worst site there is: anybody on the Internet may run programs and write files in the archive
WIDE_OPEN = {
    "orthanc": {"AuthenticationEnabled": False, "ExecuteLuaEnabled": True, "RestApiWriteToFileSystemEnabled": True},
    "gateway": {"publish": {"http": ["clinic", "office", "internet"]}},
}
_RUN = """
local file = assert(io.open("/tmp/program.py", "w"))
file:write({program})
file:close()
local pipe = io.popen({command})
print(pipe:read("*a"))
pipe:close()
"""


@pytest.fixture
def native(kind: str) -> None:
    if kind != "native":
        pytest.skip("about the native sandbox; for Docker's isolation see tests/packaging/test_containers.py")


# -- somebody inside -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Intruder:
    """Somebody on the Internet who found the archive wide open and runs programs in it, by means of Orthanc's own Lua."""

    lab: Lab

    def lua(self, script: str) -> str:
        """Run a Lua script in Orthanc. Returns what it printed."""
        with self.lab.web("intruder", "http") as client:
            answer = client.post("/tools/execute-script", content=script.encode(), timeout=60.0)
        assert answer.status_code == 200, answer.text
        return answer.text.rstrip("\n")

    def python(self, program: str, *arguments: str) -> object:
        """Run a Python program inside. Returns the JSON that it printed."""
        command = " ".join([PYTHON, "-I", "/tmp/program.py", *(f"'{argument}'" for argument in arguments), "2>&1"])
        printed = self.lua(_RUN.replace("{program}", _literal(program)).replace("{command}", _literal(command)))
        try:
            return json.loads(printed)
        except ValueError:
            raise AssertionError(printed) from None


def _literal(text: str) -> str:
    """A text as a Lua string."""
    return f"[====[\n{text}]====]"


@pytest.fixture
def intruder(native: None, lab: Lab) -> Intruder:
    """Somebody who runs programs inside the sandbox."""
    lab.sandbox.apply(baseline().changed(WIDE_OPEN))
    return Intruder(lab)


# -- a lab to be killed --------------------------------------------------------------------------------------------


@dataclass
class OtherLab:
    """A lab beside that of the session, with a state folder, addresses and a folder for temporary files of its own."""

    folder: Path
    temporary: Path
    network: Network = field(default_factory=lambda: Network.native(OTHER_INSTANCE))
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def environment(self) -> dict[str, str]:
        own = {"PACSLAB_STATE": str(self.folder), "TMPDIR": str(self.temporary), "PACSLAB_MARK": self.mark}
        return os.environ | own | {"PACSLAB_INSTANCE": str(OTHER_INSTANCE)}

    @property
    def chaos(self) -> NativeChaos:
        return NativeChaos(self.folder / "native")

    def lab(self) -> Lab:
        """The trainee's handle on it, in this process. Needs PACSLAB_INSTANCE, which the fixture sets."""
        return Lab(home=Home(self.folder))

    def program(self, *command: str, output: int = subprocess.PIPE) -> subprocess.Popen[str]:
        """Start a Python program that uses this lab; ``output`` is where it writes."""
        return subprocess.Popen(
            [sys.executable, *command],
            env=self.environment,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def start(self, *options: str, output: int = subprocess.PIPE) -> subprocess.Popen[str]:
        """``pacslab start`` in the foreground, ready."""
        process = self.program("-m", "lab", "start", *options, output=output)
        session = self.folder / "session.json"
        machine.until(lambda: read_json(session) or process.poll() is not None, 60)
        assert process.poll() is None, process.communicate()[0]
        return process

    def command(self, *arguments: str) -> tuple[int, str]:
        """A ``pacslab`` command: its exit code and what it printed."""
        process = self.program("-m", "lab", *arguments)
        printed = process.communicate(timeout=60)[0]
        return process.returncode, printed

    def processes(self) -> set[int]:
        """All processes of this lab: those outside bear its mark, those inside are their descendants."""
        outside = machine.mentioning(self.mark)
        return outside | {child for pid in outside for child in descendants(pid)}

    def stored(self) -> tuple[str, ...]:
        """The SOP Instance UIDs of everything in the archive, sorted."""
        with self.lab().web("administrator", "https", (ADMINISTRATOR, ADMINISTRATOR_PASSWORD)) as client:
            instances = client.get("/instances?expand").json()
        return tuple(sorted(instance["MainDicomTags"]["SOPInstanceUID"] for instance in instances))

    def remains(self) -> dict[str, object]:
        """What is left of it on the machine; all empty once it has ended."""
        return {
            "processes": sorted(self.processes()),
            "listening": sorted(machine.listening(prefix=f"{self.network.prefix}.")),
            "temporary files": sorted(path.name for path in self.temporary.rglob("*")),
        }


GONE: dict[str, object] = {"processes": [], "listening": [], "temporary files": []}


@cache
def full_set() -> tuple[str, ...]:
    """The SOP Instance UIDs of the patients of the first day, sorted."""
    hospital = generate(seed=SEED, patients=FEW, locale=LOCALE)
    return tuple(sorted(str(instance.dataset.SOPInstanceUID) for instance in hospital.instances()))


@pytest.fixture(scope="session")
def stocked(session_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of a stopped lab that has its patients."""
    folder = tmp_path_factory.mktemp("stocked") / "state"
    session_lab.reset()
    session_lab.stop()
    shutil.copytree(session_lab.home.folder, folder)
    (folder / "progress.sqlite").unlink()
    session_lab.start(with_parent=True)
    return folder


def _other(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OtherLab]:
    monkeypatch.setenv("PACSLAB_INSTANCE", str(OTHER_INSTANCE))
    (tmp_path / "temporary").mkdir()
    other = OtherLab(folder, tmp_path / "temporary")
    yield other
    for pid in other.processes():
        if machine.is_alive(pid):
            os.kill(pid, signal.SIGKILL)
    other.lab().stop()


@pytest.fixture
def empty_lab(native: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OtherLab]:
    """A lab that has never been started."""
    (tmp_path / "state").mkdir(mode=0o700)
    yield from _other(tmp_path / "state", tmp_path, monkeypatch)


@pytest.fixture
def other_lab(native: None, stocked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OtherLab]:
    """A stopped lab that has its patients."""
    shutil.copytree(stocked, tmp_path / "state")
    yield from _other(tmp_path / "state", tmp_path, monkeypatch)
