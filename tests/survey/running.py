"""A piece of the simulated Internet in a thread of the test, on addresses of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from lab.survey.addresses import bindable
from lab.survey.population import Population
from lab.survey.system import Behaviour, System
from lab.survey.tool.finding import Finding
from lab.survey.tool.runner import Manners, survey
from lab.survey.tool.store import Store
from lab.survey.tool.target import Target
from lab.survey.world.keys import tls_contexts
from lab.survey.world.serve import World

POPULATION = Population.of("tests")


@contextmanager
def in_thread(start: Callable[[], object]) -> Iterator[tuple[asyncio.AbstractEventLoop, object]]:
    """An event loop in a thread, with what the coroutine function made in it."""
    loop = asyncio.new_event_loop()
    errors: list[str] = []  # asyncio catches what a protocol raises, closes the connection, and goes on
    loop.set_exception_handler(lambda _, context: errors.append(f"{context['message']}: {context.get('exception')!r}"))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    made = asyncio.run_coroutine_threadsafe(start(), loop).result(20)  # type: ignore[arg-type]
    try:
        yield loop, made
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
    assert errors == []


@contextmanager
def serving(systems: Sequence[System]) -> Iterator[World]:
    """These systems, answering."""
    world = World(systems, tls_contexts())

    async def start() -> World:
        await world.start()
        return world

    with in_thread(start) as (loop, _):
        world.loop = loop  # type: ignore[attr-defined]
        try:
            yield world
        finally:
            asyncio.run_coroutine_threadsafe(world.stop(), loop).result(10)


def survey_of(world: World, targets: Sequence[Target], manners: Manners) -> list[Finding]:
    """A survey in the loop of the world itself: two loops in two threads would fight for one interpreter."""
    store = Store(None, "")

    async def run() -> list[Finding]:
        await survey(targets, store, manners)
        return list(store.findings())

    return asyncio.run_coroutine_threadsafe(run(), world.loop).result(60)  # type: ignore[attr-defined]


def one(behaviour: Behaviour, choose: Callable[[System], bool] = lambda _: True) -> System:
    """The first system of this behaviour."""
    return next(system for system in POPULATION.systems if system.behaviour is behaviour and choose(system))


def renamed(system: System, last: int) -> System:
    """The same system at an address that no Internet has (its last octet is 0), so that tests do not meet."""
    return replace(system, address=f"127.127.{last}.0")


def door(system: System) -> tuple[str, int]:
    return system.address, bindable(system.port)
