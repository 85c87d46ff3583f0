"""The inventory of a whole source: two rounds through it, by several processes, in memory that does not grow with it."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from typing import TypeVar

from lab.i18n import t
from lab.inventory.inventory import Inventory
from lab.inventory.people import KnownPeople
from lab.inventory.source import CHUNK, InventoryError, Item, Source, private_folder
from lab.inventory.worker import Chunk, Options, learn_chunk, search_chunk

Progress = Callable[[int, int], None]
"""Called with how many files are done, and how many there are, of both rounds together."""

MOST_PICTURES = 12
_Result = TypeVar("_Result")


def take_inventory(
    source: Source,
    *,
    with_pictures: bool = True,
    every: int = 1,
    workers: int | None = None,
    report: Progress | None = None,
) -> Inventory:
    """Search a source for personal data; read-only. First everyone whom it names is learnt, then they are looked for.

    `every`: of so many files one is searched; all of them are learnt from. `workers` are processes, as many as the
    machine has processors unless told; few files are searched in this one. A KeyboardInterrupt ends the workers and gives
    what was found until then, with `complete` false. Raises InventoryError when the source fails.
    """
    began = time.monotonic()
    files = source.count()
    searched = len(range(0, files, every))
    count = workers or os.cpu_count() or 1
    alone = count == 1 or (files <= CHUNK and not with_pictures)
    inventory = Inventory(source.title, with_pictures, every)
    run = _here if alone else partial(_in_processes, workers=count)
    done = 0

    def tell(more: int) -> None:
        nonlocal done
        done += more
        if report is not None:
            report(done, files + searched)

    with private_folder() as folder:
        try:
            known = KnownPeople()
            for learnt, facts in run(learn_chunk, source.chunks()):
                known.learn(facts)
                tell(learnt)
            known_at = folder / "known"
            known_at.write_bytes(pickle.dumps(known, pickle.HIGHEST_PROTOCOL))
            search = partial(search_chunk, known_at=str(known_at), options=Options(with_pictures), wants_pictures=True)
            for chunk in run(search, source.chunks(every)):
                inventory.add(chunk, MOST_PICTURES)
                tell(chunk.files)
            inventory.complete = True
        except KeyboardInterrupt:
            inventory.complete = False
    inventory.seconds = time.monotonic() - began
    return inventory


def _here(work: Callable[[list[Item]], _Result], chunks: Iterable[list[Item]]) -> Iterator[_Result]:
    for items in chunks:
        yield work(items)


def _in_processes(
    work: Callable[[list[Item]], _Result], chunks: Iterable[list[Item]], workers: int
) -> Iterator[_Result]:
    """Two chunks ahead of each worker, never all of them. Whatever ends this ends the workers."""
    waiting: set[Future[_Result]] = set()
    todo = iter(chunks)
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("forkserver"), initializer=_quiet)
    try:
        while True:
            for items in islice(todo, 2 * workers - len(waiting)):
                waiting.add(pool.submit(work, items))
            if not waiting:
                return
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    except BrokenProcessPool as error:
        raise InventoryError(
            t("A worker of the inventory was ended from outside, perhaps for lack of memory."),
            t("Search a part of the files, or one folder at a time."),
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _quiet() -> None:
    """Ctrl-C is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


__all__ = ["Chunk", "take_inventory"]
