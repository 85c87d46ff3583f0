"""The verification of the storage: does each file still have the checksum that was taken when it was stored?

Two ways: reading the disk, or asking Orthanc (``verify-md5``), which may answer from its memory.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .files import ROOT
from .index import attachments
from .store import CURRENT

ARCHIVE = ("127.0.0.1", 18042)
STRANGE_SECONDS = 10.0  # a file that the index does not know after that is none of the images
CORRUPTED = 20  # Orthanc's number of the error "Corrupted file (e.g. inconsistent MD5 hash)"
Stamp = tuple[int, int, int]


def note(job: str, **found: Any) -> None:
    """Add a line to ``host.log``: when (UTC), which job, and what it found."""
    line = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "job": job} | found
    with (ROOT / "run" / "logs" / "host.log").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")


class Verification:
    """Repeated verifications of one storage. A file that was good is read again when it has changed."""

    def __init__(self, storage: Path = CURRENT) -> None:
        self.storage = storage
        self._seen: dict[str, Stamp] = {}
        self._bad: set[str] = set()

    def run(self, by: str, account: tuple[str, str] | None) -> None:
        """One verification; ``by`` is ``disk``, ``archive`` or ``nobody``. Writes a line when there is something new to say."""
        if by == "nobody":
            self._bad = set()
            return
        try:
            checked, bad = self._disk() if by == "disk" else _archive(account)
        except (OSError, sqlite3.Error, http.client.HTTPException, ValueError):
            return  # the archive is being stopped, replaced or restarted: there will be a next time
        news = bad if by == "disk" else bad - self._bad
        if news or (by == "disk" and checked):
            note("verification", by=by, checked=checked, bad=sorted(news))
        self._bad = bad

    def _disk(self) -> tuple[int, set[str]]:
        """How many files were read, and the images whose file is not what was stored."""
        found = dict(_stamps(self.storage))
        changed = {path for path, stamp in found.items() if self._seen.get(path) != stamp}
        self._seen = {path: stamp for path, stamp in self._seen.items() if path in found}
        if not changed:
            return 0, set()
        bad, checked = set(), 0
        for file in attachments(self.storage):
            path = file.path(self.storage)
            if (name := str(path)) in changed:
                checked += 1
                self._seen[name] = found[name]
                if file.md5 and hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() != file.md5:
                    bad.add(file.instance)
                changed.discard(name)
        old = time.time() - STRANGE_SECONDS
        self._seen |= {path: found[path] for path in changed if found[path][1] < old * 1e9}
        return checked, bad


def _archive(account: tuple[str, str] | None) -> tuple[int, set[str]]:
    """Ask Orthanc to verify every image."""
    headers = {}
    if account:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(account).encode()).decode()
    connection = http.client.HTTPConnection(*ARCHIVE, timeout=10)
    try:
        images = json.loads(_ask(connection, "GET", "/instances", headers)[1])
        asked = [(image, f"/instances/{image}/attachments/dicom/verify-md5") for image in images]
        bad = {image for image, path in asked if says_bad(*_ask(connection, "POST", path, headers))}
    finally:
        connection.close()
    return len(images), bad


def says_bad(status: int, answer: bytes) -> bool:
    """Whether Orthanc's answer to ``verify-md5`` means that the file is not what was stored: 400, or from 1.13 on an error of its own."""
    try:
        return status == 400 or (status == 500 and json.loads(answer)["OrthancStatus"] == CORRUPTED)
    except (ValueError, KeyError, TypeError):
        return False


def _ask(connection: http.client.HTTPConnection, method: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def _stamps(folder: Path | str, depth: int = 2) -> Iterator[tuple[str, Stamp]]:
    """The files of Orthanc's storage (``ab/cd/abcd…``) and what tells that one has changed. Asked every second: no `Path`."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if not depth:
                status = entry.stat(follow_symlinks=False)
                yield entry.path, (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            elif len(entry.name) == 2 and entry.is_dir(follow_symlinks=False):
                yield from _stamps(entry.path, depth - 1)
