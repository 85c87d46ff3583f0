"""Other ways out than a folder: one zip file, or a medium with a DICOMDIR."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from pydicom import Dataset, dcmread
from pydicom.fileset import FileSet
from pydicom.uid import UID

from synthetic_data import ledger_table
from synthetic_data.errors import SyntheticDataError
from synthetic_data.headers import INSTITUTION
from synthetic_data.hospital import Hospital, Shard
from synthetic_data.instance import Instance, SeriesShare, shares_of
from synthetic_data.ledger import Kind, Place, Plant
from synthetic_data.seeding import Role
from synthetic_data.sets import LEDGER_NAME, OPTIONS_NAME, UNFINISHED, Progress, SetFolder, Written

_NO_TIME = (1980, 1, 1, 0, 0, 0)
FILE_SET_ID = "PACSLAB"
DIRECTORY = "DICOMDIR"
_RECORDS = "(0004,1220)"


def write_zip(hospital: Hospital, path: Path, progress: Progress | None = None) -> Written:
    """Write the set into a zip file, as it would be in a folder, without compression.

    The same hospital gives the same bytes. The file appears when it is complete. Raises SyntheticDataError for a name
    that is taken and for a disk that is full.
    """
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
    total = hospital.instance_count
    archive.writestr(zipfile.ZipInfo(OPTIONS_NAME, _NO_TIME), json.dumps(hospital.options.to_json(), indent=1) + "\n")
    ledgers = []
    for shard in hospital.shards():
        for name, content in _files(hospital, shard):
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), content)
            count, size = count + 1, size + len(content)
        ledgers += _ledger_part(hospital, shard, parts)
        if progress is not None:
            progress(count, total)
    rows = ledger_table.merge(ledgers, parts / LEDGER_NAME)
    archive.writestr(zipfile.ZipInfo(LEDGER_NAME, _NO_TIME), (parts / LEDGER_NAME).read_bytes())
    return count, size, rows


def _files(hospital: Hospital, shard: Shard) -> Iterator[tuple[str, bytes]]:
    for study in shard.studies:
        for share in shares_of(study, hospital.words):
            for number in share.columns.numbers:
                instance = Instance(share, number)
                yield instance.path, instance.encode()
    for name, content in hospital.broken_files(shard):
        yield f"{shard.name}/{name}", content
    for entry in hospital.worklist(shard):
        yield entry.path, entry.encode()


def _ledger_part(hospital: Hospital, shard: Shard, parts: Path) -> list[Path]:
    """The patient's part of the ledger, for later."""
    if not shard.studies:
        return []
    shares = [share for study in shard.studies for share in shares_of(study, hospital.words)]
    names = [[Instance(share, number).path for number in share.columns.numbers] for share in shares]
    part = parts / f"{shard.name}.parquet"
    ledger_table.write_shares(part, shares, names)
    if entries := hospital.worklist(shard):
        ledger_table.append_plants(part, [(entry.path, entry.uid, entry.plants) for entry in entries])
    return [part]


def write_media(hospital: Hospital, folder: Path, progress: Progress | None = None) -> Written:
    """Write the set as a medium: a DICOMDIR, and files under the short names that it lists (DICOM PS3.10 8, PS3.3 F).

    The ledger stands beside it, with these names. `folder` must be empty or new; it is complete when its ledger is
    there. Raises SyntheticDataError as `Hospital.write` does. Broken files have no place on a medium.
    """
    place = SetFolder(folder)
    if hospital.options.faults:
        raise SyntheticDataError("a DICOMDIR cannot list broken files; leave --fault out, or write files.")
    if hospital.options.worklist:
        raise SyntheticDataError("a DICOMDIR cannot list a worklist; leave --worklist out, or write files.")
    if folder.is_dir() and any(folder.iterdir()):
        raise SyntheticDataError(f"{str(folder)!r} is not empty; empty it first, or name another folder.")
    try:
        place.require_space(2 * hospital.byte_estimate)
        place.claim(hospital.options)
        names, size = _write_file_set(hospital, folder, progress)
        shares, files = [], []
        for shard in hospital.shards():
            for share in (share for study in shard.studies for share in shares_of(study, hospital.words)):
                share.record.plants[:] = [p for p in share.record.plants if p.place is not Place.FILE_NAME]
                shares.append(share)
                files.append([names[share.sop_instance_uid(number)] for number in share.columns.numbers])
        parts = [place.ledger_part("objects"), place.ledger_part("directory")]
        ledger_table.write_shares(parts[0], shares, files)
        directory = dcmread(folder / DIRECTORY)
        plants = _listed(directory, shares)
        ledger_table.write_plants(parts[1], [(DIRECTORY, directory.file_meta.MediaStorageSOPInstanceUID, plants)])
        rows = ledger_table.merge(parts, folder / LEDGER_NAME)
        place.finish()
    except OSError as error:
        raise SyntheticDataError(f"cannot write to {str(folder)!r}: {error.strerror or error}.") from error
    return Written(folder, len(names), size, rows)


def _listed(directory: Dataset, shares: list[SeriesShare]) -> list[Plant]:
    """What the DICOMDIR repeats of the objects' identifiers, record by record."""
    known: dict[tuple[str, str], tuple[Kind, str]] = {}
    for share in shares:
        for number in share.columns.numbers:
            person, uid = share.study.patient.patient_id, share.sop_instance_uid(number)
            known["(0004,1511)", uid] = (Kind.UID, person)
        for plant in (*share.record.plants, *(p for n in share.columns.numbers for p in share.columns.plants(n))):
            known.setdefault((plant.tag, plant.value), (plant.kind, plant.person))
    own = directory.file_meta.MediaStorageSOPInstanceUID
    plants = [ledger_table.in_file_meta(own, INSTITUTION)]
    for index, record in enumerate(directory.DirectoryRecordSequence):
        for element in record:
            tag, values = f"({element.tag.group:04X},{element.tag.element:04X})", element.value
            for value in values if element.VM > 1 else [values]:
                if (tag, str(value)) in known:
                    kind, person = known[tag, str(value)]
                    plants.append(Plant(Place.ELEMENT, f"{_RECORDS}[{index}]{tag}", kind, str(value), person))
    return plants


def _write_file_set(hospital: Hospital, folder: Path, progress: Progress | None) -> tuple[dict[str, str], int]:
    """Write DICOMDIR and files; returns the name of each object's file by its UID, and the number of bytes."""
    files = FileSet()
    files.ID = FILE_SET_ID
    files.UID = UID(Role(hospital.seed, hospital.locale, "file set").uid())
    total = hospital.instance_count
    for done, instance in enumerate(hospital.instances(), start=1):
        files.add(instance.dataset)
        if progress is not None:
            progress(done, total)
    files.write(folder)
    names = {str(one.SOPInstanceUID): Path(one.path).relative_to(folder).as_posix() for one in files}
    return names, sum((folder / name).stat().st_size for name in names.values())
