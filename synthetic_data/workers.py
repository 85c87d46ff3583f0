"""Who writes the patients: this process, several processes, or a dask.distributed cluster.

Patients are independent of each other, so any worker can write any of them at any time; the files are the same.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from multiprocessing import connection
from pathlib import Path
from typing import TYPE_CHECKING

from synthetic_data.errors import SyntheticDataError
from synthetic_data.options import Options
from synthetic_data.turns import Turns, report, turns

if TYPE_CHECKING:
    from synthetic_data.hospital import Hospital
    from synthetic_data.writing import ShardWritten

MOST_WORKERS = 256


def run(hospital: Hospital, folder: Path, workers: int, scheduler: str | None) -> Iterator[ShardWritten]:
    """Write every patient; yields what was written of each, as they are done."""
    from synthetic_data.writing import write_shard

    if scheduler is not None:
        from synthetic_data.cluster import run_on_cluster

        yield from run_on_cluster(hospital.options, folder, scheduler)
    elif workers == 1:
        for index in hospital.options.indices:
            yield write_shard(hospital, index, folder)
    else:
        yield from _run_in_processes(hospital, folder, workers - 1)


def write_one(options: Options, index: int, folder: str) -> ShardWritten:
    """Write one patient in a worker's process, which plans the hospital's staff once."""
    from synthetic_data.writing import write_shard

    return write_shard(_hospital(options), index, Path(folder))


@lru_cache(maxsize=2)
def _hospital(options: Options) -> Hospital:
    from synthetic_data.hospital import Hospital

    return Hospital(options)


def _end_with_parent() -> None:
    """In a worker: end at once when the process that started it is killed, whatever the worker is doing."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_and_end, args=(parent.sentinel,), daemon=True).start()


def _wait_and_end(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


_ends: list[connection.Connection] = []
"""In a worker: where its turns come from, and where it says what it wrote. They are handed over at its start only."""


def _start(*ends: connection.Connection) -> None:
    _end_with_parent()
    _ends[:] = ends


def _write_in_turn(options: Options, folder: str) -> None:
    """In a worker: write patients for as long as there are any."""
    todo, said = _ends
    with said:
        for index in turns(todo):
            written = write_one(options, index, folder)
            report(said, written.instances, written.bytes)


def _run_in_processes(hospital: Hospital, folder: Path, others: int) -> Iterator[ShardWritten]:
    """Write patients in this process and in so many others, which this one does not wait for while they start.

    Ended early, none starts another patient.
    """
    from synthetic_data.writing import ShardWritten, write_shard

    context = multiprocessing.get_context("forkserver")
    everyone = Turns(context, hospital.options.indices)
    pool = ProcessPoolExecutor(others, mp_context=context, initializer=_start, initargs=everyone.ends)
    try:
        working = [pool.submit(_write_in_turn, hospital.options, str(folder)) for _ in range(others)]
        for index in everyone:
            yield write_shard(hospital, index, folder)
            yield from (ShardWritten(*said) for said in everyone.reported(at_once=True))
            _raise_what_failed(working)
        yield from (ShardWritten(*said) for said in everyone.reported(at_once=False))
        _raise_what_failed(working, wait=True)
    except BrokenProcessPool as error:
        raise SyntheticDataError(
            "a worker's process was ended from outside, perhaps for lack of memory; run the same command again to go on."
        ) from error
    finally:
        everyone.close()
        pool.shutdown(wait=True, cancel_futures=True)


def _raise_what_failed(working: list[Future[None]], *, wait: bool = False) -> None:
    for future in working:
        if wait or future.done():
            future.result()
