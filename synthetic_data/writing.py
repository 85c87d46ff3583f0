"""Files on disk: each patient complete under its name, or not there at all."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from synthetic_data import ledger_table
from synthetic_data.encoding import Buffer
from synthetic_data.errors import SyntheticDataError
from synthetic_data.hospital import Hospital, Shard
from synthetic_data.instance import Instance, SeriesShare, shares_of
from synthetic_data.ledger_part import LedgerPart
from synthetic_data.sets import LEDGER_NAME, UNFINISHED, Progress, SetFolder, Written
from synthetic_data.workers import MOST_WORKERS, run
from synthetic_data.worklist import WorklistEntry

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


@dataclass(frozen=True)
class ShardWritten:
    """One patient's files: how many, and their bytes."""

    instances: int
    bytes: int


def write_set(
    hospital: Hospital, folder: Path, progress: Progress | None, workers: int, scheduler: str | None
) -> Written:
    """Write a hospital's files and ledger below a folder; see `Hospital.write`."""
    place = SetFolder(folder)
    try:
        if workers < 1 or workers > MOST_WORKERS:
            raise SyntheticDataError(f"the number of workers must be from 1 to {MOST_WORKERS}, not {workers!r}.")
        if scheduler is not None and workers != 1:
            raise SyntheticDataError("a cluster has workers of its own; leave --workers out, or --scheduler.")
        hospital.require_objects()
        place.require_space(hospital.byte_estimate - place.bytes_there)
        place.claim(hospital.options)
        total, instances, size = hospital.file_count, 0, 0
        for written in run(hospital, folder, workers, scheduler):
            instances, size = instances + written.instances, size + written.bytes
            if progress is not None:
                progress(instances, total)
        parts = (place.ledger_part(f"patient-{index + 1:04d}") for index in hospital.options.indices)
        entries = ledger_table.merge([part for part in parts if part.exists()], folder / LEDGER_NAME)
        place.finish()
    except OSError as error:
        reason = error.strerror or str(error)
        raise SyntheticDataError(f"cannot write to {str(folder)!r}: {reason}.") from error
    finally:
        place.release()
    return Written(folder, instances, size, entries)


def write_shard(hospital: Hospital, index: int, folder: Path) -> ShardWritten:
    """Write patient `index`'s files and its part of the ledger, unless they are there already.

    Anyone may do so at any time, also twice at once: the files are made in a folder of their own, which takes the
    patient's name when it is complete.
    """
    shard, place = hospital.shard(index), SetFolder(folder)
    if not shard.studies:
        return ShardWritten(0, 0)
    if place.has(shard.name):
        return _measured(folder / shard.name)
    token = uuid.uuid4().hex[:12]
    unfinished = folder / f"{shard.name}.{token}{UNFINISHED}"
    part = place.parts / f"{shard.name}.{token}{UNFINISHED}"
    try:
        written = _write_files(hospital, shard, unfinished, part)
        os.replace(part, place.ledger_part(shard.name))
        _rename_folder(unfinished, folder / shard.name)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        part.unlink(missing_ok=True)
    return written


def _write_files(hospital: Hospital, shard: Shard, unfinished: Path, part: Path) -> ShardWritten:
    instances = size = 0
    shares = [share for study in shard.studies for share in shares_of(study, hospital.words)]
    for share in shares:
        inside = [f"{unfinished}/{name.split('/', 1)[1]}" for name in share.paths]
        size += write_series(share, inside)
        instances += len(inside)
    for broken in hospital.broken_files(shard):
        beside = unfinished / broken.path.split("/", 1)[1]
        beside.parent.mkdir(exist_ok=True)
        size += write_file(str(beside), (broken.content,))
        instances += 1
    ledger_of(hospital, shard, shares).save(part)
    _write_worklist(unfinished, hospital.worklist(shard))
    return ShardWritten(instances, size)


def ledger_of(hospital: Hospital, shard: Shard, shares: Iterable[SeriesShare]) -> LedgerPart:
    """A patient's part of the ledger: of the shares' instances under their names, and of what is no instance."""
    part = LedgerPart()
    for share in shares:
        part.add_series(share, share.paths)
    for other in hospital.other_plants(shard):
        part.add_file(*other)
    return part


def _write_worklist(unfinished: Path, entries: Sequence[WorklistEntry]) -> None:
    """Write a patient's entries into the worklist's folder, each whole or not at all."""
    for entry in entries:
        final = unfinished.parent / entry.path
        final.parent.mkdir(exist_ok=True)
        own = final.with_name(unfinished.name + final.suffix)
        own.write_bytes(entry.encode())
        os.replace(own, final)


def write_series(share: SeriesShare, paths: Sequence[str]) -> int:
    """Write a series' files under these names, in the order of its images; returns the number of bytes."""
    os.makedirs(os.path.dirname(paths[0]), exist_ok=True)
    return sum(write_file(path, Instance(share, number).pieces()) for number, path in enumerate(paths, start=1))


def write_file(path: str, pieces: Iterable[Buffer]) -> int:
    """Write a new file from its pieces without joining them; returns the number of bytes. Raises OSError."""
    descriptor = os.open(path, _NEW, 0o644)
    try:
        left = list(pieces)
        total = sum(len(piece) for piece in left)
        written = os.writev(descriptor, left)
        while written < total:
            rest = b"".join(left)[written:]
            written += os.write(descriptor, rest)
    finally:
        os.close(descriptor)
    return total


def _rename_folder(unfinished: Path, final: Path) -> None:
    """Give a complete folder its name; someone else's, made at the same time, is as good."""
    with suppress(FileExistsError):
        try:
            os.rename(unfinished, final)
        except OSError:
            if not final.is_dir():
                raise


def _measured(folder: Path) -> ShardWritten:
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return ShardWritten(len(sizes), sum(sizes))
