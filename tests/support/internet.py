"""The addresses of the simulated Internet belong to the whole machine: tests that open all of them take turns."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def the_internet_to_oneself() -> Iterator[None]:
    """Wait until no other test process of this machine holds the addresses 127.64.0.0/10, and hold them."""
    with (Path(tempfile.gettempdir()) / f"pacslab-tests-internet-{os.getuid()}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
