"""The filter of system calls, read as the kernel reads it, on both processors: what it lets through and what it refuses."""

from __future__ import annotations

import struct
import subprocess
import sys

import pytest

from lab.home import PROJECT
from lab.sandbox.inside import confine

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
PLAIN = {"x86_64": {"read": 0, "openat": 257, "execve": 59}, "aarch64": {"read": 63, "openat": 56, "execve": 221}}
ALLOWED, REFUSED, UNKNOWN = "allowed", "refused", "unknown"
ANSWERS = {confine.ALLOW: ALLOWED, confine.DENY: REFUSED, confine.UNKNOWN: UNKNOWN}


def decide(machine: str, number: int, argument: int = 0, architecture: int | None = None) -> str:
    """Run the filter on one system call, as Linux does with BPF (Documentation/networking/filter.rst)."""
    data = struct.pack("<IIQQ", number, architecture or ARCHITECTURES[machine], 0, argument)
    program = list(struct.iter_unpack("HBBI", confine.filter_for(machine)))
    place = value = 0
    while True:
        code, yes, no, constant = program[place]
        if code == confine.RETURN:
            return ANSWERS[constant]
        if code == confine.LOAD:
            value = struct.unpack_from("<I", data, constant)[0]
            place += 1
            continue
        met = {
            confine.EQUAL: value == constant,
            confine.AT_LEAST: value >= constant,
            confine.ANY_BIT: bool(value & constant),
        }[code]
        place += 1 + (yes if met else no)


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_the_calls_of_ordinary_programs_are_let_through_and_the_others_refused(machine: str) -> None:
    column = list(ARCHITECTURES).index(machine)
    assert {name: decide(machine, number) for name, number in PLAIN[machine].items()} == dict.fromkeys(
        PLAIN[machine], ALLOWED
    )
    denied = {name: numbers[column] for name, numbers in confine._DENIED.items() if numbers[column] is not None}
    assert {name: decide(machine, number) for name, number in denied.items()} == dict.fromkeys(denied, REFUSED)
    assert len(denied) >= 16


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_processes_and_threads_are_made_but_no_namespaces(machine: str) -> None:
    column = list(ARCHITECTURES).index(machine)
    flags = {
        "fork": 17,
        "thread": 0x3D0F00,
        "vfork": 0x4111,
        "user": 0x10000011,
        "network": 0x40000011,
        "mount": 0x20011,
    }
    assert {name: decide(machine, confine._CLONE[column], flag) for name, flag in flags.items()} == {
        "fork": ALLOWED,
        "thread": ALLOWED,
        "vfork": ALLOWED,
        "user": REFUSED,
        "network": REFUSED,
        "mount": REFUSED,
    }
    assert decide(machine, confine._CLONE3[column]) == UNKNOWN


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_only_families_of_sockets_that_know_network_namespaces_are_made(machine: str) -> None:
    column = list(ARCHITECTURES).index(machine)
    allowed = [family for family in range(50) if decide(machine, confine._SOCKET[column], family) == ALLOWED]
    assert allowed == [1, 2, 10, 16]


@pytest.mark.parametrize("machine", ARCHITECTURES)
@pytest.mark.parametrize("number", [0, 1, 63, 257])
def test_calls_by_another_way_in_are_refused(machine: str, number: int) -> None:
    i386 = 0x40000003
    assert decide(machine, number, architecture=i386) == REFUSED
    assert decide(machine, 0x40000000 | number) == REFUSED


@pytest.mark.parametrize(("alone", "code"), [("True", 1), ("False", 0)])
def test_where_no_filter_is_known_only_a_container_may_do_without(alone: str, code: int) -> None:
    """In the native sandbox the filter is what keeps the sockets outside from being taken over: without it, nothing starts."""
    program = (
        "from lab.sandbox.inside import confine\n"
        "confine.platform.machine = lambda: 'riscv64'\n"
        f"confine.confine(alone={alone})"
    )
    answer = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True)
    assert answer.returncode == code
    assert ("no filter of system calls on this machine (riscv64)" in answer.stderr) is bool(code)
