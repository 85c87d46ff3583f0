"""The inventory of a whole source: two rounds through it, by several processes, in memory that does not grow with it."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from typing import TypeVar

from lab.inventory.finding import Trouble
from lab.inventory.inventory import Inventory
from lab.inventory.people import Fact, KnownPeople
from lab.inventory.source import Item, Source, private_folder
from lab.inventory.worker import Chunk, Options, learn_chunk, search_chunk

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
            for learnt, facts in runner.run(learn_chunk, source.chunks(folder), _unlearnt):
                known.learn(facts)
                tell(learnt)
            known_at = folder / "known"
            known_at.write_bytes(pickle.dumps(known, pickle.HIGHEST_PROTOCOL))
            search = partial(search_chunk, known_at=str(known_at), options=Options(with_pictures), wants_pictures=True)
            for chunk in runner.run(search, source.chunks(folder, every), _unsearched):
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
            self._pool = _pool(self._workers)
        return self

    def __exit__(self, *error: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def run(
        self, work: Callable[[list[Item]], _Result], chunks: Iterable[list[Item]], lost: Callable[[Item], _Result]
    ) -> Iterator[_Result]:
        """The results as they come; at most two chunks ahead of each worker. What was fetched of a chunk is deleted with its end.

        When a worker is killed, by a decoder or for lack of memory, what was under way is done again file by file, and the
        file that kills again is given up: ``lost`` is its result.
        """
        if self._pool is None:
            for items in chunks:
                result = work(items)
                _delete_fetched(items)
                yield result
            return
        waiting: dict[Future[_Result], list[Item]] = {}
        todo = iter(chunks)
        while True:
            broken: list[list[Item]] = []
            for items in islice(todo, 2 * self._workers - len(waiting)):
                try:
                    waiting[self._pool.submit(work, items)] = items
                except BrokenProcessPool:
                    broken.append(items)
            if not waiting and not broken:
                return
            for future in wait(waiting, return_when=ALL_COMPLETED if broken else FIRST_COMPLETED).done:
                items = waiting.pop(future)
                try:
                    result = future.result()
                except BrokenProcessPool:
                    broken.append(items)
                    continue
                _delete_fetched(items)
                yield result
            if broken:
                self._pool.shutdown(wait=True)  # it has ended all that was under way
                broken += waiting.values()
                waiting.clear()
                yield from _one_by_one(work, broken, lost)
                self._pool = _pool(self._workers)


def _pool(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("forkserver")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_quiet)


def _one_by_one(
    work: Callable[[list[Item]], _Result], chunks: Iterable[list[Item]], lost: Callable[[Item], _Result]
) -> Iterator[_Result]:
    """Each file in a chunk of its own; those that kill their worker are lost."""
    pool = _pool(1)
    try:
        for item in (item for items in chunks for item in items):
            try:
                result = pool.submit(work, [item]).result()
            except BrokenProcessPool:
                pool.shutdown(wait=True)
                pool = _pool(1)
                result = lost(item)
            _delete_fetched([item])
            yield result
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _delete_fetched(items: Iterable[Item]) -> None:
    for item in items:
        if item.fetched:
            os.unlink(item.path)


def _unlearnt(item: Item) -> tuple[int, list[Fact]]:
    return 1, []


def _unsearched(item: Item) -> Chunk:
    return Chunk(1, pickle.dumps([]), troubles=[Trouble(item.name, "the process that read it was killed")])


def _quiet() -> None:
    """Ctrl-C is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
