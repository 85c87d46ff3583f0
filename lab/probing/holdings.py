"""What somebody learns who holds a copy of the archive's storage: Orthanc's index, and the image files themselves."""

from __future__ import annotations

import sqlite3
import tempfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from lab.model import Attribute, Exposure

Read = Callable[[str], bytes | None]
INDEX = ("index", "index-wal")
_PEOPLE = """
SELECT (SELECT COUNT(*) FROM Resources WHERE resourceType = 0 + {first}),
       (SELECT COUNT(*) FROM Resources WHERE resourceType = 1 + {first}),
       (SELECT COUNT(*) FROM Resources WHERE resourceType = 3 + {first})
"""
_OLDEST = (
    "SELECT MIN(value) FROM MainDicomTags WHERE tagGroup = 0x0008 AND tagElement = 0x0020 AND value != ''"  # study date
)
_TAGS = (
    (Attribute.NAME, 0x0010, 0x0010),
    (Attribute.PATIENT_ID, 0x0010, 0x0020),
    (Attribute.BIRTH_DATE, 0x0010, 0x0030),
)
_ROWS = 3


def exposure_of_index(read: Read) -> Exposure | None:
    """What Orthanc's SQLite index tells; None when it cannot be had or is not one. ``read`` gives a file of the copy by name."""
    with tempfile.TemporaryDirectory() as folder:
        for name in INDEX:
            content = read(name)
            if content is None and name == "index":
                return None
            (Path(folder) / name).write_bytes(content or b"")
        connection = sqlite3.connect(Path(folder) / "index")
        try:
            return _exposure(connection)
        except sqlite3.Error:
            return None
        finally:
            connection.close()


def _exposure(connection: sqlite3.Connection) -> Exposure | None:
    (first,) = connection.execute("SELECT MIN(resourceType) FROM Resources").fetchone()
    if first is None:
        return None
    patients, studies, images = connection.execute(_PEOPLE.format(first=int(first))).fetchone()
    rows = []
    for (patient,) in connection.execute("SELECT internalId FROM Resources WHERE resourceType = ?", (first,)):
        tags = {
            (group, element): str(value)
            for group, element, value in connection.execute(
                "SELECT tagGroup, tagElement, value FROM MainDicomTags WHERE id = ?", (patient,)
            )
        }
        rows.append(tuple(tags.get((group, element), "") for _, group, element in _TAGS))
    whole = [row for row in rows if all(row)][:_ROWS]
    (since,) = connection.execute(_OLDEST).fetchone()
    return Exposure(patients, studies, images, tuple(attribute for attribute, *_ in _TAGS), tuple(whole), since or "")


def image_in(content: bytes) -> Dataset | None:
    """The header of a stored image, also of one that Orthanc compressed (zlib behind eight bytes of length); None if it is none."""
    for candidate in (content, _inflated(content)):
        try:
            return dcmread(BytesIO(candidate), stop_before_pixels=True)
        except (InvalidDicomError, OSError, ValueError, EOFError):
            continue
    return None


def _inflated(content: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(content[8:])
    except zlib.error:
        return b""
