"""``pacslab doctor``: every precondition of the lab, what its failure costs, and what to do. Nothing is changed."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.i18n import Text, t
from lab.sandbox.native import isolation
from lab.sandbox.protocol import Sandbox
from lab.site.render import DICOMWEB_PLUGIN

NEEDED_MEGABYTES = 600
_MODULE_FOLDERS = ("/usr/lib/nginx/modules", "/usr/share/nginx/modules", "/usr/lib64/nginx/modules")
_SBIN = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"


@dataclass(frozen=True)
class Check:
    """One precondition. ``cost`` and ``remedy`` matter when it is not met."""

    id: str
    title: Text
    met: bool
    found: Text | str
    cost: Text
    remedy: Text


def examine(kind: str, home: Path, sandbox: Sandbox | None) -> tuple[Check, ...]:
    """Look at everything that a sandbox of this kind needs. Read-only."""
    checks = [_python(), _space(home)]
    checks += [*_native(sandbox)] if kind == "native" else [*_compose(sandbox)]
    return tuple(checks)


def _python() -> Check:
    version = platform.python_version()
    return Check(
        "python",
        t("Python 3.11 or newer"),
        sys.version_info >= (3, 11),
        version,
        t("The lab does not start."),
        t("Install Python 3.11, 3.12 or 3.13."),
    )


def _space(home: Path) -> Check:
    free = shutil.disk_usage(home).free // 1_000_000
    return Check(
        "disk",
        t("{needed} MB of free disk space", needed=NEEDED_MEGABYTES),
        free >= NEEDED_MEGABYTES,
        t("{free} MB free", free=free),
        t("Patients cannot be loaded, or the archive stops in the middle."),
        t("Make room on the disk that holds {home}.", home=home),
    )


def _native(sandbox: Sandbox | None) -> Iterator[Check]:
    linux = sys.platform == "linux"
    yield Check(
        "linux",
        t("Linux"),
        linux,
        platform.system(),
        t("The native sandbox is not possible here."),
        t("Use Docker: ./start.sh --docker."),
    )
    if not linux:
        return
    bwrap = shutil.which("bwrap")
    yield Check(
        "bubblewrap",
        t("bubblewrap, which isolates the archive"),
        bwrap is not None,
        bwrap or t("not found"),
        t("The archive cannot be isolated, so it is not started."),
        t("Debian, Ubuntu: apt-get install bubblewrap. Fedora: dnf install bubblewrap."),
    )
    if bwrap:
        yield _namespaces()
    yield _orthanc()
    yield _dicomweb()
    yield from _nginx()
    if sandbox is not None:
        state = sandbox.health()
        running = state.running
        yield Check(
            "sandbox",
            t("the sandbox answers, if it was started"),
            running or state.archive.state == "dead",
            t("running") if running else t("not started"),
            t("Nothing can be exercised."),
            t("Start it: pacslab start (or ./start.sh)."),
        )


def _namespaces() -> Check:
    """Whether this user may make namespaces: tried with the isolation of the sandbox itself."""
    try:
        answer = subprocess.run([*isolation(), "/usr/bin/true"], capture_output=True, text=True, timeout=10)
        met, found = answer.returncode == 0, answer.stderr.strip() or "ok"
    except (OSError, subprocess.TimeoutExpired) as error:
        met, found = False, str(error)
    return Check(
        "namespaces",
        t("user namespaces, with which an ordinary user isolates the archive"),
        met,
        found,
        t("The archive cannot be isolated, so it is not started."),
        t(
            "Ask the administrator: sysctl kernel.unprivileged_userns_clone=1 (Debian), "
            "sysctl kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu 24.04 and newer); in a container, allow user namespaces. "
            "Or use Docker: ./start.sh --docker."
        ),
    )


def _orthanc() -> Check:
    program = os.environ.get("ORTHANC_BIN") or shutil.which("Orthanc", path=_SBIN)
    found: Text | str = t("not found")
    met = False
    if program:
        try:
            answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10)
            met, found = answer.returncode == 0, f"{(answer.stdout or answer.stderr).splitlines()[0]} ({program})"
        except (OSError, subprocess.TimeoutExpired, IndexError) as error:
            found = f"{program}: {error}"
    return Check(
        "orthanc",
        t("Orthanc, the archive"),
        met,
        found,
        t("There is no archive to exercise on."),
        t("Debian, Ubuntu: apt-get install orthanc. Elsewhere: install Orthanc and name its program in ORTHANC_BIN."),
    )


def _dicomweb() -> Check:
    met = Path(DICOMWEB_PLUGIN).exists()
    return Check(
        "dicomweb",
        t("Orthanc’s DICOMweb plugin"),
        met,
        DICOMWEB_PLUGIN if met else t("not found"),
        t("Everything else runs; dicomweb-open is not checked."),
        t("Debian, Ubuntu: apt-get install orthanc-dicomweb."),
    )


def _nginx() -> Iterator[Check]:
    program = shutil.which("nginx", path=_SBIN)
    yield Check(
        "nginx",
        t("nginx, the gateway"),
        program is not None,
        program or t("not found"),
        t("Nothing of the archive can be published."),
        t("Debian, Ubuntu: apt-get install nginx-light libnginx-mod-stream."),
    )
    module = next(
        (
            Path(folder) / "ngx_stream_module.so"
            for folder in _MODULE_FOLDERS
            if (Path(folder) / "ngx_stream_module.so").exists()
        ),
        None,
    )
    yield Check(
        "nginx-stream",
        t("nginx's stream module, which forwards DICOM"),
        module is not None,
        str(module) if module else t("not found"),
        t("The DICOM port cannot be published."),
        t("Debian, Ubuntu: apt-get install libnginx-mod-stream."),
    )


def _compose(sandbox: Sandbox | None) -> Iterator[Check]:
    health = sandbox.health() if sandbox is not None else None
    for role in ("archive", "gateway"):
        state = getattr(health, role).state if health else "dead"
        yield Check(
            role,
            t("the container {role} and its keeper", role=role),
            state != "dead",
            state,
            t("Nothing can be exercised."),
            t("Look at docker compose ps and docker compose logs {role}.", role=role),
        )
