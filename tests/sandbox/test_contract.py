"""What both sandboxes promise (lab/sandbox/protocol.py). Run once for each: ``--sandbox native`` and ``--sandbox compose``."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from lab.api import Lab
from lab.catalogue import weakness
from lab.clients import dimse
from lab.errors import LabError, SandboxError, SiteCannotStart
from lab.model import Safe
from lab.sandbox.protocol import Endpoint, Log
from lab.site.baseline import ADMINISTRATOR, ADMINISTRATOR_PASSWORD, baseline
from lab.site.zones import ARCHIVE_DICOM_PORT, ARCHIVE_HTTP_PORT, Door, Zone
from tests.conftest import FEW
from tests.support.chaos import Chaos

ADMIN = (ADMINISTRATOR, ADMINISTRATOR_PASSWORD)
OPEN = {"orthanc": {"AuthenticationEnabled": False}, "gateway": {"publish": {"http": ["clinic", "office", "internet"]}}}

WHAT_LISTENS = 'local all = io.popen("cat /proc/net/tcp /proc/net/tcp6") print(all:read("*a")) all:close()'


def patients_of(lab: Lab) -> int:
    with lab.web("administrator", "https", ADMIN) as client:
        return int(client.get("/statistics").json()["CountPatients"])


def until(condition: object, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def test_a_started_sandbox_is_ready_and_holds_its_patients(lab: Lab) -> None:
    health = lab.sandbox.health()
    assert (health.ready, health.running) == (True, True)
    assert health.archive.version.startswith("1.")
    assert patients_of(lab) == FEW


def test_starting_a_running_sandbox_changes_nothing(lab: Lab) -> None:
    before = lab.sandbox.health()
    lab.sandbox.start()
    assert lab.sandbox.health() == before


def test_the_site_that_is_applied_is_the_site_that_runs(lab: Lab) -> None:
    with lab.web("intruder", "https") as client:
        assert client.get("/system").status_code == 401
    lab.sandbox.apply(baseline().changed(OPEN))
    with lab.web("intruder", "http") as client:
        assert client.get("/system").status_code == 200
    assert lab.sandbox.site() == baseline().changed(OPEN)


def test_an_unchanged_program_is_not_restarted(lab: Lab) -> None:
    with lab.web("administrator", "https", ADMIN) as client:
        lab.sandbox.apply(baseline().changed({"gateway": {"publish": {"dicom": ["clinic", "internet"]}}}))
        lab.sandbox.apply(baseline())
        assert client.get("/system").status_code == 200
    log = lab.sandbox.log(Log.ORTHANC)
    size = log.stat().st_size
    lab.sandbox.apply(baseline().changed({"gateway": {"publish": {"dicom": []}}}))
    assert log.stat().st_size == size


def test_endpoints_name_every_published_door(lab: Lab) -> None:
    gateway = lab.sandbox.network.gateway
    assert lab.sandbox.endpoints() == (
        Endpoint(Zone.CLINIC, Door.HTTPS, gateway(Zone.CLINIC), 8443),
        Endpoint(Zone.CLINIC, Door.DICOM, gateway(Zone.CLINIC), 4242),
        Endpoint(Zone.OFFICE, Door.HTTPS, gateway(Zone.OFFICE), 8443),
        Endpoint(Zone.INTERNET, Door.HTTPS, gateway(Zone.INTERNET), 8443),
    )
    site = lab.live()
    answering = {(at.zone, door) for at in site.network.stations for door in Door if site.answers(at, door)}
    assert answering == {(endpoint.zone, endpoint.door) for endpoint in lab.sandbox.endpoints()}


def test_a_door_that_is_not_published_refuses_connections(lab: Lab) -> None:
    intruder = lab.sandbox.network.station("intruder")
    assert not lab.live().answers(intruder, Door.HTTP)
    assert not lab.live().answers(intruder, Door.DICOM)
    assert lab.live().answers(intruder, Door.HTTPS)
    lab.change({"gateway": {"publish": {"http": ["internet"]}}})
    assert lab.live().answers(intruder, Door.HTTP)
    lab.change({"gateway": {"publish": {"http": []}}})
    assert not lab.live().answers(intruder, Door.HTTP)


def last_line(log: Path) -> str:
    """The last line of a log; nothing while there is none."""
    return "".join(log.read_text().splitlines()[-1:])


def test_both_logs_show_who_came_from_where(lab: Lab) -> None:
    lab.change({**OPEN, "log_level": "verbose"})
    lab.change(
        {
            "orthanc": {"DicomTlsEnabled": False, "DicomAlwaysAllowEcho": True},
            "gateway": {"publish": {"dicom": ["internet"]}},
        }
    )
    intruder = lab.sandbox.network.station("intruder")
    with lab.web("intruder", "https") as client:
        client.get("/system")
    with lab.web("intruder", "http") as client:
        client.get("/patients")
    access = lab.sandbox.log(Log.ACCESS)
    until(lambda: access.exists() and last_line(access).startswith(f"{intruder.address} - - ["))
    stream = lab.sandbox.log(Log.STREAM)
    until(lambda: stream.exists() and last_line(stream).startswith(f"{intruder.address} ["))
    assert dimse.echo(lab.live().dicom(intruder, "STRANGER")) == 0
    seen = lab.sandbox.network.seen_by_archive("intruder")
    assert seen == intruder.address or not lab.sandbox.network.transparent
    archive = lab.sandbox.log(Log.ORTHANC).read_text("utf-8", "replace")
    assert "GET /patients" in archive
    assert f"Association Received from AET STRANGER on IP {seen}" in archive


def test_a_site_that_cannot_start_says_why_and_the_one_before_runs_again(lab: Lab) -> None:
    broken = baseline().changed({"orthanc": {"ExternalDictionaries": ["/no/such/dictionary"]}})
    with pytest.raises(SiteCannotStart) as caught:
        lab.sandbox.apply(broken)
    assert any("/no/such/dictionary" in line or "nexistent file" in line for line in caught.value.details), (
        caught.value.details
    )
    assert lab.sandbox.health().ready
    assert lab.sandbox.site() == baseline()
    assert patients_of(lab) == FEW


@pytest.mark.parametrize("way", ["start", "harden"])
def test_a_site_of_another_version_of_the_lab_does_not_lock_the_trainee_out(lab: Lab, way: str) -> None:
    lab.sandbox._order(lab.sandbox._desired() | {"site": {"a section that is gone": {}}})
    assert lab.sandbox.site() is None
    assert lab.status().health.archive.version.startswith("1.")
    status = lab.start(with_parent=True) if way == "start" else lab.harden()
    assert (str(status.note) if way == "start" else status.note) == {
        "start": "The last site is of another version of the lab; the hardened one runs instead.",
        "harden": None,
    }[way]
    assert (status.health.ready, lab.site) == (True, baseline())


def test_clear_empties_and_restore_brings_back(lab: Lab) -> None:
    lab.sandbox.snapshot("kept-for-a-test")
    assert "kept-for-a-test" in lab.sandbox.snapshots()
    lab.sandbox.clear()
    assert patients_of(lab) == 0
    lab.sandbox.restore("kept-for-a-test")
    assert patients_of(lab) == FEW


def test_reset_undoes_what_was_deleted(lab: Lab) -> None:
    with lab.web("administrator", "https", ADMIN) as client:
        for patient in client.get("/patients").json():
            client.delete(f"/patients/{patient}")
    assert patients_of(lab) == 0
    lab.reset()
    assert patients_of(lab) == FEW


def test_a_snapshot_that_does_not_exist_cannot_be_restored_and_nothing_is_lost(lab: Lab) -> None:
    with pytest.raises(SandboxError, match="there is no snapshot 'never-made'"):
        lab.sandbox.restore("never-made")
    assert patients_of(lab) == FEW


@pytest.mark.parametrize("name", ["../outside", "UPPER", "", "a/b", ".hidden"])
def test_a_snapshot_name_cannot_lead_elsewhere(lab: Lab, name: str) -> None:
    with pytest.raises(SandboxError):
        lab.sandbox.snapshot(name)


@pytest.mark.slow
def test_stop_leaves_nothing_listening_and_start_brings_everything_back(lab: Lab) -> None:
    lab.change(OPEN)
    lab.stop()
    assert not lab.sandbox.health().running
    with pytest.raises((httpx.ConnectError, LabError)), lab.web("intruder", "http") as client:
        client.get("/system")
    lab.stop()
    lab.start(with_parent=True)
    assert lab.sandbox.health().ready
    assert lab.sandbox.site() == baseline().changed(OPEN)
    lab.harden()
    assert patients_of(lab) == FEW


def test_a_site_applied_to_a_stopped_sandbox_says_how_to_start_it(lab: Lab, kind: str) -> None:
    if kind == "compose":
        pytest.skip("in compose the keepers live as long as their containers")
    lab.stop()
    with pytest.raises(SandboxError, match="not running"):
        lab.sandbox.apply(baseline())
    lab.start(with_parent=True)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["orthanc", "nginx", "nginx-worker", "keeper", "gateway-keeper"])
def test_a_killed_process_comes_back_with_the_archives_content(lab: Lab, kind: str, chaos: Chaos, part: str) -> None:
    if kind == "native" and part == "gateway-keeper":
        pytest.skip("natively one keeper keeps both")
    lab.change(OPEN)
    run = lab.live().run()
    chaos.kill(part)
    assert not isinstance(weakness("http-no-auth").probe(lab.live()), Safe), "what does not answer is not repaired"
    time.sleep(0.2)
    until(lambda: lab.sandbox.health().ready)
    until(lambda: _answers(lab))
    assert (lab.live().run() != run) is (part != "nginx-worker"), "nginx replaces its workers by itself"
    assert patients_of(lab) == FEW
    lab.harden()  # nothing of what was killed answers with the old site
    assert not lab.live().answers(lab.sandbox.network.station("intruder"), Door.HTTP)
    lab.change(OPEN)
    with lab.web("intruder", "http") as client:
        assert client.get("/system").status_code == 200


def test_while_strangers_run_code_in_the_archive_it_listens_at_its_own_two_ports_only(lab: Lab, kind: str) -> None:
    if kind == "native":
        pytest.skip("natively all that listens is compared in tests/safety/test_listening.py")
    lab.change({**OPEN, "orthanc": {**OPEN["orthanc"], "ExecuteLuaEnabled": True}})
    with lab.web("intruder", "http") as client:
        printed = client.post("/tools/execute-script", content=WHAT_LISTENS).text
    rows = [line.split() for line in printed.splitlines()]
    # the rows of /proc/net/tcp and tcp6 that listen (0A), but for Docker's own resolver at 127.0.0.11
    local = [row[1].split(":") for row in rows if len(row) > 3 and row[3] == "0A" and not row[1].startswith("0B00007F")]
    assert {int(port, 16) for _, port in local} == {ARCHIVE_HTTP_PORT, ARCHIVE_DICOM_PORT}


def _answers(lab: Lab) -> bool:
    try:
        return patients_of(lab) >= 0
    except (httpx.HTTPError, ValueError):
        return False


def test_the_console_of_the_archive_is_reached_from_the_clinic(lab: Lab) -> None:
    site = lab.live()
    assert site.dead() is None
    assert site.network.archive.endswith(".1.2")
    assert ARCHIVE_HTTP_PORT == 18042
