"""Other ways out than a folder: one zip file, or a medium with a DICOMDIR."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from synthetic_data import ledger_table
from synthetic_data.dicomdir import DIRECTORY
from synthetic_data.errors import SyntheticDataError
from synthetic_data.hospital import Hospital, Shard
from synthetic_data.instance import Instance, shares_of
from synthetic_data.ledger_part import SUFFIX
from synthetic_data.medium import Medium
from synthetic_data.sets import LEDGER_NAME, OPTIONS_NAME, UNFINISHED, Progress, SetFolder, Written
from synthetic_data.worklist import FOLDER as WORKLIST
from synthetic_data.writing import ledger_of

FORMS = ("files", "zip", "media")
"""A folder of files, one zip file, or a medium with a DICOMDIR."""

_NO_TIME = (1980, 1, 1, 0, 0, 0)


def write_as(
    form: str, hospital: Hospital, path: Path, progress: Progress | None, workers: int = 1, scheduler: str | None = None
) -> Written:
    """Write the set in one of the `FORMS`. A zip file and a medium grow from front to back: one process writes them."""
    if form == "files":
        return hospital.write(path, progress, workers=workers, scheduler=scheduler)
    if workers != 1 or scheduler is not None:
        what = {"zip": "a zip file", "media": "a medium"}[form]
        raise SyntheticDataError(
            f"{what} is written by one process; leave --workers and --scheduler out, or write files."
        )
    return {"zip": write_zip, "media": write_media}[form](hospital, path, progress)


def write_zip(hospital: Hospital, path: Path, progress: Progress | None = None) -> Written:
    """Write the set into a zip file, as it would be in a folder, without compression.

    The same hospital gives the same bytes. The file appears when it is complete. Raises SyntheticDataError for a name
    that is taken and for a disk that is full.
    """
    hospital.require_objects()
    if path.exists():
        raise SyntheticDataError(f"{str(path)!r} exists already; name another file, or delete it first.")
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        SetFolder(path.parent).require_space(hospital.byte_estimate)
        with (
            tempfile.TemporaryDirectory(dir=path.parent, prefix=".ledger-") as parts,
            zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED, allowZip64=True) as archive,
        ):
            written = _fill(hospital, archive, Path(parts), progress)
        os.replace(unfinished, path)
    except OSError as error:
        raise SyntheticDataError(f"cannot write to {str(path)!r}: {error.strerror or error}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return Written(path, *written)


def _fill(hospital: Hospital, archive: zipfile.ZipFile, parts: Path, progress: Progress | None) -> tuple[int, int, int]:
    """Put everything into the archive; returns the number of DICOM files, their bytes, and the ledger's rows."""
    count = size = 0
    total = hospital.file_count
    archive.writestr(zipfile.ZipInfo(OPTIONS_NAME, _NO_TIME), json.dumps(hospital.options.to_json(), indent=1) + "\n")
    ledgers = []
    for shard in hospital.shards():
        for name, content in _files(hospital, shard):
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), content)
            count, size = count + (not name.startswith(WORKLIST)), size + len(content)
        ledgers += _ledger_part(hospital, shard, parts)
        if progress is not None:
            progress(count, total)
    rows = ledger_table.merge(ledgers, parts / LEDGER_NAME)
    ledger = zipfile.ZipInfo(LEDGER_NAME, _NO_TIME)
    ledger.file_size = (parts / LEDGER_NAME).stat().st_size
    with (parts / LEDGER_NAME).open("rb") as source, archive.open(ledger, "w") as target:
        shutil.copyfileobj(source, target)
    return count, size, rows


def _files(hospital: Hospital, shard: Shard) -> Iterator[tuple[str, bytes]]:
    for study in shard.studies:
        for share in shares_of(study, hospital.words):
            for number in share.columns.numbers:
                instance = Instance(share, number)
                yield instance.path, instance.encode()
    for broken in hospital.broken_files(shard):
        yield broken.path, broken.content
    for entry in hospital.worklist(shard):
        yield entry.path, entry.encode()


def _ledger_part(hospital: Hospital, shard: Shard, parts: Path) -> list[Path]:
    """The patient's part of the ledger, for later."""
    if not shard.studies:
        return []
    shares = (share for study in shard.studies for share in shares_of(study, hospital.words))
    part = parts / f"{shard.name}{SUFFIX}"
    ledger_of(hospital, shard, shares).save(part)
    return [part]


def write_media(hospital: Hospital, folder: Path, progress: Progress | None = None) -> Written:
    """Write the set as a medium: a DICOMDIR, and files under the short names that it lists (DICOM PS3.10 8, PS3.3 F).

    The ledger stands beside it, with these names. `folder` must be empty or new; it appears when it is complete. Raises
    SyntheticDataError as `Hospital.write` does. Broken files have no place on a medium.
    """
    if hospital.options.faults:
        raise SyntheticDataError("a DICOMDIR cannot list broken files; leave --fault out, or write files.")
    if hospital.options.worklist:
        raise SyntheticDataError("a DICOMDIR cannot list a worklist; leave --worklist out, or write files.")
    hospital.require_objects()
    unfinished = folder.absolute().with_name(folder.absolute().name + UNFINISHED)
    _require_free(folder, unfinished)
    place = SetFolder(unfinished)
    try:
        place.require_space(hospital.byte_estimate)
        place.claim(hospital.options)
        written = _fill_medium(hospital, place, progress)
        place.finish()
        os.replace(unfinished, folder)
    except OSError as error:
        raise SyntheticDataError(f"cannot write to {str(folder)!r}: {error.strerror or error}.") from error
    finally:
        place.release()
        shutil.rmtree(unfinished, ignore_errors=True)
    return Written(folder, *written)


def _require_free(folder: Path, unfinished: Path) -> None:
    """Raise SyntheticDataError for a folder that holds something; forget what a killed run left beside it."""
    if folder.is_dir() and any(folder.iterdir()):
        raise SyntheticDataError(f"{str(folder)!r} is not empty; empty it first, or name another folder.")
    if folder.exists() and not folder.is_dir():
        raise SyntheticDataError(f"{str(folder)!r} is a file; name a folder that is empty or does not exist yet.")
    if (unfinished / OPTIONS_NAME).is_file():
        shutil.rmtree(unfinished)
    if unfinished.exists():
        raise SyntheticDataError(f"{str(unfinished)!r} is in the way; move it, or name another folder.")


def _fill_medium(hospital: Hospital, place: SetFolder, progress: Progress | None) -> tuple[int, int, int]:
    """Write files and DICOMDIR patient by patient; returns the number of files, their bytes, and the ledger's rows."""
    total = hospital.instance_count
    with (place.folder / DIRECTORY).open("w+b") as file:
        medium = Medium(hospital, place, file)
        for shard in hospital.shards():
            medium.add(shard, lambda done: progress(done, total) if progress else None)
        medium.finish()
    return medium.files, medium.bytes, ledger_table.merge(medium.parts, place.folder / LEDGER_NAME)
