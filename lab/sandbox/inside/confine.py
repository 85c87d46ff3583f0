"""What the keeper gives up for good before it runs a program of the hospital, in which scenarios let anybody run code.

Two things inside must stay out of such code's reach. The keeper holds sockets of the network outside: a process that
took one over could reach every service of this machine with it. And the lab outside reads the files that are written
inside: a link, a pipe or a device among them could lead it to a file of the trainee's, or hang it. A filter of system
calls (seccomp, Linux kernel, Documentation/userspace-api/seccomp_filter.rst) rules both out, with what else a program of
the hospital has no use for. It is inherited, and nothing can take it off.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import re
import resource
import struct

PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 4, 22, 38
SECCOMP_MODE_FILTER = 2
FILE_BYTES, PROCESSES = 1 << 30, 512
ALLOW, DENY, UNKNOWN = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
NEW_NAMESPACES = 0x7E020000  # every CLONE_NEW… flag but the one of time
FAMILIES = (1, 2, 10, 16)  # UNIX, INET, INET6, NETLINK: all others, such as VSOCK, know no network namespaces

# number of each system call on (x86_64, aarch64); None where there is none
_DENIED = {
    # taking over a neighbour's memory or files
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    # links and special files, for somebody outside to fall over
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "link": (86, None),
    "linkat": (265, 37),
    "mknod": (133, None),
    "mknodat": (259, 33),
    # namespaces with powers of their own
    "unshare": (272, 97),
    "setns": (308, 268),
    # the user's keys: the kernel does not keep them apart
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # ways around this filter, and large parts of the kernel
    "io_uring_setup": (425, 425),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
}
_CLONE, _CLONE3, _SOCKET = (56, 220), (435, 435), (41, 198)
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def confine(alone: bool) -> None:
    """Give it up. ``alone`` says that nothing else confines what runs here (native); then a failure is raised as OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)  # even the keeper's own user may not look into it
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit(resource.RLIMIT_FSIZE, FILE_BYTES)
    if alone and _counts_processes_by_namespace():
        _limit(resource.RLIMIT_NPROC, PROCESSES)
    code = filter_for(platform.machine())
    program = _Program(len(code) // 8, code)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    done = code and libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0
    if alone and not done:
        raise OSError(
            ctypes.get_errno() or errno.ENOSYS, f"no filter of system calls on this machine ({platform.machine()})"
        )


def filter_for(machine: str) -> bytes:
    """The filter as a BPF program for a processor architecture; empty for one that is not known. Pure."""
    if machine not in _MACHINES:
        return b""
    column, audit = _MACHINES[machine]
    steps = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, audit), (RETURN, 0, 0, DENY), (LOAD, 0, 0, NUMBER)]
    steps += [(AT_LEAST, 0, 1, 0x40000000), (RETURN, 0, 0, DENY)]  # the x32 calls, under other numbers
    for numbers in _DENIED.values():
        if (number := numbers[column]) is not None:
            steps += [(EQUAL, 0, 1, number), (RETURN, 0, 0, DENY)]
    steps += [(EQUAL, 0, 1, _CLONE3[column]), (RETURN, 0, 0, UNKNOWN)]  # its flags cannot be read; libc takes clone
    steps += [(EQUAL, 0, 4, _CLONE[column]), (LOAD, 0, 0, FIRST_ARGUMENT)]
    steps += [(ANY_BIT, 0, 1, NEW_NAMESPACES), (RETURN, 0, 0, DENY), (RETURN, 0, 0, ALLOW)]
    families = [(EQUAL, len(FAMILIES) - place, 0, family) for place, family in enumerate(FAMILIES)]
    steps += [(EQUAL, 0, len(FAMILIES) + 2, _SOCKET[column]), (LOAD, 0, 0, FIRST_ARGUMENT), *families]
    steps += [(RETURN, 0, 0, DENY), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _counts_processes_by_namespace() -> bool:
    """Since Linux 5.14; before, and where there is no user namespace, a limit counts all that the user runs outside too."""
    return [int(part) for part in re.findall(r"\d+", os.uname().release)[:2]] >= [5, 14]


def _limit(kind: int, most: int) -> None:
    hard = resource.getrlimit(kind)[1]
    least = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (least, least))
