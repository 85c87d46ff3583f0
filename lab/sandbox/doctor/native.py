"""What the native sandbox needs: namespaces, Orthanc with its plugins, nginx with its stream module, free addresses."""

from __future__ import annotations

import os
import platform
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from lab.i18n import Text, t
from lab.sandbox.doctor.check import Check
from lab.sandbox.inside.service import has_stream
from lab.sandbox.native import NativeSandbox, isolation
from lab.site.render import DICOMWEB_PLUGIN, WORKLISTS_PLUGIN

OLDEST_ORTHANC = (1, 10)
_SBIN = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"


def of_native(sandbox: NativeSandbox | None) -> Iterator[Check]:
    """The checks of this machine as a place for the native sandbox."""
    yield Check(
        "linux",
        t("Linux"),
        sys.platform == "linux",
        platform.system(),
        t("The native sandbox is not possible here."),
        t("Use Docker: ./start.sh --docker."),
    )
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
    yield from _plugins()
    yield from _nginx()
    yield _openssl()
    if sandbox is not None:
        yield _addresses(sandbox)
        yield _answers(sandbox)


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


def is_new_enough(version: str) -> bool:
    """Whether what ``Orthanc --version`` says is one that the lab was made for. A build between versions counts as new."""
    numbers = re.search(r"\b(\d+)\.(\d+)", version)
    return numbers is None or (int(numbers[1]), int(numbers[2])) >= OLDEST_ORTHANC


def _orthanc() -> Check:
    program = os.environ.get("ORTHANC_BIN") or shutil.which("Orthanc", path=_SBIN)
    found: Text | str = t("not found")
    met = False
    if program:
        try:
            answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10)
            first = (answer.stdout or answer.stderr).splitlines()[0]
            met, found = answer.returncode == 0 and is_new_enough(first), f"{first} ({program})"
        except (OSError, subprocess.TimeoutExpired, IndexError) as error:
            found = f"{program}: {error}"
    return Check(
        "orthanc",
        t("Orthanc 1.10 or newer, the archive"),
        met,
        found,
        t("There is no archive to exercise on."),
        t("Debian, Ubuntu: apt-get install orthanc. Elsewhere: install Orthanc and name its program in ORTHANC_BIN."),
    )


def _plugins() -> Iterator[Check]:
    dicomweb, worklists = Path(DICOMWEB_PLUGIN).exists(), Path(WORKLISTS_PLUGIN).exists()
    yield Check(
        "dicomweb",
        t("Orthanc’s DICOMweb plugin"),
        dicomweb,
        DICOMWEB_PLUGIN if dicomweb else t("not found"),
        t("Everything else runs; dicomweb-open is not checked."),
        t("Debian, Ubuntu: apt-get install orthanc-dicomweb."),
    )
    yield Check(
        "worklists",
        t("Orthanc’s worklist plugin"),
        worklists,
        WORKLISTS_PLUGIN if worklists else t("not found"),
        t("The CT works without a worklist, and dimse-worklist-open cannot be exercised. Everything else runs."),
        t("Debian, Ubuntu: it is part of the package orthanc."),
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
    stream = program is not None and has_stream(program)
    yield Check(
        "nginx-stream",
        t("nginx's stream module, which forwards DICOM"),
        stream,
        "ok" if stream else t("not found"),
        t("The DICOM port cannot be published."),
        t("Debian, Ubuntu: apt-get install libnginx-mod-stream."),
    )


def _openssl() -> Check:
    program = shutil.which("openssl", path=_SBIN)
    return Check(
        "openssl",
        t("openssl, which encrypts the archive's backup"),
        program is not None,
        program or t("not found"),
        t("Everything else runs; an encrypted backup is not made (public-backup)."),
        t("Debian, Ubuntu: apt-get install openssl."),
    )


def _addresses(sandbox: NativeSandbox) -> Check:
    """Whether the sandbox can have its addresses; a sandbox that lives has them."""
    taken = []
    for host, port in () if sandbox.is_held else (place for group in sandbox.addresses().values() for place in group):
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind((host, port))
            except OSError as error:
                taken.append(f"{host}:{port} ({error.strerror})")
    return Check(
        "addresses",
        t("the sandbox's loopback addresses, {prefix}.1.0 to {prefix}.3.255", prefix=sandbox.network.prefix),
        not taken,
        ", ".join(taken) or "ok",
        t("The sandbox does not start."),
        t("End what listens there (another lab?), or choose other addresses: PACSLAB_INSTANCE=1 ./start.sh."),
    )


def _answers(sandbox: NativeSandbox) -> Check:
    state = sandbox.health()
    return Check(
        "sandbox",
        t("the sandbox answers, if it was started"),
        state.running or not sandbox.is_held,
        t("running") if state.running else t("not started"),
        t("Nothing can be exercised."),
        t("Start it: pacslab start (or ./start.sh)."),
    )
