"""The native sandbox's process outside: binds the loopback sockets, runs bubblewrap, and holds on to both.

Run as a script (standard library only, so that it stays small): ``python host.py FILE.json``. It lives until SIGTERM, or
until its parent dies if the file says so; with it dies bubblewrap, and with bubblewrap everything inside. A bubblewrap
that dies on its own is started again.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
QUICK_DEATH_SECONDS = 2.0
PATIENCE = 5
FREE_SECONDS = 2.0


def bind_sockets(addresses: Iterable[tuple[str, int]]) -> list[socket.socket]:
    """Bind (not listen) one TCP socket an address. Nothing answers on them until the keeper inside listens."""
    bound = []
    for host, port in addresses:
        if not host.startswith("127."):
            raise SystemExit(f"{host} is not a loopback address")
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _bind(sock, host, port)
        bound.append(sock)
    return bound


def _bind(sock: socket.socket, host: str, port: int) -> None:
    """Bind, with patience for a sandbox that was killed just now: its last process may not have ended yet."""
    deadline = time.monotonic() + FREE_SECONDS
    while True:
        try:
            return sock.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise SystemExit(f"{host}:{port}: {error.strerror}") from None
        time.sleep(0.05)


def die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGTERM when the parent dies; end at once if it already has (Linux prctl(2))."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(0)


def sweep(mark: str) -> int:
    """Kill every bubblewrap that was started for the same folder (``mark``), and with it everything inside. Returns how many.

    bubblewrap ties its processes to one another only at the end of its own start. Killed before that, it leaves its first
    process behind, which waits for ever or runs the sandbox as if nothing had happened.
    """
    killed = 0
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            name, *arguments = (entry / "cmdline").read_bytes().split(b"\0")
            if name.endswith(b"bwrap") and mark.encode() in arguments:
                os.kill(int(entry.name), signal.SIGKILL)
                killed += 1
    return killed


def watch_over(mark: str, lock: str) -> int:
    """Start a process that sweeps when this one was killed. Returns the descriptor on which to tell it that all is well."""
    ours, line = os.pipe()
    if os.fork() == 0:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        os.closerange(3, ours)
        os.closerange(ours + 1, 1024)
        if not os.read(ours, 1):  # the other end is gone, and nothing was said
            held = os.open(lock, os.O_RDWR)
            if _hold(held):  # else another one runs here already, which has swept
                os.truncate(held, 0)
                time.sleep(0.01)
                while sweep(mark):
                    time.sleep(0.02)
        os._exit(0)
    os.close(ours)
    return line


def run(order: dict[str, Any], sockets: dict[str, list[socket.socket]]) -> int:
    """Run bubblewrap until told to stop; start it again when it dies, unless it keeps dying at once."""
    stopping = threading.Event()
    child: subprocess.Popen[bytes] | None = None

    def stop(*_: object) -> None:
        stopping.set()
        forget_all(order["status"])  # or somebody could take it for alive who starts it again at once
        if child:
            child.terminate()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    descriptors = {role: [sock.fileno() for sock in group] for role, group in sockets.items()}
    command = [str(part) for part in order["command"]]
    for role, numbers in descriptors.items():
        command += ["--sockets", f"{role}={','.join(map(str, numbers))}"]
    quick = 0
    while not stopping.is_set() and quick < PATIENCE:
        forget_all(order["status"])
        started = time.monotonic()
        child = subprocess.Popen(
            command,
            env={},  # inside, anybody can read what bubblewrap was given: nothing of the trainee's
            pass_fds=[n for group in descriptors.values() for n in group],
            stdin=subprocess.DEVNULL,
        )
        if stopping.is_set():
            child.terminate()
        code = child.wait()
        sweep(order["mark"])
        quick = quick + 1 if time.monotonic() - started < QUICK_DEATH_SECONDS else 0
        if not stopping.is_set():
            print(f"bubblewrap ended with {code}", flush=True)
            for sock in (sock for group in sockets.values() for sock in group):
                _silence(sock)
    return 0 if stopping.is_set() else 1


def forget_all(statuses: list[str]) -> None:
    """Remove what keepers before these said of themselves."""
    for status in statuses:
        forget(Path(status))


def forget(status: Path) -> None:
    """Remove a status and its temporary files. They lie where scenarios run code: whatever was put there has to go."""
    for path in (status, *status.parent.glob(f".{status.name}.*")):
        with contextlib.suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def _reap() -> None:
    """Wait for what bubblewrap left behind as it died, and for the process that watches over this one."""
    try:
        while True:
            os.wait()
    except ChildProcessError:
        return


def _silence(sock: socket.socket) -> None:
    """Refuse connections until a new keeper listens again.

    Only a socket that listens may be shut down: one that does not would keep the mark, and every connection that it
    accepts later would look half-closed.
    """
    if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        sock.shutdown(socket.SHUT_RD)


def main() -> int:
    order = json.loads(Path(sys.argv[1]).read_bytes())
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    if order["parent"]:
        die_with_parent(order["parent"])
    lock = os.open(order["lock"], os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if not _hold(lock):
        print("another sandbox runs on this state folder", flush=True)
        return 3
    os.truncate(lock, 0)
    forget_all(order["status"])  # before anybody can take an old one for a sign of life
    os.write(lock, str(os.getpid()).encode())
    sweep(order["mark"])
    line = watch_over(order["mark"], order["lock"])
    try:
        return run(order, {role: bind_sockets(group) for role, group in order["addresses"].items()})
    finally:
        with contextlib.suppress(BrokenPipeError):
            os.write(line, b".")
        _reap()


def _hold(lock: int) -> bool:
    """Take the lock. Who only asks whether somebody holds it, holds it for a moment: that is waited for."""
    deadline = time.monotonic() + 0.5
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.001)


if __name__ == "__main__":
    sys.exit(main())
