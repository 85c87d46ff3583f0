"""The state that crosses the border of the sandbox: small JSON files, replaced as a whole."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

ROOT = Path("/srv/pacslab")
STORAGE = Path("/srv/archive")
HEARTBEAT_SECONDS = 1.0


def write_json(path: Path, data: Any) -> None:
    """Replace a JSON file atomically (temporary file and rename)."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(data), encoding="utf-8")
    os.replace(temporary, path)


def read_json(path: Path) -> Any:
    """The content of a JSON file, or None when it is missing or not JSON."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
