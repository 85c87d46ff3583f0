"""One program that the keeper runs: Orthanc or nginx. How it is called, when it is ready, what it said when it fell."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .files import ROOT
from .listening import listening

STOP_SECONDS = 5.0
# Orthanc needs 2.5 to 3.5 s to stop politely, most of it asleep in its threads. It is killed instead: its index is SQLite
# with a write-ahead log, its attachments are written once and never changed, so that what it has acknowledged is kept.
ABRUPT = frozenset({"archive"})
READY_SECONDS = 15.0
# Debian, Ubuntu, Arch; Fedora; where some link to
MODULE_FOLDERS = ("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/share/nginx/modules")
_LOG_LEVELS = {"default": [], "verbose": ["--verbose"], "trace": ["--trace"]}
_TROUBLE = ("[emerg]", "[alert]", "[crit]", "error", "Error", "exception")


class StartFailed(Exception):
    """The program ended, or did not answer, before it was ready. ``lines`` are what its log says of it."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True)
class Plan:
    """What a service is to run with: its folder of rendered files, log level, and addresses that tell it is ready."""

    folder: str
    log_level: str = "default"
    ready: tuple[tuple[str, int], ...] = ()


def orthanc_command(plan: Plan) -> list[str]:
    program = (
        os.environ.get("ORTHANC_BIN")
        or shutil.which("Orthanc", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
        or "Orthanc"
    )
    return [program, *_LOG_LEVELS[plan.log_level], f"{plan.folder}/orthanc.json"]


def nginx_command(plan: Plan) -> list[str]:
    program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin") or "nginx"
    module = stream_module()
    load = ["-g", f"load_module {module};"] if module else []
    return [program, *load, "-e", str(ROOT / "run/logs/gateway-error.log"), "-c", f"{plan.folder}/nginx.conf"]


def stream_module() -> str | None:
    """nginx's stream module where it is a file of its own, as distributions have it; else it is part of nginx, or missing."""
    files = (Path(folder, "ngx_stream_module.so") for folder in MODULE_FOLDERS)
    return next((str(file) for file in files if file.exists()), None)


def has_stream(nginx: str) -> bool:
    """Whether this nginx can forward connections: by a module, or by itself. Read-only."""
    if stream_module():
        return True
    try:
        built = subprocess.run([nginx, "-V"], capture_output=True, text=True, timeout=10).stderr
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "--with-stream" in built.split()


COMMANDS = {"archive": orthanc_command, "gateway": nginx_command}
LOGS = {"archive": "orthanc.log", "gateway": "gateway-error.log"}


class Service:
    """Runs one program at a time from a plan; its output is appended to its log file. `ended` is called when it ends."""

    def __init__(self, role: str, ended: Callable[[], None]) -> None:
        self.role = role
        self._ended = ended
        self.log = ROOT / "run" / "logs" / LOGS[role]
        self.process: asyncio.subprocess.Process | None = None
        self._end: asyncio.Task[int] | None = None  # kept, as the loop holds its tasks but weakly

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process and self.process.returncode is None else None

    async def start(self, plan: Plan) -> None:
        """Start the program and wait until it answers. Raises StartFailed with the log lines that explain why it did not."""
        self._end_group()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        mark = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            try:
                self.process = await asyncio.create_subprocess_exec(
                    *COMMANDS[self.role](plan),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=os.environ | {"TCP_NODELAY": "1"},
                    start_new_session=True,
                )
            except OSError as error:
                raise StartFailed([f"{COMMANDS[self.role](plan)[0]}: {error.strerror}"]) from error
        self._end = asyncio.create_task(self.process.wait())
        self._end.add_done_callback(lambda _: self._ended())
        await self._until_ready(self.process, plan, mark)

    async def _until_ready(self, process: asyncio.subprocess.Process, plan: Plan, mark: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        started = time.monotonic()
        while time.monotonic() < deadline:
            if process.returncode is not None:
                raise StartFailed(self._trouble(mark) or [f"ended with exit code {process.returncode}"])
            if set(plan.ready) <= listening() and (plan.ready or time.monotonic() - started > 0.1):
                return
            await asyncio.sleep(0.01)
        await self.stop()
        raise StartFailed([*self._trouble(mark), f"no answer within {READY_SECONDS:.0f} s"])

    async def stop(self) -> None:
        """End the program: nginx politely, then by force after five seconds; Orthanc at once (see ABRUPT)."""
        process = self.process
        if process is None or process.returncode is not None:
            self._end_group()
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill() if self.role in ABRUPT else process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except asyncio.TimeoutError:  # noqa: UP041  (its own class before Python 3.11's last releases)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        self._end_group()

    def _end_group(self) -> None:
        """Kill what a fallen program left: nginx's workers outlive a killed master, and go on answering with the old site."""
        process, self.process = self.process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)

    def _trouble(self, mark: int) -> list[str]:
        return trouble(self.log, mark)


def trouble(log: Path, mark: int) -> list[str]:
    """The lines of a log, from byte ``mark`` on, that explain a failure: errors if there are any, else the last ones."""
    try:
        with log.open("rb") as file:
            file.seek(mark)
            lines = file.read(200_000).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    lines = [line for line in lines if line.strip()]
    errors = [line for line in lines if line.startswith("E") or any(word in line for word in _TROUBLE)]
    return (errors or lines)[-8:]
