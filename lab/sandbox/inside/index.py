"""Orthanc's index, read beside it: which file on the disk belongs to which image, and its checksum when it was stored.

Orthanc holds its SQLite database for itself (``locking_mode=EXCLUSIVE``), so that a copy of it is read.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path

PARTS = ("index", "index-wal")
_ATTACHMENTS = """
SELECT file.uuid, resource.publicId, file.compressedMD5, file.fileType
FROM AttachedFiles AS file JOIN Resources AS resource ON resource.internalId = file.id
"""
DICOM = 1


@dataclass(frozen=True)
class Attachment:
    """One file of the storage: the image it belongs to (Orthanc's id), its checksum (may be empty) and kind (1 is DICOM)."""

    uuid: str
    instance: str
    md5: str
    kind: int

    def path(self, storage: Path) -> Path:
        """Where Orthanc keeps it."""
        return storage / self.uuid[:2] / self.uuid[2:4] / self.uuid


def attachments(storage: Path) -> list[Attachment]:
    """Every file that the index knows. Raises OSError or sqlite3.Error when the index cannot be read. Read-only."""
    with tempfile.TemporaryDirectory() as folder:
        for part in PARTS:
            if part == "index" or (storage / part).exists():
                shutil.copyfile(storage / part, Path(folder) / part)
        connection = sqlite3.connect(Path(folder) / "index")
        try:
            return [
                Attachment(str(uuid), str(instance), str(md5 or ""), int(kind))
                for uuid, instance, md5, kind in connection.execute(_ATTACHMENTS)
            ]
        finally:
            connection.close()
