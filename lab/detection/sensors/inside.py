"""Programs of the lab's own in the sandbox's network: what captures packets there, and what an intruder receives with."""

from __future__ import annotations

import sys
from pathlib import Path

from lab.sandbox.native import NativeSandbox
from lab.sandbox.protocol import Sandbox

ENTER = Path(__file__).with_name("enter.py")


def command_inside(sandbox: Sandbox, command: list[str]) -> list[str]:
    """The command line that runs ``command`` in the archive's network.

    Natively that is a namespace, entered through one of the processes in it. In compose the notebooks' container is in the
    same network as the archive, and nothing needs to be entered.
    """
    if not isinstance(sandbox, NativeSandbox):
        return command
    return [sys.executable, "-I", str(ENTER), str(inner_process(sandbox)), *command]


def inner_process(sandbox: NativeSandbox) -> int:
    """A process outside's number of one that lives in the sandbox's network: a child of bubblewrap. Raises LookupError."""
    host = sandbox.host_pid
    for bubblewrap in _children(host) if host else ():
        for inner in _children(bubblewrap):
            return inner
    raise LookupError("the sandbox does not run")


def _children(pid: int) -> list[int]:
    try:
        return [int(part) for part in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except OSError:
        return []
