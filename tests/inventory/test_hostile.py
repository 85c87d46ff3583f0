"""Broken and hostile files: reported and left, in bounded time, and never taken for clean."""

from __future__ import annotations

import os
import random
import signal
import struct
import zipfile
from pathlib import Path

import pytest

from lab.inventory.errors import NotDicom, Unreadable
from lab.inventory.file import search_dicom
from lab.inventory.inventory import Inventory
from lab.inventory.learning import Memory
from lab.inventory.people import KnownPeople
from lab.inventory.scan import _Runner, take_inventory
from lab.inventory.source import Files, InventoryError, Item
from synthetic_data import generate
from synthetic_data.faults import FAULTS, element

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")  # of what is broken on purpose


@pytest.fixture(scope="module")
def plain() -> bytes:
    """A small file in explicit VR little endian."""
    hospital = generate(seed=9, patients=1, modalities=("CT",))
    return next(iter(hospital.instances())).encode()


def inventory(path: Path) -> Inventory:
    return take_inventory(Files([path]), with_pictures=False, workers=1)


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_gives_its_findings_or_a_reason(name: str, plain: bytes, tmp_path: Path) -> None:
    (tmp_path / "broken.dcm").write_bytes(FAULTS[name](plain))
    taken = inventory(tmp_path)
    assert taken.files == 1
    kinds = {kind.value for (_, kind) in taken.counts}
    assert {"name", "patient_id", "birth_date"} <= kinds or taken.troubles


@pytest.mark.parametrize("name", ["truncated", "length-bomb", "deep-nesting"])
def test_what_could_not_be_read_is_said(name: str, plain: bytes, tmp_path: Path) -> None:
    (tmp_path / "broken.dcm").write_bytes(FAULTS[name](plain))
    assert [one.file for one in inventory(tmp_path).troubles] == ["broken.dcm"]


@pytest.mark.slow
def test_a_file_of_twenty_thousand_elements_is_read(plain: bytes, tmp_path: Path) -> None:
    many = b"".join(element(0x00110000 | 0x1000 + number % 0xEFFF, b"LO", b"nothing ") for number in range(20_000))
    (tmp_path / "many.dcm").write_bytes(plain[: plain.index(b"\x10\x00\x10\x00PN")] + many)
    assert inventory(tmp_path).files == 1


def test_undefined_lengths_nested_without_end_are_left(plain: bytes, tmp_path: Path) -> None:
    deep = struct.pack("<HH2sHIHHI", 0x0040, 0x0275, b"SQ", 0, 0xFFFFFFFF, 0xFFFE, 0xE000, 0xFFFFFFFF) * 20_000
    (tmp_path / "deep.dcm").write_bytes(plain[: plain.index(b"\x10\x00\x10\x00PN")] + deep)
    assert [one.file for one in inventory(tmp_path).troubles] == ["deep.dcm"]


def test_an_encrypted_or_damaged_backup_is_reported(tmp_path: Path) -> None:
    (tmp_path / "damaged.zip").write_bytes(b"PK\x03\x04" + bytes(200))
    with zipfile.ZipFile(tmp_path / "locked.zip", "w") as backup:
        backup.writestr("secret.dcm", b"x")
    content = bytearray((tmp_path / "locked.zip").read_bytes())
    content[6] |= 1
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(content)
    assert {(one.file, one.reason) for one in inventory(tmp_path).troubles if "locked" in one.file} == {
        ("locked.zip!secret.dcm", "encrypted")
    }
    assert any(one.file.startswith("damaged.zip") for one in inventory(tmp_path).troubles)


def test_random_damage_never_escapes_as_another_error(plain: bytes) -> None:
    chance = random.Random(7)
    header = plain.index(b"\xe0\x7f\x10\x00")
    for _ in range(60):
        content = bytearray(plain)
        for _ in range(chance.randrange(1, 12)):
            content[chance.randrange(132, header)] = chance.randrange(256)
        if chance.random() < 0.3:
            del content[chance.randrange(140, len(content)) :]
        try:
            found = search_dicom(bytes(content), "fuzz.dcm", KnownPeople(), Memory(), with_pictures=False)
        except (NotDicom, Unreadable):
            continue
        assert found.findings or found.troubles


def _work(items: list[Item]) -> list[str]:
    for item in items:
        if item.name.startswith("killer"):
            os.kill(os.getpid(), signal.SIGKILL)
    return [item.name for item in items]


@pytest.mark.slow
def test_a_file_that_kills_its_reader_is_lost_and_no_other() -> None:
    names = [f"killer-{number}" if number == 3 else f"image-{number}" for number in range(6)]
    chunks = [[Item(name, name) for name in names[start : start + 2]] for start in range(0, 6, 2)]
    with _Runner(2) as runner:
        found = [name for names in runner.run(_work, chunks, lambda item: [f"lost {item.name}"]) for name in names]
    assert sorted(found) == sorted(f"lost {name}" if name.startswith("killer") else name for name in names)


def test_a_folder_that_is_not_there_is_an_error_with_a_tip() -> None:
    with pytest.raises(InventoryError, match="does not exist"):
        Files([Path("/nowhere/at/all")])
