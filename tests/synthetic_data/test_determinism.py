"""The same seed gives the same bytes: again, in any order, on another day, whatever the number of patients."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from faker import Faker

from synthetic_data import LOCALES, Hospital, Instance, generate
from synthetic_data.charsets import CHARSETS
from synthetic_data.exporting import write_media
from synthetic_data.seeding import Role, scattered
from synthetic_data.syntaxes import SYNTAXES
from tests.synthetic_data.conftest import ROOT, rows_of

GOLDEN = "8819cc3a655b9d450d526e5467daa44ad56cc86aa79cc00483d11a7ec3403dc4"
"""The digest of seed 7, two patients, fr_FR, and of their ledger. It changes only with the generator's version."""

GOLDEN_KINDS = "b2c260c99e4180e6d3c3c4a200e10227f3825bc6854ba36efee09827f30ca137"
GOLDEN_MEDIUM = "6e8e4d3e41dc45c466352de28fdbd50a57132a1d368288bd29c445716eb40691"

_PRINT_GOLDEN = "from tests.synthetic_data.test_determinism import golden; print(golden())"


def digests(instances: Iterable[Instance]) -> dict[str, str]:
    return {instance.path: hashlib.sha256(instance.encode()).hexdigest() for instance in instances}


def golden() -> str:
    total = hashlib.sha256()
    hospital = generate(seed=7, patients=2)
    for path, digest in digests(hospital.instances()).items():
        total.update(f"{path} {digest}\n".encode())
    for entry in hospital.ledger():
        total.update(entry.to_json().encode())
    return total.hexdigest()


def of_every_kind() -> str:
    """The digest of one object of each kind, spread over locales, character sets and transfer syntaxes, and of their ledger.

    Documents are there in every locale; a picture in one, as its pixels do not depend on it.
    """
    total = hashlib.sha256()
    for turn, locale in enumerate(LOCALES):
        charset, syntax = CHARSETS[turn % len(CHARSETS)], SYNTAXES[(turn + 1) % len(SYNTAXES)]
        made = generate(7, 15, locale, "all", charset=charset, syntax=syntax)
        first: dict[str, Instance] = {}
        for instance in made.instances():
            first.setdefault(instance.series.key, instance)
        for place, (key, instance) in enumerate(sorted(first.items())):
            if not instance.series.rows or place % len(LOCALES) == turn:
                total.update(f"{locale} {key} {hashlib.sha256(instance.encode()).hexdigest()}\n".encode())
                total.update("\n".join(entry.to_json() for entry in instance.ledger).encode())
    return total.hexdigest()


def of_a_medium(folder: Path) -> str:
    """The digest of a small medium's DICOMDIR, of a worklist entry, and of the rows of the ledger."""
    made = generate(7, 2, objects="all", modalities=["SR", "DX", "DOC"])
    write_media(made, folder)
    total = hashlib.sha256((folder / "DICOMDIR").read_bytes())
    for row in rows_of(folder):
        total.update(repr(list(row.values())).encode())
    asked = generate(7, 1, worklist=True)
    total.update(asked.worklist(asked.shard(0))[0].encode())
    return total.hexdigest()


@pytest.mark.slow
def test_every_kind_of_object_in_every_locale_and_syntax_has_its_golden_digest() -> None:
    assert of_every_kind() == GOLDEN_KINDS


@pytest.mark.slow
def test_a_medium_and_its_ledger_have_their_golden_digest(tmp_path: Path) -> None:
    assert of_a_medium(tmp_path / "disc") == GOLDEN_MEDIUM


def test_a_small_set_has_its_golden_digest() -> None:
    assert golden() == GOLDEN


@pytest.mark.slow
def test_another_process_with_other_hashes_and_clock_gives_the_same_digest() -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    command = [sys.executable, "-c", _PRINT_GOLDEN]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == GOLDEN


@pytest.mark.slow
def test_rendering_backwards_gives_the_same_bytes(hospital: Hospital, instances: list[Instance]) -> None:
    again = list(generate(patients=len(hospital.patients)).instances())
    assert digests(reversed(again)) == digests(instances)


@pytest.mark.slow
def test_one_image_alone_is_the_same_as_in_its_series(instances: list[Instance]) -> None:
    alone = [i for i in generate(patients=3).instances() if i.number == i.series.images]
    together = {i.path: i.encode() for i in instances}
    assert all(i.encode() == together[i.path] for i in alone)


def test_a_patient_is_the_same_in_a_larger_hospital(hospital: Hospital) -> None:
    larger = generate(patients=23)
    assert larger.patients[:3] == hospital.patients
    assert larger.studies[: len(hospital.studies)] == hospital.studies
    assert larger.staff == hospital.staff


def test_seeds_and_locales_share_no_person_and_no_uid(hospital: Hospital) -> None:
    for other in (generate(seed=2020, patients=3), generate(patients=3, locale="de_DE")):
        assert not {p.patient_id for p in other.patients} & {p.patient_id for p in hospital.patients}
        assert not {s.uid for s in other.studies} & {s.uid for s in hospital.studies}


def test_generating_leaves_other_users_of_faker_alone() -> None:
    Faker.seed(1)
    expected = Faker("fr_FR").name()
    Faker.seed(1)
    generate(patients=2)
    assert Faker("fr_FR").name() == expected


def test_scattered_numbers_fill_their_range_without_repeating() -> None:
    for modulus in (2, 3, 97, 1000):
        assert sorted(scattered(Role(1, "test"), index, modulus) for index in range(modulus)) == list(range(modulus))


def test_a_role_has_its_own_values_whatever_was_asked_before() -> None:
    role = Role(1, "a").child("b", 2)
    assert role.path == "1/a/b/2"
    assert role.random().random() == Role(1, "a", "b", 2).random().random()
    assert role.uid() == Role(1, "a/b", 2).uid() != Role(1, "a", "b", 3).uid()
