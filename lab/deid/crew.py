"""Who does the work of a run: this process, or several."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, TypeVar

from lab.deid import work
from lab.deid.identities import Identities
from lab.deid.profile import Option, Profile
from lab.deid.secret import Secret
from lab.deid.whole import FileCleaner

Means = tuple[Profile, Secret, Identities]
_Answer = TypeVar("_Answer")
_LEARN, _CLEAN, _LOOK = 256, 32, 4
"""Files at once: reading headers, cleaning, and cleaning pictures."""


class Crew:
    """Workers for one run; with one worker this process does it all."""

    def __init__(self, place: work.Place, workers: int) -> None:
        self._place, self._workers = place, workers

    def learn(self, names: list[str]) -> Iterator[Identities]:
        """What the files say about people, in parts."""
        chunks = _chunks(names, _LEARN)
        if self._workers == 1:
            yield from (work.learn(self._place, chunk) for chunk in chunks)
        else:
            yield from self._spread(work.learn, chunks)

    def clean(self, means: Means, names: list[str]) -> Iterator[work.Done]:
        """Clean the files; yields what became of some of them, in order."""
        chunks = _chunks(names, _LOOK if means[0].has(Option.CLEAN_PIXELS) else _CLEAN)
        if self._workers == 1:
            cleaner = FileCleaner(*means)
            yield from (work.clean(self._place, cleaner, chunk) for chunk in chunks)
        else:
            yield from self._spread(work.clean_here, chunks, means)

    def _spread(
        self, task: Callable[[work.Place, list[str]], _Answer], chunks: list[list[str]], means: Means | None = None
    ) -> Iterator[_Answer]:
        """A few chunks ahead of each worker, never all of them. Ended early, it lets no worker begin another."""
        options: dict[str, Any] = {} if means is None else {"initializer": work.set_up, "initargs": means}
        context = multiprocessing.get_context("forkserver")
        pool = ProcessPoolExecutor(self._workers, mp_context=context, **options)
        try:
            waiting: deque[Future[_Answer]] = deque()
            for chunk in chunks:
                waiting.append(pool.submit(task, self._place, chunk))
                if len(waiting) > 3 * self._workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _chunks(names: list[str], size: int) -> list[list[str]]:
    return [names[start : start + size] for start in range(0, len(names), size)]
