"""A whole survey in one call, for the command line and for notebook cells."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from lab.errors import LabError
from lab.i18n import Text, t
from lab.survey.tool.finding import Finding
from lab.survey.tool.runner import Manners, survey
from lab.survey.tool.store import Store
from lab.survey.tool.target import Target

T = TypeVar("T")


def conduct(
    targets: Sequence[Target],
    path: Path | None = None,
    *,
    about: str = "",
    manners: Manners | None = None,
    report: Callable[[int, int], None] | None = None,
    going_on: Text | None = None,
) -> list[Finding]:
    """Examine these systems and return the findings, in the order of the targets.

    With a ``path`` the survey can be killed and called again: what was asked is not asked again. Ctrl-C ends it after
    what is under way (LabError, with ``going_on`` as its tip: how the caller goes on from there). Works in a notebook,
    too, where an event loop runs already. Raises LabError for an unusable file.
    """
    store = Store(path, about)
    try:
        return in_a_loop(lambda: _conduct(targets, store, manners, report, going_on))
    finally:
        store.close()


async def _conduct(
    targets: Sequence[Target],
    store: Store,
    manners: Manners | None,
    report: Callable[[int, int], None] | None,
    going_on: Text | None,
) -> list[Finding]:
    stop = asyncio.Event()
    with _stopping(stop):
        await survey(targets, store, manners, report, stop)
    if stop.is_set():
        raise LabError(
            t(
                "The survey was stopped; {done} of {all} systems have answered.",
                done=len(store.known()),
                all=len(targets),
            ),
            going_on,
        )
    found = {(finding.address, finding.port): finding for finding in store.findings()}
    return [found[key] for target in targets if (key := (target.address, target.port)) in found]


@contextmanager
def _stopping(stop: asyncio.Event) -> Iterator[None]:
    """Ctrl-C and a request to end set the event, where this is the main thread."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM) if threading.current_thread() is threading.main_thread() else ()
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def in_a_loop(make: Callable[[], Coroutine[None, None, T]]) -> T:
    """Run a coroutine to its end: here, or in a thread of its own where a loop runs already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(make())
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(make())).result()
