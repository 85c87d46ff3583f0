"""What is written inside and read outside: whatever somebody inside puts there misleads nobody and locks nobody out."""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from lab.sandbox.compose import ComposeSandbox
from lab.sandbox.host import forget
from lab.sandbox.inside.files import MOST_BYTES, make_folder, read_json
from lab.sandbox.kept import DEAD
from lab.sandbox.native import NativeSandbox
from lab.site.zones import Network
from tests.safety import machine
from tests.safety.conftest import Intruder, full_set
from tests.support.chaos import NativeChaos

GOOD = {"role": "archive", "state": "ready", "generation": 3, "restarts": 0, "error": [], "heartbeat": 1e12}
NONSENSE: dict[str, object] = {
    "a list": [GOOD],
    "a word": "ready",
    "a number": 7,
    "nothing in it": {},
    "no time": {name: value for name, value in GOOD.items() if name != "heartbeat"},
    "a time that is none": GOOD | {"heartbeat": "now"},
    "a state that is none": GOOD | {"state": ["ready"]},
    "a generation that is none": GOOD | {"generation": "3"},
    "an error that is none": GOOD | {"error": 5},
    "lines that are none": GOOD | {"error": [{}]},
    "a version that is none": GOOD | {"version": {"a": 1}},
}


@pytest.fixture
def sandbox(native: None, tmp_path: Path) -> Iterator[NativeSandbox]:
    """A sandbox whose process outside seems to live, but in which nothing runs."""
    made = NativeSandbox(tmp_path, Network.native(1))
    made.run.mkdir(parents=True)
    with made.home.joinpath("host.lock").open("w") as lock:
        lock.write(str(os.getpid()))
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield made


def test_a_status_as_the_keeper_writes_it_is_read(sandbox: NativeSandbox) -> None:
    (sandbox.run / "status-archive.json").write_text(json.dumps(GOOD | {"snapshots": ["patients"]}))
    assert (sandbox.health().archive.state, sandbox.snapshots()) == ("ready", ("patients",))


@pytest.mark.parametrize("what", NONSENSE)
def test_in_compose_it_counts_as_none_either(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, what: str) -> None:
    monkeypatch.setenv("PACSLAB_SHARED", str(tmp_path))
    (tmp_path / "run").mkdir()
    for role in ("archive", "gateway"):
        (tmp_path / "run" / f"status-{role}.json").write_text(json.dumps(NONSENSE[what]))
    sandbox = ComposeSandbox(tmp_path, Network.compose("198.19"))
    assert (sandbox.health().archive, sandbox.health().gateway, sandbox.snapshots()) == (DEAD, DEAD, ())


@pytest.mark.parametrize("what", NONSENSE)
def test_a_status_that_is_none_counts_as_no_sign_of_life(sandbox: NativeSandbox, what: str) -> None:
    for role in ("archive", "gateway"):
        (sandbox.run / f"status-{role}.json").write_text(json.dumps(NONSENSE[what]))
    assert (sandbox.health().archive, sandbox.health().gateway) == (DEAD, DEAD)
    assert sandbox.health().ready is False
    assert sandbox.snapshots() == ()


@pytest.mark.parametrize("snapshots", [7, {"a": 1}, [["patients"]]], ids=str)
def test_snapshots_that_are_none_break_nothing(sandbox: NativeSandbox, snapshots: object) -> None:
    (sandbox.run / "status-archive.json").write_text(json.dumps(GOOD | {"snapshots": snapshots}))
    assert all(isinstance(name, str) for name in sandbox.snapshots())


def _link(path: Path) -> None:
    (path.parent / "secret.json").write_text('"a secret of the trainee\'s"')
    path.symlink_to(path.parent / "secret.json")


def _huge(path: Path) -> None:
    path.write_bytes(b"1")
    os.truncate(path, MOST_BYTES + 1)


NO_FILE: dict[str, Callable[[Path], None]] = {
    "a link to a foreign file": _link,
    "a pipe that nobody writes to": lambda path: os.mkfifo(path),
    "a folder": lambda path: path.mkdir(),
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a file without end": _huge,
    "brackets without end": lambda path: path.write_text("[" * 200_000),
    "half a character": lambda path: path.write_bytes(b'"\xff'),
}


@pytest.mark.parametrize("what", NO_FILE)
@pytest.mark.timeout(10)
def test_what_is_no_small_file_of_json_is_not_read(tmp_path: Path, what: str) -> None:
    path = tmp_path / "status-archive.json"
    NO_FILE[what](path)
    assert read_json(path) is None


def test_reading_leaves_no_file_open(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text("[1]")
    (tmp_path / "folder.json").mkdir()
    before = len(os.listdir("/proc/self/fd"))
    assert [read_json(tmp_path / name) for name in ("good.json", "folder.json", "none.json")] == [[1], None, None]
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("what", NO_FILE)
def test_an_old_status_is_removed_whatever_it_is_and_nothing_behind_it(tmp_path: Path, what: str) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "precious").write_text("kept")
    run = tmp_path / "run"
    run.mkdir()
    NO_FILE[what](run / "status-archive.json")
    (run / ".status-archive.json.2").symlink_to(foreign)
    (run / ".status-archive.json.3").mkdir()
    (run / ".status-archive.json.3" / "link").symlink_to(foreign)
    forget(run / "status-archive.json")
    assert sorted(path.name for path in run.iterdir() if path.name != "secret.json") == []
    assert (foreign / "precious").read_text() == "kept"


@pytest.mark.parametrize("what", ["nothing", "file", "link", "locked", "there"])
def test_a_folder_is_made_whatever_stood_in_its_place(tmp_path: Path, what: str) -> None:
    foreign, folder = tmp_path / "foreign", tmp_path / "logs"
    foreign.mkdir(mode=0o755)
    make = {
        "nothing": lambda: None,
        "file": folder.touch,
        "link": lambda: folder.symlink_to(foreign),
        "locked": lambda: folder.mkdir(mode=0),
        "there": folder.mkdir,
    }
    make[what]()
    make_folder(folder)
    assert (folder.is_symlink(), stat.S_IMODE(folder.stat().st_mode)) == (False, 0o700)
    assert stat.S_IMODE(foreign.stat().st_mode) == 0o755


SABOTAGE = """
import json, os, shutil
for name in ("status-archive.json", "status-gateway.json", ".status-archive.json.2", ".status-gateway.json.2"):
    try:
        os.remove("/srv/pacslab/run/" + name)
    except OSError:
        pass
    os.makedirs("/srv/pacslab/run/" + name + "/full", exist_ok=True)
for name in ("logs", "tmp"):
    shutil.rmtree("/srv/pacslab/run/" + name)
    open("/srv/pacslab/run/" + name, "w").close()
open("/srv/archive/.current.part", "w").close()
os.chmod("/srv/archive", 0)
os.chmod("/srv/pacslab/run", 0)
print(json.dumps("done"))
"""


@pytest.mark.slow
def test_sabotage_of_every_folder_inside_does_not_lock_the_trainee_out(intruder: Intruder) -> None:
    lab = intruder.lab
    try:
        assert intruder.python(SABOTAGE) == "done"
    except httpx.RemoteProtocolError:
        assert not lab.sandbox.health().ready, (
            "the keeper fell over it, and the archive with it, before the answer was out"
        )
    lab.stop()
    lab.start(with_parent=True)
    lab.harden()
    assert lab.sandbox.health().ready
    assert lab.logs("gateway-error")
    assert "patients" in lab.sandbox.snapshots()


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["keeper", "bubblewrap"])
def test_sabotage_and_a_kill_do_not_end_the_lab(intruder: Intruder, victim: str) -> None:
    lab = intruder.lab
    chaos = NativeChaos(lab.home.folder / "native")
    host = chaos.host()
    assert intruder.python(SABOTAGE.replace("os.chmod", "os.path.exists").replace(", 0)", ")")) == "done"
    chaos.kill(victim)
    machine.until(lambda: lab.sandbox.health().ready, 15)
    assert chaos.host() == host
    lab.harden()


@pytest.mark.slow
def test_a_killed_keepers_last_command_is_not_carried_out_again(intruder: Intruder) -> None:
    lab = intruder.lab
    lab.reset()
    lab.sandbox.snapshot("patients")
    lab.harden()
    with lab.web("administrator", "https", ("admin", lab.site.users["admin"].password)) as client:
        assert client.delete(f"/patients/{client.get('/patients').json()[0]}").status_code == 200
        fewer = client.get("/statistics").json()["CountInstances"]
        lab.stop()
        lab.start(with_parent=True)
        assert client.get("/statistics").json()["CountInstances"] == fewer < len(full_set())
        lab.reset()
        assert client.get("/statistics").json()["CountInstances"] == len(full_set())
