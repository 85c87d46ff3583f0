"""Masked copies that are kept: made once, trusted only as long as nothing changed that makes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.clients import masking
from lab.clients.masking import by_pacslab

IMAGES = {"one": b"first", "two": b"second"}


class Office:
    """Stands in for the cleaner, which has tests of its own: counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, originals: tuple[bytes, ...]) -> tuple[bytes | None, ...]:
        self.asked += 1
        return tuple(None if content == b"second" else content + b" masked" for content in originals)


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    office = Office()
    monkeypatch.setattr(masking, "_clean", office)
    masking._cleaned.cache_clear()
    yield office
    masking._cleaned.cache_clear()


def in_another_process(kept: Path | None) -> dict[str, bytes]:
    masking._cleaned.cache_clear()
    return by_pacslab(IMAGES, kept)


def test_the_next_program_finds_what_this_one_masked(office: Office, tmp_path: Path) -> None:
    kept = tmp_path / "masked"
    assert by_pacslab(IMAGES, kept) == {"one": b"first masked"}
    assert in_another_process(kept) == {"one": b"first masked"}
    assert office.asked == 1


def test_other_images_and_another_program_mask_anew(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_pacslab(IMAGES, tmp_path)
    by_pacslab({"one": b"another"}, tmp_path)
    (tmp_path / "deid").mkdir()
    (tmp_path / "deid" / "profile.py").write_text("OTHER = True")
    monkeypatch.setattr(masking, "_LAB", tmp_path)
    in_another_process(tmp_path)
    assert office.asked == 3


def test_a_torn_copy_is_made_again(office: Office, tmp_path: Path) -> None:
    by_pacslab(IMAGES, tmp_path)
    (kept,) = tmp_path.glob("*.zip")
    kept.write_bytes(kept.read_bytes()[:40])
    assert in_another_process(tmp_path) == in_another_process(tmp_path) == {"one": b"first masked"}
    assert office.asked == 2


def test_a_folder_that_takes_nothing_costs_time_only(office: Office, tmp_path: Path) -> None:
    (tmp_path / "masked").write_text("a file")
    for _ in range(2):
        assert in_another_process(tmp_path / "masked") == {"one": b"first masked"}
    assert in_another_process(None) == {"one": b"first masked"}
    assert office.asked == 3


def test_the_latest_few_are_kept(office: Office, tmp_path: Path) -> None:
    for number in range(2 * masking._KEPT):
        by_pacslab({"one": b"%d" % number}, tmp_path)
    assert len(list(tmp_path.iterdir())) == masking._KEPT
