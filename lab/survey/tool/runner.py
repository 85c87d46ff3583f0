"""Asking many systems at once, at a bounded rate, and going on where a killed survey stopped."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lab.survey.addresses import require_on_internet
from lab.survey.tool.exchange import Exchange
from lab.survey.tool.finding import Finding, Outcome
from lab.survey.tool.store import Store
from lab.survey.tool.target import Target
from lab.survey.tool.viewer import look


@dataclass(frozen=True)
class Manners:
    """How a survey behaves: ``rate`` new systems a second, ``at_once`` connections, ``seconds`` of patience each."""

    rate: float = 2_000.0
    at_once: int = 128
    seconds: float = 2.0
    queries: bool = True
    """False for a crawl that only notes how a system presents itself."""
    retry: bool = False
    """Ask those again that were being asked when an earlier survey was killed."""


async def survey(
    targets: Sequence[Target],
    store: Store,
    manners: Manners | None = None,
    report: Callable[[int, int], None] | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Ask every target once that nobody has begun to ask. ``stop`` ends it early, after what is under way."""
    manners = manners or Manners()
    settled = store.settled(manners.retry)
    waiting = [target for target in targets if target.place not in settled]
    store.note_interrupted(target for target in targets if target.place in settled)
    await _Run(waiting, len(targets), store, manners, report, stop or asyncio.Event()).run()


class _Run:
    def __init__(
        self,
        waiting: Sequence[Target],
        total: int,
        store: Store,
        manners: Manners,
        report: Callable[[int, int], None] | None,
        stop: asyncio.Event,
    ) -> None:
        self._waiting, self._total, self._store, self._manners = iter(waiting), total, store, manners
        self._report, self._stop = report, stop
        self._finished = total - len(waiting)
        self._loop = asyncio.get_running_loop()
        self._begin = 0.0
        self._begun = 0
        self._tls: ssl.SSLContext | None = None

    async def run(self) -> None:
        self._begin = self._loop.time()
        async with asyncio.TaskGroup() as group:
            for _ in range(self._manners.at_once):
                group.create_task(self._worker())
        if self._report is not None:
            self._report(self._finished, self._total)

    async def _worker(self) -> None:
        for target in self._waiting:
            await self._take_turn()
            if self._stop.is_set():
                return
            self._store.begin(target)
            finding = await self._examine(target)
            self._store.add(finding)
            self._finished += 1
            if self._report is not None and self._finished % 20 == 0:
                self._report(self._finished, self._total)

    async def _take_turn(self) -> None:
        """Wait until the rate allows one more."""
        due = self._begin + self._begun / self._manners.rate
        self._begun += 1
        wait = due - self._loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        elif wait < -0.1:  # time that was not used is not made up for in a burst
            self._begin += -wait - 0.1

    async def _examine(self, target: Target) -> Finding:
        began = self._loop.time()
        finding = await self._exchange(target)
        if target.web_port:
            finding.open_viewer, seen = await look(target.address, target.web_port, self._manners.seconds)
            finding.steps.append(seen)
        finding.seconds = self._loop.time() - began
        return finding

    async def _exchange(self, target: Target) -> Finding:
        over = self._loop.create_future()
        exchange = Exchange(target, lambda: None if over.done() else over.set_result(None), self._manners.queries)
        timer = self._loop.call_later(self._manners.seconds, exchange.give_up)
        try:
            await self._connect(target, exchange)
            await over
        except ssl.SSLError as error:
            exchange.not_connected(Outcome.DROPPED, f"TLS: {error.reason or error}")
        except TimeoutError:
            exchange.give_up()
        except OSError as error:
            exchange.not_connected(Outcome.UNREACHABLE, f"no connection: {error.strerror or error}")
        finally:
            timer.cancel()
        return exchange.finding

    async def _connect(self, target: Target, exchange: Exchange) -> None:
        address = require_on_internet(target.address)
        async with asyncio.timeout(self._manners.seconds):
            await self._loop.create_connection(
                lambda: exchange, address, target.port, ssl=self._context() if target.tls else None
            )

    def _context(self) -> ssl.SSLContext:
        """TLS that trusts anybody: a survey wants to see who answers, and sends nothing that is secret."""
        if self._tls is None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self._tls.check_hostname = False
            self._tls.verify_mode = ssl.CERT_NONE
        return self._tls
