"""The state that crosses the border of the sandbox: small JSON files, replaced as a whole."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

ROOT = Path("/srv/pacslab")
STORAGE = Path("/srv/archive")
WEB = Path("/srv/web")  # what the gateway serves by itself
HEARTBEAT_SECONDS = 1.0
MOST_BYTES = 1 << 22


def write_json(path: Path, data: Any) -> None:
    """Replace a JSON file atomically (temporary file and rename)."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(data), encoding="utf-8")
    os.replace(temporary, path)


def read_json(path: Path) -> Any:
    """The content of a JSON file, or None when it is missing or not JSON.

    Half of these files are written where scenarios run code. So no link is followed, nothing but a file of reasonable
    size is read, and nothing is waited for.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return json.loads(_content(descriptor))
    except (OSError, ValueError, RecursionError):
        return None
    finally:
        os.close(descriptor)


def _content(descriptor: int) -> bytes:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_BYTES:
        raise ValueError("not a file of reasonable size")
    with open(descriptor, "rb", closefd=False) as file:
        return file.read(MOST_BYTES)


def make_folder(path: Path) -> None:
    """Have a folder that its owner can use, whatever was put in its place or done to it."""
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        path.unlink()
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)
