"""Switches the sensors on for a day and collects what they have seen into a folder."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from lab.detection.recording import FILES
from lab.detection.sensors.inside import command_inside
from lab.sandbox.native import NativeSandbox
from lab.sandbox.protocol import Log, Sandbox
from lab.site.zones import Door

PACKETS = Path(__file__).with_name("packets.py")
SETTLE_SECONDS = 0.5
PATIENCE_SECONDS = 5.0
LOGS = {"orthanc": Log.ORTHANC, "gateway-access": Log.ACCESS, "gateway-stream": Log.STREAM}


def overlay() -> dict[str, Any]:
    """What the site needs so that the sensors see: everything that a hospital can switch on."""
    return {"log_level": "verbose", "gateway": {"access_log": True}, "filters": {"audit": True}}


@dataclass
class Sensors:
    """The sensors of one day. ``began`` is where each log stood when it began."""

    sandbox: Sandbox
    began: dict[str, int]
    files_before: list[dict[str, Any]] | None

    def collect(
        self, console: httpx.Client, index: dict[str, str], folder: Path, ended: dict[str, int]
    ) -> tuple[str, ...]:
        """Write what was seen into ``folder`` (the capture lies there already). Returns the sensors that saw something."""
        for name, log in LOGS.items():
            _copy(self.sandbox.log(log), self.began[name], ended[name], folder / FILES[name])
        for name, ask in _ASKED.items():
            _write(folder / FILES[name], ask(console))
        _write(folder / FILES["index"], index)
        if self.files_before is not None:
            _write(folder / FILES["files"], {"before": self.files_before, "after": stored_files(self.sandbox)})
        return tuple(name for name, file in FILES.items() if (folder / file).is_file())


def log_sizes(sandbox: Sandbox) -> dict[str, int]:
    """How long each log is now, in bytes. Read-only."""
    return {name: _size(sandbox.log(log)) for name, log in LOGS.items()}


def wait_for_lines(sandbox: Sandbox, began: dict[str, int], web_requests: int) -> None:
    """Wait until the gateway has written its line about each web request, and no log has grown for a moment."""
    deadline, sizes = time.monotonic() + PATIENCE_SECONDS, {"": 0}
    while time.monotonic() < deadline:
        before, sizes = sizes, log_sizes(sandbox)
        if sizes == before and _lines_since(sandbox.log(Log.ACCESS), began["gateway-access"]) >= web_requests:
            return
        time.sleep(SETTLE_SECONDS / 2)


def _lines_since(path: Path, start: int) -> int:
    try:
        with path.open("rb") as log:
            log.seek(start)
            return log.read().count(b"\n")
    except OSError:
        return 0


@contextmanager
def watching(sandbox: Sandbox, folder: Path, capture: bool = True) -> Iterator[Sensors]:
    """The sensors, from now until the end of the context; the packet capture runs meanwhile and lies in ``folder`` then."""
    with _capture(sandbox, folder / FILES["capture"]) if capture else nullcontext():
        yield Sensors(sandbox, log_sizes(sandbox), stored_files(sandbox))
        if capture:
            time.sleep(SETTLE_SECONDS)  # packets on the way are written


@contextmanager
def _capture(sandbox: Sandbox, path: Path) -> Iterator[None]:
    """Capture the DICOM door's packets; where that cannot be (in compose, or in a kernel that forbids it) there is no file."""
    if not isinstance(sandbox, NativeSandbox):
        yield
        return
    command = [sys.executable, "-I", str(PACKETS), str(Door.DICOM.port)]
    with path.open("wb") as output:
        process = subprocess.Popen(command_inside(sandbox, command), stdout=output, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 5
    while _size(path) == 0 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if _size(path) == 0:
            path.unlink(missing_ok=True)


def stored_files(sandbox: Sandbox) -> list[dict[str, Any]] | None:
    """The files of the archive's storage: path, size, time of the last change, rights; None where one cannot look."""
    storage = getattr(sandbox, "archive", None)
    if not isinstance(storage, Path):
        return None
    current = storage / "current"
    found = []
    for path in sorted(current.rglob("*")):
        status = path.lstat()
        if path.is_file() and not path.is_symlink():
            entry = {"path": str(path.relative_to(current)), "bytes": status.st_size, "changed": status.st_mtime}
            found.append(entry | {"mode": f"{status.st_mode & 0o7777:04o}"})
    return found


def _changes(console: httpx.Client) -> list[dict[str, Any]]:
    """Everything that ``/changes`` has."""
    found: list[dict[str, Any]] = []
    since = 0
    while True:
        page = _get(console, f"/changes?limit=1000&since={since}")
        found += page["Changes"]
        if page["Done"] or not page["Changes"]:
            return found
        since = page["Last"]


def _metadata(console: httpx.Client) -> dict[str, dict[str, Any]]:
    """Instance -> its metadata (Origin, RemoteAET, RemoteIP, HttpUsername, …) and identifiers."""
    found = {}
    for instance in _get(console, "/instances?expand"):
        tags = {key: instance["MainDicomTags"].get(key, "") for key in ("SOPInstanceUID",)}
        metadata = _get(console, f"/instances/{instance['ID']}/metadata?expand")
        found[instance["ID"]] = tags | {"ParentSeries": instance["ParentSeries"]} | metadata
    return found


def _get(console: httpx.Client, path: str) -> Any:
    return console.get(path, timeout=30.0).raise_for_status().json()


_ASKED: dict[str, Callable[[httpx.Client], Any]] = {
    "changes": _changes,
    "jobs": lambda console: _get(console, "/jobs?expand"),
    "metadata": _metadata,
}


def _copy(path: Path, start: int, end: int, target: Path) -> None:
    """The bytes of a log from one size to another, as they are."""
    with target.open("wb") as out:
        if _size(path) >= start:
            with path.open("rb") as log:
                log.seek(start)
                out.write(log.read(max(0, end - start)))


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=0) + "\n", "utf-8")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
