"""Run a program of the lab's own in the native sandbox's network: ``python -I enter.py PID PROGRAM [ARGUMENT]...``

The sandbox's network is a namespace that belongs to the user who started it, who may therefore enter it without being
root (user_namespaces(7)): first the user namespace that owns the network, then the network. The program sees the
sandbox's loopback and no other interface, so it can hear nothing of the machine's. Standard library only.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import sys

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


if __name__ == "__main__":
    enter(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])
