"""What is installed is what was locked: exact versions with hashes, from whichever index the machine uses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PAIRS = [("requirements.in", "requirements.lock"), ("requirements-dev.in", "requirements-dev.lock")]
LOCKS = [lock for _, lock in PAIRS]


@dataclass(frozen=True)
class Pin:
    version: str
    hashes: frozenset[str]
    asked_by: frozenset[str]


def wanted(name: str) -> list[Requirement]:
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def pins(name: str) -> dict[str, Pin]:
    """The pins of a lock by canonical name; a name that is pinned twice fails."""
    found: dict[str, Pin] = {}
    for block in re.split(r"^(?=[A-Za-z0-9])", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]:
        requirement = Requirement(block.split("\\")[0].split("#")[0].strip())
        key = canonicalize_name(requirement.name)
        assert key not in found, f"{name} pins {key} twice"
        (version,) = (part.version for part in requirement.specifier if part.operator == "==")
        found[key] = Pin(
            version,
            frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", block)),
            frozenset(re.findall(r"-r (\S+)", block)),
        )
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_version_and_hashes(lock: str) -> None:
    assert pins(lock)
    assert [name for name, pin in pins(lock).items() if not pin.hashes] == []


@pytest.mark.parametrize("name", [name for pair in PAIRS for name in pair])
def test_no_address_and_no_place_of_a_machine_stands_in_it(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    assert [line for line in lines if re.search(r"://|--(extra-)?index|find-links| @ |^/| /[a-z]+/", line)] == []


@pytest.mark.parametrize(("source", "lock"), PAIRS)
def test_the_lock_holds_what_its_source_asks_for_and_nothing_it_no_longer_asks_for(source: str, lock: str) -> None:
    locked = pins(lock)
    asked = {canonicalize_name(requirement.name): requirement for requirement in wanted(source)}
    assert {name for name, pin in locked.items() if source in pin.asked_by} == set(asked)
    outside = {
        name: locked[name].version
        for name, requirement in asked.items()
        if not requirement.specifier.contains(locked[name].version)
    }
    assert outside == {}


def test_the_lock_of_the_tests_holds_the_lock_of_the_lab_as_it_is() -> None:
    runtime, dev = (pins(lock) for lock in LOCKS)
    versions = {name: (pin.version, pin.hashes) for name, pin in runtime.items()}
    assert {name: (dev[name].version, dev[name].hashes) for name in runtime if name in dev} == versions
