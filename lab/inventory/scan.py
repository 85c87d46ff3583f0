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
from lab.inventory.source import InventoryError, Item, Source, private_folder
from lab.inventory.worker import Options, learn_chunk, search_chunk

Progress = Callable[[int, int], None]
"""Called with how many files are done, and how many there are, of both rounds together."""

MOST_PICTURES = 12
FEW, FEW_PICTURES = 200, 8
"""Up to so many files are searched in this process: workers would still be starting."""
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
    alone = files <= (FEW_PICTURES if with_pictures else FEW)
    inventory = Inventory(source.title, with_pictures, every)
    done = 0

    def tell(more: int) -> None:
        nonlocal done
        done += more
        if report is not None:
            report(done, files + searched)

    with private_folder() as folder, _Runner(1 if alone else count) as runner:
        try:
            known = KnownPeople()
            for learnt, facts in runner.run(learn_chunk, source.chunks()):
                known.learn(facts)
                tell(learnt)
            known_at = folder / "known"
            known_at.write_bytes(pickle.dumps(known, pickle.HIGHEST_PROTOCOL))
            search = partial(search_chunk, known_at=str(known_at), options=Options(with_pictures), wants_pictures=True)
            for chunk in runner.run(search, source.chunks(every)):
                inventory.add(chunk, MOST_PICTURES)
                tell(chunk.files)
            inventory.complete = True
        except KeyboardInterrupt:
            inventory.complete = False
    inventory.seconds = time.monotonic() - began
    return inventory


class _Runner:
    """Runs the work on the chunks: in this process, or in several that serve both rounds."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> _Runner:
        if self._workers > 1:
            context = multiprocessing.get_context("forkserver")
            self._pool = ProcessPoolExecutor(self._workers, mp_context=context, initializer=_quiet)
        return self

    def __exit__(self, *error: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def run(self, work: Callable[[list[Item]], _Result], chunks: Iterable[list[Item]]) -> Iterator[_Result]:
        """The results as they come; at most two chunks ahead of each worker."""
        if self._pool is None:
            yield from map(work, chunks)
            return
        waiting: set[Future[_Result]] = set()
        todo = iter(chunks)
        try:
            while True:
                for items in islice(todo, 2 * self._workers - len(waiting)):
                    waiting.add(self._pool.submit(work, items))
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


def _quiet() -> None:
    """Ctrl-C is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
