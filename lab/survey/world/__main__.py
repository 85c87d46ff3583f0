"""``python -m lab.survey.world SEED EPOCH TIMES``: the simulated Internet as a process of its own.

It says ``ready`` when every address is open, and ends when its standard input does: nothing of it survives its parent.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from lab.errors import LabError
from lab.survey.population import Population
from lab.survey.world.keys import tls_contexts
from lab.survey.world.serve import World


async def hold(population: Population, part: slice = slice(None)) -> None:
    """Serve these systems until standard input ends or a signal comes."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    loop.add_reader(0, lambda: over.set() if not os.read(0, 4096) else None)
    world = World(population.systems[part], tls_contexts())
    await world.start()
    print("ready", flush=True)
    try:
        await over.wait()
    finally:
        await world.stop()


def main(seed: str = "2019", epoch: str = "1", times: str = "1", part: str = "0", parts: str = "1") -> None:
    population = Population.of(seed, int(epoch)) if times == "1" else Population.repeated(seed, int(times))
    try:
        asyncio.run(hold(population, slice(int(part), None, int(parts))))
    except LabError as error:
        print(f"{error}", flush=True)
        sys.exit(2)


if __name__ == "__main__":
    main(*sys.argv[1:])
