"""The backup of the storage: a copy in a vault or below the gateway's web root, in the clear or encrypted.

Encrypted, it is one file for the certificate of the hospital's safe (CMS, RFC 5652): the machine that makes it cannot
open it. That is openssl's work; without openssl none is made, and ``host.log`` says so.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from .files import STORAGE, WEB, make_folder
from .store import CURRENT
from .verify import note

PLACES = {"vault": STORAGE / "vault", "web": WEB / "backup"}
OPENSSL_SECONDS = 120


def keep(wish: dict[str, Any], certificate: Path) -> None:
    """Have the backup that the site wants, and no other. One that is there already is left as it is. Raises OSError."""
    for place, other in PLACES.items():
        if place != wish["place"] and other.exists():
            shutil.rmtree(other)
    folder = PLACES.get(wish["place"])
    if folder is None or _is_there(folder, wish):
        return
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder)
    if wish["encrypted"]:
        _encrypted(folder, certificate)
    else:
        shutil.copytree(CURRENT, folder, dirs_exist_ok=True)
        for path in folder.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
    folder.chmod(0o755 if wish["place"] == "web" else 0o700)
    _note_of(folder).write_text(json.dumps(wish), "ascii")
    note("backup", **wish)


def _note_of(folder: Path) -> Path:
    """What was made in a folder is noted beside it, where nobody who is served the folder sees it."""
    return STORAGE / f".backup-{folder.name}.json"


def _is_there(folder: Path, wish: dict[str, Any]) -> bool:
    try:
        return folder.is_dir() and bool(json.loads(_note_of(folder).read_bytes()) == wish)
    except (OSError, ValueError):
        return False


def _encrypted(folder: Path, certificate: Path) -> None:
    plain, sealed = folder / "backup.tar", folder / "backup.tar.cms"
    with tarfile.open(plain, "w") as tar:
        tar.add(CURRENT, arcname="archive")
    command = ["openssl", "cms", "-encrypt", "-binary", "-stream", "-aes256", "-outform", "DER"]
    try:
        subprocess.run(
            [*command, "-in", str(plain), "-out", str(sealed), str(certificate)],
            check=True,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=OPENSSL_SECONDS,
        )
        sealed.chmod(0o644)
    except (OSError, subprocess.SubprocessError) as error:
        sealed.unlink(missing_ok=True)
        note("backup", error=str(error))
    finally:
        plain.unlink()
