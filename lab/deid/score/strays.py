"""Files of a target that were made from none of the source: notes, lists, forgotten originals. They may name someone, too."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from lab.deid.score.judging import DISTINCT, EVERYWHERE
from synthetic_data.ledger import Kind, LedgerEntry

_MOST = 1 << 28
_UID = re.compile(rb"\d+(?:\.\d+){3,}")
_ENCODINGS = ("utf-8", "latin-1", "utf-16-le", "iso2022_jp", "iso8859_5", "iso8859_8", "gb18030")


def other_files(folder: Path, known: Iterable[Path]) -> list[Path]:
    """The files of a folder that are none of these."""
    own = set(known)
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path not in own]


def naming_someone(paths: Iterable[Path], entries: Iterable[LedgerEntry]) -> list[Path]:
    """Those of the files in whose bytes or name a planted value can be read. Read-only."""
    words: set[bytes] = set()
    uids: set[bytes] = set()
    for entry in entries:
        if entry.kind is Kind.UID:
            uids.add(entry.value.encode())
        elif entry.kind in EVERYWHERE and len(entry.value) >= DISTINCT:
            words |= _written(entry.value)
    return [path for path in paths if _names(path, words, uids)]


def _names(path: Path, words: set[bytes], uids: set[bytes]) -> bool:
    try:
        with path.open("rb") as file:
            content = path.name.encode("utf-8", "surrogateescape") + b"\n" + file.read(_MOST)
    except OSError:
        return True  # what cannot be read cannot be called clean
    return not uids.isdisjoint(_UID.findall(content)) or any(word in content for word in words)


def _written(value: str) -> set[bytes]:
    found = set()
    for encoding in _ENCODINGS:
        try:
            found.add(value.encode(encoding))
        except UnicodeEncodeError:
            continue
    return found
