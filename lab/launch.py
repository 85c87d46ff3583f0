"""Starting the whole lab: sandbox, patients, the trainee's copies of the notebooks, JupyterLab. And ending it."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path
from typing import BinaryIO

from lab import i18n
from lab.errors import LabError
from lab.home import PROJECT, Home
from lab.i18n import t
from lab.sandbox.inside.files import read_json
from lab.sandbox.lockfile import hold, holder
from lab.site.certificates import write_private
from lab.site.zones import BENCHMARK, LOOPBACK

INSIDE_PORT, PORTS = 8888, 50
READY_SECONDS = 60.0
_LOCALES = {"en": "default", "fr": "fr_FR"}


def copy_notebooks(home: Home) -> int:
    """Give the trainee copies of the notebooks to write in. One that is there already is left alone. Returns the new ones."""
    new = 0
    course = PROJECT / "notebooks"
    for source in sorted(
        path for path in course.glob("[a-z][a-z]/**/*.ipynb") if path.parent.name != ".ipynb_checkpoints"
    ):
        target = home.work / source.relative_to(course)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            write_private(target, source.read_bytes())
            new += 1
    return new


class Jupyter:
    """JupyterLab on loopback, with settings of its own: no news, no telemetry, the trainee's language."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._folder = home.folder / "jupyter"
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self) -> str:
        """Start it and wait until it answers. Returns the one URL to open. Raises LabError with its last log lines."""
        address = jupyter_address()
        port = _free_port(address) if address == "127.0.0.1" else INSIDE_PORT
        token = secrets.token_urlsafe(24)
        self._settle_settings()
        log = self._folder / "jupyter.log"
        command = [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            f"--ServerApp.ip={address}",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self._home.work}",
            "--ServerApp.open_browser=False",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--ServerApp.quit_button=False",
            f"--ServerApp.allow_root={os.geteuid() == 0}",
        ]
        with _private(log) as output:
            self.process = subprocess.Popen(
                command,
                env=self._environment(token),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_dying_with(os.getpid()) if sys.platform == "linux" else None,
            )
        self._await(f"http://{address}:{port}/api", log)
        shown = os.environ.get("PACSLAB_JUPYTER_PORT", str(port)) if address != "127.0.0.1" else str(port)
        first = sorted((self._home.work / i18n.language()).glob("*.ipynb"))
        path = f"lab/tree/{i18n.language()}/{first[0].name}" if first else "lab"
        self.url = f"http://127.0.0.1:{shown}/{path}?token={token}"
        return self.url

    def stop(self) -> None:
        """End the server and its kernels."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(8)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _environment(self, token: str) -> dict[str, str]:
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "IPYTHONDIR": "ipython",
        }
        own = {name: str(self._folder / folder) for name, folder in folders.items()}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        return (
            os.environ
            | own
            | {
                "JUPYTER_TOKEN": token,
                "PATH": path,
                "PACSLAB_LANG": i18n.language(),
                "PACSLAB_STATE": str(self._home.folder),
            }
        )

    def _settle_settings(self) -> None:
        extensions = self._folder / "config" / "jupyter_server_config.d"
        extensions.mkdir(parents=True, exist_ok=True)
        wanted = {"ServerApp": {"jpserver_extensions": {"lab.jupyter": True}}}
        (extensions / "pacslab.json").write_text(json.dumps(wanted), encoding="utf-8")
        # else each visit has node and yarn find out for seconds that nothing is to be built
        page = self._folder / "config" / "labconfig"
        page.mkdir(exist_ok=True)
        (page / "page_config.json").write_text(
            json.dumps({"buildCheck": False, "buildAvailable": False}), encoding="utf-8"
        )
        for plugin, name, settings in (
            (
                "apputils-extension",
                "notification",
                {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
            ),
            ("notebook-extension", "tracker", {"windowingMode": "none"}),
            ("translation-extension", "plugin", {"locale": _LOCALES[i18n.language()]}),
        ):
            folder = self._folder / "settings" / "@jupyterlab" / plugin
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.jupyterlab-settings").write_text(json.dumps(settings), encoding="utf-8")

    def _await(self, url: str, log: Path) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self.process is not None and self.process.poll() is None:
            try:
                with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=1):
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        lines = log.read_text("utf-8", "replace").splitlines()[-8:]
        raise LabError(t("JupyterLab did not start."), t("The whole log is {log}.", log=log), lines)


def run_detached(home: Home, arguments: list[str], echo: Callable[[str], None]) -> dict[str, object]:
    """Start ``pacslab start`` as a process of its own and wait until it is ready. Returns its session record."""
    if holder(home.lock) is not None:
        raise running_already()
    home.session.unlink(missing_ok=True)
    log = home.folder / "start.log"
    with _private(log) as output:  # it holds the address with the token
        process = subprocess.Popen(
            [sys.executable, "-m", "lab", "start", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=PROJECT,
            env=os.environ | {"PACSLAB_STATE": str(home.folder)},
        )
    try:
        return _until_ready(home, process, log, echo)
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise


def _until_ready(
    home: Home, process: subprocess.Popen[bytes], log: Path, echo: Callable[[str], None]
) -> dict[str, object]:
    """Repeat what a start in the background says, until it is ready."""
    shown = 0
    while True:
        # before what it said, which is complete then
        ended, session = process.poll() is not None, read_json(home.session)
        lines = log.read_text("utf-8", "replace").splitlines(keepends=True)
        for line in lines[shown:]:
            if line.endswith("\n") or ended:
                echo(line.rstrip("\n"))
                shown += 1
        if session and session.get("ready"):
            return dict(session)
        if ended:
            raise LabError(t("The lab did not start."), t("The whole log is {log}.", log=log))
        time.sleep(0.05)


def stop_session(home: Home, seconds: float = 20.0) -> bool:
    """End the process that ``pacslab start`` left running, with its JupyterLab. Returns whether there was one."""
    pid = holder(home.lock)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while holder(home.lock) is not None:
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    return True


def hold_session(home: Home) -> None:
    """Be the one ``pacslab start`` of this home. Raises LabError when there is one already."""
    if not hold(home.lock):
        raise running_already()
    home.session.unlink(missing_ok=True)


def running_already() -> LabError:
    """What to say to a second start."""
    return LabError(
        t("The lab runs already."), t("pacslab status shows it, pacslab open opens it, pacslab stop ends it.")
    )


def note_session(home: Home, url: str | None) -> None:
    """Say in the state folder that the lab is ready, and where."""
    write_private(home.session, json.dumps({"pid": os.getpid(), "url": url, "ready": True}).encode())


def _free_port(address: str) -> int:
    """The port that PACSLAB_JUPYTER_PORT names, else 8888, or the next one that is free."""
    named = os.environ.get("PACSLAB_JUPYTER_PORT") or str(INSIDE_PORT)
    if not named.isascii() or not named.isdigit() or not 1 <= int(named) <= 65_535 - PORTS:
        raise LabError(
            t("PACSLAB_JUPYTER_PORT is {value!r}.", value=named),
            t("Use a whole number from {first} to {last}.", first=1, last=65_535 - PORTS),
        )
    first = int(named)
    for port in range(first, first + PORTS):
        with socket.socket() as attempt:
            if attempt.connect_ex((address, port)) == 0:
                continue
            try:
                attempt.bind((address, port))
            except OSError:
                continue
            return port
    raise LabError(
        t("No port from {first} to {last} is free for JupyterLab.", first=first, last=first + PORTS - 1),
        t("Close other Jupyter servers, or start with --no-jupyter."),
    )


def _dying_with(parent: int) -> Callable[[], None]:
    """What a child does before it becomes JupyterLab: ask for SIGTERM when its parent dies; end if it already has."""
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(1, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(0)

    return ask


def _private(log: Path) -> BinaryIO:
    """A new file that only its owner can read."""
    log.unlink(missing_ok=True)
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")


def jupyter_address() -> str:
    """Where JupyterLab listens: loopback, or what PACSLAB_JUPYTER_ADDRESS says where the lab runs in containers.

    Raises LabError for an address that others could reach: who reaches JupyterLab and has its token runs programs here.
    """
    address = os.environ.get("PACSLAB_JUPYTER_ADDRESS", "127.0.0.1")
    with contextlib.suppress(AddressValueError):
        if any(IPv4Address(address) in network for network in (LOOPBACK, BENCHMARK)):
            return address
    raise LabError(
        t("JupyterLab does not listen on {address}.", address=address),
        t("Leave PACSLAB_JUPYTER_ADDRESS out; the lab can be reached from this machine only."),
    )
