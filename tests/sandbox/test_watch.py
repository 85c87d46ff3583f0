"""The keeper is told of changes at once, also where the folder is another one or the kernel does not tell."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.sandbox.inside import watch
from lab.sandbox.inside.watch import Watch

LONG = 60.0


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would look by itself only after so long that nobody takes it for being told."""
    monkeypatch.setattr(watch, "PATIENT_SECONDS", LONG)


def replace(path: Path) -> None:
    """As desired.json is replaced."""
    (new := path.with_suffix(".new")).write_text("{}")
    os.replace(new, path)


def seconds_until_woken(folder: Path, change: Callable[[], object]) -> float:
    async def wait() -> float:
        waiting = Watch(folder)
        await waiting.wait()  # the first time it looks at once: at what was there before
        task = asyncio.create_task(waiting.wait())
        await asyncio.sleep(0.1)
        assert not task.done()
        began = time.monotonic()
        change()
        await task
        return time.monotonic() - began

    return asyncio.run(wait())


def test_a_replaced_file_wakes(tmp_path: Path) -> None:
    assert seconds_until_woken(tmp_path, lambda: replace(tmp_path / "desired.json")) < LONG / 2


def test_a_folder_that_is_made_anew_is_watched_in_its_turn(tmp_path: Path) -> None:
    (folder := tmp_path / "control").mkdir()

    async def follow() -> None:
        waiting = Watch(folder)
        await waiting.wait()
        folder.rename(tmp_path / "old")
        folder.mkdir()
        await waiting.wait()
        task = asyncio.create_task(waiting.wait())
        await asyncio.sleep(0.1)
        replace(folder / "desired.json")
        await asyncio.wait_for(task, LONG / 2)

    asyncio.run(follow())


def test_where_the_kernel_does_not_tell_it_looks(tmp_path: Path) -> None:
    async def look() -> None:
        waiting = Watch(tmp_path / "missing")
        for _ in range(3):
            await asyncio.wait_for(waiting.wait(), LONG / 2)

    asyncio.run(look())


def test_who_is_told_to_end_at_the_moment_of_a_change_ends(tmp_path: Path) -> None:
    async def end() -> None:
        waiting = Watch(tmp_path)
        await waiting.wait()
        task = asyncio.create_task(waiting.wait())
        await asyncio.sleep(0.1)
        waiting.wake()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(end())
