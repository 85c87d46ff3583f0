"""Playing a day: what waits, waits without haste, and what cannot begin does not hold the day up."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from lab.detection.sensors import collect
from lab.detection.traffic import play, receiver, routine
from lab.detection.traffic.play import Player, _while_something_is_left
from lab.detection.traffic.receiver import Receivers
from lab.detection.traffic.stock import NothingLeft
from lab.sandbox.protocol import Log


def test_a_task_with_nothing_left_to_do_ends_quietly() -> None:
    def steps() -> Iterator[float]:
        yield 1.0
        raise NothingLeft

    assert list(_while_something_is_left(steps())) == [1.0]


def test_what_a_task_has_made_in_the_archive_goes_where_the_day_ends_in_between() -> None:
    asked: list[str] = []

    class Asked:
        def ask(self, method: str, path: str, body: object = None) -> object:
            asked.append(f"{method} {path}")
            return SimpleNamespace(status_code=200, json=lambda: {"ID": "copy"})

    web: Any = Asked()
    hands = SimpleNamespace(
        web=lambda member: contextlib.nullcontext(web),
        stock=SimpleNamespace(choose=lambda random: SimpleNamespace(id="study")),
        site=SimpleNamespace(network=SimpleNamespace(archive="127.50.28.1")),
    )
    work: Any = SimpleNamespace(hands=hands, random=Random(1), cast=SimpleNamespace(role=lambda name: ["somebody"]))
    for steps in (routine.export_for_research(work), routine._try_out(work, web)):
        next(steps)
        steps.close()  # type: ignore[attr-defined]
    made, gone = [asked[place].partition(" ")[2] for place in (-2, -1)]
    assert "DELETE /studies/copy" in asked
    assert (asked[-2:], made) == ([f"PUT {made}", f"DELETE {made}"], gone)


def test_with_everybody_busy_the_player_waits_instead_of_looking_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(play, "wait", lambda futures, timeout, return_when: (waited.append(timeout), (set(), set()))[1])
    player: Any = Player(*[None] * 4)  # type: ignore[arg-type]
    player._queue = [(0.0, 0, None)]  # long overdue
    clock: Any = SimpleNamespace(real=lambda seconds: 0.0)
    for busy in (play.WORKERS, 1):
        player._collect(dict.fromkeys(range(busy)), clock)
    assert waited == [play.TICK_SECONDS, 0.001]


def test_a_receiver_that_says_nothing_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        receiver, "command_inside", lambda sandbox, command: [sys.executable, "-c", "import time; time.sleep(60)"]
    )
    monkeypatch.setattr(receiver, "PATIENCE_SECONDS", 0.1)
    receivers = Receivers(None)  # type: ignore[arg-type]
    began = time.monotonic()
    try:
        assert receivers.open("127.28.1.200", 11_200, "EVIL") is False
    finally:
        receivers.close()
    assert time.monotonic() - began < 10


def test_the_logs_are_cut_when_the_gateway_has_written_about_every_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    log.write_text("earlier\n")
    sandbox: Any = SimpleNamespace(log=lambda which: log if which is Log.ACCESS else tmp_path / "none")
    began = collect.log_sizes(sandbox)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        with log.open("a") as file:
            file.write("late\n" if len(slept) < 3 else "")

    monkeypatch.setattr(collect.time, "sleep", sleep)
    collect.wait_for_lines(sandbox, began, 2)
    assert log.read_text().count("late") == 2
    assert len(slept) == 3
