"""Who does the work of a run: this process, or several. A file that takes its worker with it is found out and stays behind.

Decoders are written in C, and a hostile picture may crash one. So pixels are decoded only in processes that the run can
lose; when one dies or falls silent, the files that it may have had are given out again, one by one.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from lab.deid import work
from lab.deid.identities import Identities
from lab.deid.limits import SECONDS
from lab.deid.problems import Reason
from lab.deid.profile import Option
from lab.deid.whole import FileCleaner

_Answer = TypeVar("_Answer")
_LEARN, _CLEAN, _LOOK = 256, 32, 4
"""Files at once: reading headers, cleaning, and cleaning pictures."""
_GRACE = 30


@dataclass
class Processes(Generic[_Answer]):
    """Workers for one task: `lost` is the answer for a file that killed its worker, or kept it for too long."""

    task: Callable[[work.Place, list[str]], _Answer]
    lost: Callable[[work.Place, str, Reason], _Answer]
    place: work.Place
    means: work.Means | None = None
    workers: int = 1
    seconds: float = SECONDS + _GRACE

    def run(self, chunks: list[list[str]]) -> Iterator[_Answer]:
        """The answers for the chunks in their order; for the files of a chunk one by one after a worker was lost."""
        left = deque(chunks)
        while left:
            try:
                for answer in self._spread(list(left)):
                    left.popleft()
                    yield answer
            except (BrokenProcessPool, TimeoutError):
                doubtful = [left.popleft() for _ in range(min(len(left), self._ahead + 1))]
                yield from self.one_by_one([name for chunk in doubtful for name in chunk])

    @property
    def _ahead(self) -> int:
        return 3 * self.workers

    def _spread(self, chunks: list[list[str]]) -> Iterator[_Answer]:
        """A few chunks ahead of each worker, never all of them. Ended early, it lets no worker begin another."""
        pool = self._pool(self.workers)
        waiting: deque[tuple[Future[_Answer], int]] = deque()
        try:
            for chunk in chunks:
                waiting.append((pool.submit(self.task, self.place, chunk), len(chunk)))
                if len(waiting) > self._ahead:
                    yield self._answer(pool, *waiting.popleft())
            while waiting:
                yield self._answer(pool, *waiting.popleft())
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def one_by_one(self, names: list[str]) -> Iterator[_Answer]:
        """The answers for single files, each of which may cost a worker its life."""
        pool = self._pool(1)
        try:
            for name in names:
                try:
                    yield self._answer(pool, pool.submit(self.task, self.place, [name]), 1)
                except (BrokenProcessPool, TimeoutError) as problem:
                    pool.shutdown(wait=True, cancel_futures=True)
                    pool = self._pool(1)
                    slow = isinstance(problem, TimeoutError)
                    yield self.lost(self.place, name, Reason.TOO_SLOW if slow else Reason.KILLED_READER)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _answer(self, pool: ProcessPoolExecutor, future: Future[_Answer], files: int) -> _Answer:
        try:
            return future.result(self.seconds * files)
        except TimeoutError:
            for process in list(pool._processes.values()):
                process.kill()
            raise

    def _pool(self, workers: int) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("forkserver")
        return ProcessPoolExecutor(workers, mp_context=context, initializer=work.set_up, initargs=(self.means,))


class Crew:
    """Workers for one run; with one worker this process does all that needs no decoder."""

    def __init__(self, place: work.Place, workers: int) -> None:
        self._place, self._workers = place, workers

    def learn(self, names: list[str]) -> Iterator[Identities]:
        """What the files say about people, in parts."""
        chunks = _chunks(names, _LEARN)
        if self._workers == 1:
            yield from (work.learn(self._place, chunk) for chunk in chunks)
        else:
            yield from Processes(work.learn, _nothing, self._place, workers=self._workers).run(chunks)

    def texts(self, means: work.Means, names: list[str]) -> dict[str, str]:
        """A digest of each file's texts as they would be cleaned; none for those that would not be."""
        chunks = _chunks(names, _LEARN)
        if self._workers == 1:
            cleaner = FileCleaner(*means, decodes=False)
            told: Iterable[dict[str, str]] = (work.texts(self._place, cleaner, chunk) for chunk in chunks)
        else:
            told = Processes(work.texts_here, _no_texts, self._place, means, self._workers).run(chunks)
        return {name: digest for part in told for name, digest in part.items()}

    def clean(self, means: work.Means, names: list[str]) -> Iterator[work.Done]:
        """Clean the files; yields what became of some of them, in order."""
        processes = Processes(work.clean_here, work.lost, self._place, means, self._workers)
        if means[0].has(Option.CLEAN_PIXELS):
            yield from processes.run(_chunks(names, _LOOK))
        elif self._workers > 1:
            yield from processes.run(_chunks(names, _CLEAN))
        else:
            yield from self._clean_alone(means, names, processes)

    def _clean_alone(self, means: work.Means, names: list[str], processes: Processes[work.Done]) -> Iterator[work.Done]:
        cleaner = FileCleaner(*means, decodes=False)
        for done in map(partial(work.clean, self._place, cleaner), _chunks(names, _CLEAN)):
            yield done
            if done.undecoded:
                yield from processes.one_by_one(done.undecoded)


def _nothing(place: work.Place, name: str, reason: Reason) -> Identities:
    """What one learns from a file that kills who reads it; cleaning will say so."""
    return Identities()


def _no_texts(place: work.Place, name: str, reason: Reason) -> dict[str, str]:
    return {}


def _chunks(names: list[str], size: int) -> list[list[str]]:
    return [names[start : start + size] for start in range(0, len(names), size)]
