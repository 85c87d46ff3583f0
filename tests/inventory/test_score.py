"""The inventory against the answer key: what was planted is found where it stands, and little else."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.inventory import Finding, Place
from lab.inventory.scan import take_inventory
from lab.inventory.scoring import score
from lab.inventory.source import Files
from synthetic_data import Kind, generate, read_ledger


def shares(folder: Path, with_pictures: bool) -> dict[str, tuple[float | None, float | None]]:
    """Recall and precision by place."""
    taken = take_inventory(Files([folder]), with_pictures=with_pictures, workers=1)
    assert taken.complete
    assert taken.troubles == []
    result = score(((file, found) for file, _, found in taken.by_file()), folder / "ledger.parquet")
    return {place.value: (one.recall, one.precision) for place, one in result.places.items()}


@pytest.mark.slow
def test_every_element_and_text_is_found_and_nothing_that_was_not_planted(folder: Path) -> None:
    found = shares(folder, with_pictures=False)
    assert {place: found[place] for place in ("element", "text", "file_meta")} == dict.fromkeys(
        ("element", "text", "file_meta"), (1.0, 1.0)
    )
    assert found["pdf"][1] == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["en_US", "de_DE", "ja_JP", "ru_RU", "he_IL"])
def test_texts_in_other_languages_and_writings_are_read_too(locale: str, tmp_path: Path) -> None:
    reports = generate(seed=52, patients=4, locale=locale, objects="all", modalities=("SR", "PR", "KO"))
    reports.write(tmp_path / "set")
    found = shares(tmp_path / "set", with_pictures=False)
    assert {place: found[place] for place in ("element", "text")} == {"element": (1.0, 1.0), "text": (1.0, 1.0)}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_burned_in_words_and_scanned_papers_are_read(tmp_path: Path) -> None:
    pictures = generate(seed=63, patients=2, first=10, locale="fr_FR", objects="all", modalities=("US", "OT", "DOC"))
    pictures.write(tmp_path / "set")
    found = shares(tmp_path / "set", with_pictures=True)
    assert found["pdf"] == (1.0, 1.0)
    assert found["pixels"][0] is not None
    assert found["pixels"][0] >= 0.98
    assert found["pixels"][1] is not None
    assert found["pixels"][1] >= 0.95


def test_the_score_counts_what_is_missed_and_what_is_wrong(folder: Path) -> None:
    entry = next(one for one in read_ledger(folder / "ledger.parquet") if one.tag == "(0010,0010)")
    right = Finding(Place.ELEMENT, Kind.NAME, entry.value, entry.person, tag="(0010,0010)")
    wrong = Finding(Place.ELEMENT, Kind.NAME, "Nobody", tag="(0008,1030)")
    unsure = Finding(Place.ELEMENT, Kind.NAME, "Perhaps", tag="(0008,103E)", sure=0.3)
    file = next(path for path in folder.rglob("*.dcm") if entry.sop_instance_uid.encode() in path.read_bytes())
    result = score([(file.relative_to(folder).as_posix(), [right, wrong, unsure])], folder / "ledger.parquet")
    one = result.places[Place.ELEMENT]
    assert (one.found, one.reported, one.right) == (1, 2, 1)
    assert one.planted > 1000
    assert result.places[Place.TEXT].recall == 0.0


def test_the_answer_key_itself_is_never_searched(folder: Path) -> None:
    assert [
        item.name for chunk in Files([folder]).chunks(folder) for item in chunk if not item.name.endswith(".dcm")
    ] == []
