"""``pacslab doctor``: every precondition of the lab, what its failure costs, and what to do. Nothing is changed."""

from __future__ import annotations

import sys
from pathlib import Path

from lab.sandbox.doctor.check import Check
from lab.sandbox.doctor.containers import of_containers, of_engine
from lab.sandbox.doctor.machine import of_machine
from lab.sandbox.doctor.native import of_native
from lab.sandbox.native import NativeSandbox
from lab.sandbox.protocol import Sandbox


def examine(kind: str, home: Path, sandbox: Sandbox | None) -> tuple[Check, ...]:
    """Look at everything that a sandbox of this kind needs. Read-only."""
    runs = sandbox is not None and sandbox.health().running
    checks = [*of_machine(home, runs)]
    if kind == "compose":  # seen from within
        return (*checks, *of_containers(sandbox))
    if sys.platform != "linux" or _started_with_docker(home):
        return (*checks, *of_engine())
    return (*checks, *of_native(sandbox if isinstance(sandbox, NativeSandbox) else None))


def _started_with_docker(home: Path) -> bool:
    """Whether start.sh used Docker the last time; it notes that in the state folder."""
    try:
        return (home / "mode").read_text("utf-8").strip() == "compose"
    except OSError:
        return False


__all__ = ["Check", "examine"]
