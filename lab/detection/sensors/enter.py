"""Run a program of the lab's own in the native sandbox's network: ``python -I enter.py PID PROGRAM [ARGUMENT]...``

The sandbox's network is a namespace that belongs to the user who started it, who may therefore enter it without being
root (user_namespaces(7)): first the user namespace that owns the network, then the network. The program sees the
sandbox's loopback and no other interface, so it can hear nothing of the machine's. Standard library only.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
NS_GET_USERNS = 0xB701  # ioctl_ns(2): the user namespace that owns a namespace
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def enter(pid: int) -> None:
    """Enter the network of a process. Raises OSError when the kernel does not allow it."""
    network = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    owner = fcntl.ioctl(network, NS_GET_USERNS)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(owner, CLONE_NEWUSER) != 0 and os.geteuid() != 0:
        raise OSError(ctypes.get_errno(), "the sandbox's user namespace cannot be entered")
    if libc.setns(network, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "the sandbox's network cannot be entered")


def die_with(parent: int) -> None:
    """Have this process killed when its parent dies, however that dies. Outlives exec."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    parent = os.getppid()
    enter(int(sys.argv[1]))
    die_with(parent)
    os.execvp(sys.argv[2], sys.argv[2:])
