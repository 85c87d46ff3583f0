"""Each patient is someone's turn once, however many there are and whoever takes them."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor

from synthetic_data.turns import Turns, report, turns

MORE_THAN_A_PIPE_HOLDS = 40_000


def test_every_turn_is_taken_once() -> None:
    everyone = Turns(multiprocessing.get_context("forkserver"), range(MORE_THAN_A_PIPE_HOLDS))
    todo, _ = everyone.ends
    with ThreadPoolExecutor(3) as pool:
        taken = [pool.submit(lambda: list(turns(todo))) for _ in range(3)]
        own = list(everyone)
    everyone.close()
    assert sorted(own + [index for future in taken for index in future.result()]) == list(range(MORE_THAN_A_PIPE_HOLDS))


def test_one_who_ends_early_leaves_no_turns_and_waits_for_nobody() -> None:
    everyone = Turns(multiprocessing.get_context("forkserver"), range(MORE_THAN_A_PIPE_HOLDS))
    assert next(iter(everyone)) == 0
    everyone.close()


def test_what_was_written_is_reported_in_the_end_or_before() -> None:
    everyone = Turns(multiprocessing.get_context("forkserver"), range(2))
    _, said = everyone.ends
    assert list(everyone.reported(at_once=True)) == []
    report(said, 23, 10**12)
    assert list(everyone.reported(at_once=True)) == [(23, 10**12)]
    report(said, 1, 2)
    assert list(everyone.reported(at_once=False)) == [(1, 2)]
    everyone.close()
