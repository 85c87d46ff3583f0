"""The doctor on machines that lack something. What it says of this one stands in tests/cli."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from lab.sandbox.doctor import examine, machine, native
from lab.sandbox.doctor.check import Check
from lab.sandbox.doctor.machine import differences
from lab.sandbox.doctor.native import is_new_enough
from lab.sandbox.native import NativeSandbox
from lab.site.zones import INSTANCES, Door, Network, Zone

# about the machine that the lab is started on, which no container is
pytestmark = pytest.mark.native

LAST = Network.native(INSTANCES[-1])


def failed(checks: Iterator[Check] | tuple[Check, ...]) -> dict[str, str]:
    return {check.id: str(check.found) for check in checks if not check.met}


@pytest.mark.parametrize(
    ("version", "enough"),
    [("Orthanc 1.9.7", False), ("Orthanc 1.10.1", True), ("Orthanc 1.12.7", True), ("Orthanc 2.0", True),
     ("Orthanc mainline (20260101)", True), ("/opt/Orthanc 0.9.6", False)],
)  # fmt: skip
def test_an_orthanc_before_1_10_is_too_old(version: str, enough: bool) -> None:
    assert is_new_enough(version) is enough


def test_packages_that_differ_from_the_lock_are_named() -> None:
    lock = f"""
# made by a tool
httpx=={version("httpx")} \\
    --hash=sha256:00
pydicom==1.0 \\
    --hash=sha256:00
    # via nobody==1.0
no-such-package==2.0 \\
    --hash=sha256:00
only-on-windows==3.0 ; sys_platform == 'win32' \\
    --hash=sha256:00
"""
    assert differences(lock) == [f"pydicom {version('pydicom')} (1.0)", "no-such-package – (2.0)"]


@pytest.mark.native
def test_what_is_missing_natively_is_named_each_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "_SBIN", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ORTHANC_BIN", raising=False)
    monkeypatch.setattr(native, "WORKLISTS_PLUGIN", "/no/such/plugin.so")
    monkeypatch.setattr(native, "DICOMWEB_PLUGIN", "/no/such/plugin.so")
    found = failed(native.of_native(None))
    assert found == dict.fromkeys(
        ["bubblewrap", "orthanc", "dicomweb", "worklists", "nginx", "nginx-stream", "openssl"], "not found"
    )


@pytest.mark.native
def test_a_taken_address_is_named_while_the_sandbox_does_not_run(tmp_path: Path) -> None:
    address = (LAST.gateway(Zone.OFFICE), Door.HTTPS.port)
    with socket.create_server(address):
        found = failed(native.of_native(NativeSandbox(tmp_path, LAST)))
    assert found == {"addresses": f"{address[0]}:{address[1]} (Address already in use)"}


def test_too_little_memory_counts_only_while_the_lab_does_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "available_memory", lambda: 599)
    assert failed(machine.of_machine(tmp_path, runs=False)) == {"memory": "599 MB free"}
    assert failed(machine.of_machine(tmp_path, runs=True)) == {}


def test_a_state_folder_with_another_users_files_is_none_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "progress.sqlite").touch()
    monkeypatch.setattr("os.geteuid", lambda: tmp_path.stat().st_uid + 1)
    found = failed(machine.of_machine(tmp_path, runs=True))
    assert found == {"folder": f"of other users: progress.sqlite, {tmp_path.name}"}


@pytest.mark.parametrize("answers", [True, False])
def test_where_docker_was_used_last_its_engine_and_compose_are_asked(
    answers: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mode").write_text("compose\n")
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\necho 27.0\n" if answers else "#!/bin/sh\necho 'Cannot connect' >&2; exit 1\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    checks = examine("native", tmp_path, None)
    assert [check.id for check in checks][-2:] == ["docker", "compose"]
    assert failed(checks) == ({} if answers else {"docker": "Cannot connect", "compose": "Cannot connect"})
