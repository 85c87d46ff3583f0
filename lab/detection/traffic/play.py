"""Plays a plan against the running site: every task begins at its time of day, several at once, each with its pauses."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from lab.detection.clock import Clock
from lab.detection.traffic.curve import DAY_SECONDS
from lab.detection.traffic.hands import Hands
from lab.detection.traffic.intrusion import Scene, named
from lab.detection.traffic.plan import Plan, Planned, routine_task
from lab.detection.traffic.receiver import Receivers
from lab.detection.traffic.routine import Work
from lab.detection.traffic.stock import NothingLeft
from lab.sandbox.protocol import Progress

WORKERS = 4
TICK_SECONDS = 0.05


@dataclass
class _Running:
    """A task between two of its steps."""

    steps: Iterator[float]
    is_intrusion: bool


class Player:
    """Plays one plan. ``prepare`` makes what the day needs beforehand; ``play`` takes as long as the clock says."""

    def __init__(self, plan: Plan, hands: Hands, work: Work, receivers: Receivers) -> None:
        self.plan = plan
        self.hands = hands
        self.work = work
        self.receivers = receivers
        self._order = itertools.count()
        self._queue: list[tuple[float, int, _Running]] = []

    def play(self, report: Progress | None = None) -> None:
        """Play the day. Staff who are still at work when it ends stop; an intruder finishes what was begun.

        ``report(done, total)`` counts minutes of the day. An error in a task ends the day.
        """
        clock = self.hands.scribe.clock
        for planned in self.plan.beginnings:
            self._push(planned.begins, self._begin(planned))
        with ThreadPoolExecutor(WORKERS) as pool:
            under_way: dict[Future[float | None], tuple[float, _Running]] = {}
            try:
                while self._queue or under_way:
                    now = clock.seconds(time.time())
                    while self._queue and self._queue[0][0] <= now and len(under_way) < WORKERS:
                        due, _, running = heapq.heappop(self._queue)
                        under_way[pool.submit(next, running.steps, None)] = (due, running)
                    self._collect(under_way, clock)
                    if report:
                        total = self.plan.end - self.plan.start
                        report(int(min(now - self.plan.start, total) / 60), int(total / 60))
            finally:
                self._queue.clear()

    def _collect(self, under_way: dict[Future[float | None], tuple[float, _Running]], clock: Clock) -> None:
        """Wait a little for steps to end, and put each task back with its pause."""
        if not under_way:
            time.sleep(TICK_SECONDS if not self._queue else self._until_next(clock))
            return
        # with everybody busy, what is due waits; looking again at once would only take time from the clients
        patience = TICK_SECONDS if len(under_way) == WORKERS else self._until_next(clock)
        done, _ = wait(under_way, timeout=patience, return_when=FIRST_COMPLETED)
        for future in done:
            _, running = under_way.pop(future)
            pause = future.result()
            if pause is None:
                continue
            again = clock.seconds(time.time()) + pause
            if running.is_intrusion or again < self.plan.end:
                self._push(again, running)
            else:
                running.steps.close()  # type: ignore[attr-defined]

    def _until_next(self, clock: Clock) -> float:
        """Real seconds until the next beginning, at most a tick."""
        if not self._queue:
            return TICK_SECONDS
        return min(max(clock.real(self._queue[0][0]) - time.time(), 0.001), TICK_SECONDS)

    def _push(self, due: float, running: _Running) -> None:
        heapq.heappush(self._queue, (due, next(self._order), running))

    def _begin(self, planned: Planned) -> _Running:
        random = Random(f"{self.plan.seed} {planned.name} {planned.number}")
        if planned.incident is None:
            work = Work(self.hands, self.work.cast, random, self.work.treatment, self.work.incoming)
            return _Running(_while_something_is_left(routine_task(planned.name)(work)), False)
        found = named(planned.name)
        scene = Scene(
            found.intrusion,
            planned.incident,
            random,
            self.hands,
            self.work.cast,
            self.receivers,
            self.work.treatment,
            (self.plan.end - self.plan.start) / DAY_SECONDS,
        )
        return _Running(_while_something_is_left(found.play(scene)), True)


def _while_something_is_left(steps: Iterator[float]) -> Iterator[float]:
    """A task ends when the archive holds nothing that it could be about."""
    with suppress(NothingLeft):
        yield from steps
