"""Kernels for notebooks, each forked from one process that has loaded what every kernel of the course loads.

Each notebook has a kernel of its own, without the second of work that its start takes otherwise. Two programs, for Linux:

    python -m tests.notebooks.forked SOCKET                         waits, and forks a kernel for each that connects
    python -I -S tests/notebooks/forked.py SOCKET CONNECTION_FILE   is what Jupyter starts instead of ipykernel

The second sends its environment, folder and standard streams to the first and passes on what signals it gets. It ends when
its kernel does; when it is killed, so is its kernel.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Any, NoReturn

LONGEST_REQUEST = 1 << 20


class Zygote:
    """Listens on a UNIX socket; `launch` turns a forked process into a kernel."""

    def __init__(self, path: str, launch: Callable[..., object]) -> None:
        self._launch = launch
        self._events = selectors.DefaultSelector()
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(path)
        self._listening.listen()
        self._events.register(self._listening, selectors.EVENT_READ, self._fork)

    def serve(self) -> NoReturn:
        while True:
            for key, _ in self._events.select():
                key.data()

    def _fork(self) -> None:
        caller, _ = self._listening.accept()
        content, streams, _, _ = socket.recv_fds(caller, LONGEST_REQUEST, 3)
        while not content.endswith(b"\n"):
            content += caller.recv(LONGEST_REQUEST)
        if (pid := os.fork()) == 0:
            self._become_kernel(json.loads(content), streams)
        for stream in streams:
            os.close(stream)
        kernel = os.pidfd_open(pid)
        self._events.register(caller, selectors.EVENT_READ, partial(self._signal, caller, pid))
        self._events.register(kernel, selectors.EVENT_READ, partial(self._end, caller, pid, kernel))

    def _signal(self, caller: socket.socket, pid: int) -> None:
        """Pass a signal on; a caller that was killed has sent nothing."""
        number = caller.recv(1)
        os.kill(pid, number[0] if number else signal.SIGKILL)
        if not number:
            self._events.unregister(caller)

    def _end(self, caller: socket.socket, pid: int, kernel: int) -> None:
        """The kernel has ended: tell the caller how."""
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with suppress(KeyError):  # a caller that was killed
            self._events.unregister(caller)
            caller.send(bytes([code % 256]))
        caller.close()
        self._events.unregister(kernel)
        os.close(kernel)

    def _become_kernel(self, request: dict[str, Any], streams: list[int]) -> NoReturn:
        """In the forked process: take over the caller's streams, environment and folder, and nothing else."""
        code = 1
        try:
            os.setsid()
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
            os.closerange(len(streams), 1024)
            os.environ.clear()
            os.environ.update(request["environment"])
            os.chdir(request["folder"])
            self._launch(argv=["-f", request["connection"]])
            code = 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)


def load_and_serve(path: str) -> NoReturn:
    """Load what a kernel of the course loads sooner or later, and say that the socket is there."""
    from faker import Faker
    from ipykernel.kernelapp import launch_new_instance

    from lab.catalogue import catalogue

    Faker("fr_FR")
    catalogue()
    for name in ("httpcore", "lab.inventory", "numpy.random"):
        import_module(name)
    zygote = Zygote(path, launch_new_instance)
    print("ready", flush=True)
    zygote.serve()


def start_and_wait(path: str, connection: str) -> int:
    """Have a kernel forked; returns the code with which it ends."""
    with socket.socket(socket.AF_UNIX) as zygote:
        zygote.connect(path)
        request = {"environment": dict(os.environ), "folder": os.getcwd(), "connection": connection}
        content = json.dumps(request).encode() + b"\n"
        sent = socket.send_fds(zygote, [content], [0, 1, 2])
        zygote.sendall(content[sent:])
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: zygote.sendall(bytes([number])))
        return (zygote.recv(1) or b"\1")[0]


if __name__ == "__main__":
    if len(sys.argv) == 2:
        load_and_serve(sys.argv[1])
    sys.exit(start_and_wait(*sys.argv[1:]))
