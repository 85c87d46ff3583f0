"""The native sandbox: Linux, no Docker, no root. bubblewrap around Orthanc, nginx and their keeper.

What is inside has no network but a loopback of its own, sees only the system's programs (no home folder, nothing of
the trainee's), and can write to three folders of the lab's state.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from lab.errors import SandboxError
from lab.i18n import t
from lab.sandbox.inside.files import write_json
from lab.sandbox.kept import DEAD, KeptSandbox
from lab.sandbox.lockfile import holder
from lab.sandbox.protocol import RoleHealth
from lab.site.render import DICOMWEB_PLUGIN
from lab.site.zones import ARCHIVE_DICOM_PORT, ARCHIVE_HTTP_PORT, Door, Network, Zone

INSIDE = Path(__file__).parent / "inside"
START_SECONDS = 15.0
# Parts of /etc without which the programs do not run; nothing in them is the trainee's.
_ETC = (
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "alternatives",
    "dcmtk",
    "ssl/openssl.cnf",
    "localtime",
    "mime.types",
    "nginx/mime.types",
)


class NativeSandbox(KeptSandbox):
    """A sandbox below a state folder, on the loopback addresses of an instance number."""

    kind = "native"

    def __init__(self, home: Path, network: Network) -> None:
        self.home = home / "native"
        control, run, archive = (self.home / name for name in ("control", "run", "archive"))
        super().__init__(network, control, run, archive, home / "certificates")
        self.web = self.home / "web"
        self._lock = self.home / "host.lock"

    def _backup_places(self) -> tuple[Path, ...]:
        return (*super()._backup_places(), self.web / "backup")

    def start(self, *, with_parent: bool = False) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self._host_pid() is not None and time.monotonic() < deadline:  # it runs, comes up, or is about to end
            if self._is_alive():
                return
            time.sleep(0.01)
        _require_named_orthanc()
        for folder in (self.control, self.run, self.archive, self.web):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)  # also where a program inside took our own rights away
        order = self.home / "host.json"
        write_json(
            order,
            {
                "command": bubblewrap_command(self.control, self.run, self.archive, self.web),
                "addresses": self.addresses(),
                "lock": str(self._lock),
                "mark": str(self.archive),
                "status": [str(self.run / f"status-{role}.json") for role in ("archive", "gateway")],
                "parent": os.getpid() if with_parent else 0,
            },
        )
        log = self.home / "host.log"
        with log.open("wb") as output:
            host = subprocess.Popen(
                [sys.executable, "-I", str(Path(__file__).with_name("host.py")), str(order)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._await_keepers(host, log)

    def stop(self) -> None:
        pid = self._host_pid()
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 10
        while self._host_pid() is not None:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)

    def _role(self, role: str) -> RoleHealth:
        return DEAD if self._host_pid() is None else super()._role(role)

    def addresses(self) -> dict[str, list[tuple[str, int]]]:
        """What it binds on this machine, by who gets it. Pure."""
        console = [(self.network.archive, port) for port in (ARCHIVE_HTTP_PORT, ARCHIVE_DICOM_PORT)]
        gateway = [(self.network.gateway(zone), door.port) for zone in Zone for door in Door]
        return {"archive": console, "gateway": gateway}

    @property
    def is_held(self) -> bool:
        """Whether its process outside lives, also when nothing inside has answered for a while. Read-only."""
        return self._host_pid() is not None

    @property
    def host_pid(self) -> int | None:
        """The process outside that holds the sandbox, if it lives. Read-only."""
        return self._host_pid()

    def _host_pid(self) -> int | None:
        """The process outside, if it lives. One that is ending has no command line any more."""
        pid = holder(self._lock)
        try:
            return pid if Path(f"/proc/{pid}/cmdline").read_bytes() else None
        except OSError:
            return None

    def _is_alive(self) -> bool:
        health = self.health()
        return "dead" not in (health.archive.state, health.gateway.state)

    def _await_keepers(self, host: subprocess.Popen[bytes], log: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._is_alive():
                return
            if host.poll() is not None:
                break
            time.sleep(0.01)
        host.kill()
        host.wait()
        lines = log.read_text("utf-8", "replace").splitlines()[-8:]
        raise SandboxError(
            t("The sandbox did not start."), t("pacslab doctor says what is missing and what to do."), lines
        )


def isolation() -> list[str]:
    """bubblewrap with namespaces of its own around the system's programs; what to run in it goes behind. Read-only."""
    bwrap = shutil.which("bwrap") or "bwrap"
    command = [bwrap, "--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", "--hostname", "archive"]
    command += ["--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    command += ["--clearenv", "--setenv", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "--setenv", "LANG", "C.UTF-8"]
    command += [*_system(), "--dev", "/dev", "--remount-ro", "/dev"]
    # root's processes inside may be root's outside to the kernel, and its settings would be theirs to write
    return [*command, "--proc", "/proc", "--remount-ro", "/proc", "--tmpfs", "/tmp"]


def bubblewrap_command(control: Path, run: Path, archive: Path, web: Path) -> list[str]:
    """The whole command line that starts the keeper in isolation. Pure but for looking at the file system."""
    command = isolation()
    for part in (*_own_python(), *_own_orthanc(command)):
        if not part.is_relative_to("/usr"):
            command += ["--ro-bind", str(part), str(part)]
    command += [*_own_plugins(), "--ro-bind", str(INSIDE), "/opt/pacslab/inside"]
    command += ["--ro-bind", str(control), "/srv/pacslab/control", "--bind", str(run), "/srv/pacslab/run"]
    command += [
        "--bind",
        str(archive),
        "/srv/archive",
        "--bind",
        str(web),
        "/srv/web",
        "--remount-ro",
        "/",
        "--chdir",
        "/srv/pacslab",
    ]
    python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    return [*command, str(python), "-I", "/opt/pacslab/inside", "--role", "archive", "--role", "gateway"]


def _system() -> list[str]:
    """The system's programs and libraries, read-only; no home folder, and of /etc only what programs need to run."""
    mounts = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        path = Path("/") / name
        if path.is_symlink():
            mounts += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            mounts += ["--ro-bind", str(path), str(path)]
    for name in _ETC:
        mounts += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    return mounts


def _own_python() -> list[Path]:
    """This Python's programs and libraries, and not what else lies below a prefix such as ``~/.local``."""
    prefix = Path(sys.base_prefix)
    return [folder for folder in (prefix / "bin", prefix / "lib", prefix / "lib64") if folder.is_dir()]


def _require_named_orthanc() -> None:
    """Raises SandboxError when ORTHANC_BIN names nothing that can be run: another Orthanc would be no answer to it."""
    program = os.environ.get("ORTHANC_BIN")
    if program and not (Path(program).is_file() and os.access(program, os.X_OK)):
        raise SandboxError(
            t("ORTHANC_BIN names {program!r}, which is no program.", program=program),
            t("Name Orthanc's own program, or leave ORTHANC_BIN out to take the one on the PATH."),
        )


def _own_orthanc(command: list[str]) -> list[Path]:
    """The Orthanc that ORTHANC_BIN names, told to the keeper too, and the libraries beside it: it may lie in a home folder."""
    path = _named_orthanc()
    if path is None:
        return []
    command += ["--setenv", "ORTHANC_BIN", str(path)]
    return [path, *path.parent.glob("*.so*"), *(folder for folder in [_parts(path)] if folder.is_dir())]


def _own_plugins() -> list[str]:
    """The plugins that a named Orthanc brings along, in the place of the distribution's, which may be too old for it."""
    path = _named_orthanc()
    plugins = _parts(path) / "plugins" if path else None
    place = Path(DICOMWEB_PLUGIN).parent
    return ["--ro-bind", str(plugins), str(place)] if plugins and plugins.is_dir() and place.is_dir() else []


def _named_orthanc() -> Path | None:
    program = os.environ.get("ORTHANC_BIN")
    return Path(program).resolve() if program else None


def _parts(program: Path) -> Path:
    """The folder of what belongs to a program and to nothing else (``tools/newer_orthanc.sh`` makes one)."""
    return program.with_name(f"{program.name}.d")
