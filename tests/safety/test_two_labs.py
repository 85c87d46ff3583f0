"""Two labs on one machine do not disturb each other: addresses, content, processes and state are each one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import home
from lab.api import Lab
from lab.errors import SandboxError
from lab.home import Home
from lab.site.baseline import baseline
from lab.site.zones import Network
from tests.conftest import TEST_INSTANCE
from tests.safety import machine
from tests.safety.conftest import GONE, OTHER_INSTANCE, OtherLab, full_set
from tests.safety.test_listening import published

CLOSED = {"gateway": {"publish": {"http": [], "https": [], "dicom": []}}}


@pytest.mark.slow
@pytest.mark.usefixtures("native")
def test_what_happens_in_one_lab_does_not_happen_in_the_other(lab: Lab, other_lab: OtherLab) -> None:
    lab.misconfigure("http-no-auth")
    before = (lab.site, lab.sandbox.health(), machine.listening(prefix=f"{lab.sandbox.network.prefix}."))
    other = other_lab.lab()
    other.start(with_parent=True)
    assert before[2] == published(lab.site, Network.native(TEST_INSTANCE))
    assert machine.listening(prefix=f"{other_lab.network.prefix}.") == published(baseline(), other_lab.network)
    assert other.site == baseline()
    assert other.probe("http-no-auth").safe
    assert lab.probe("http-no-auth").vulnerable
    other.sandbox.clear()
    other.change(CLOSED)
    other_lab.chaos.kill("orthanc")
    other_lab.chaos.kill("keeper")
    other.stop()
    assert (lab.site, lab.sandbox.health(), machine.listening(prefix=f"{lab.sandbox.network.prefix}.")) == before
    lab.harden()
    with lab.web("administrator", "https", ("admin", lab.site.users["admin"].password)) as client:
        assert client.get("/statistics").json()["CountInstances"] == len(full_set())
    assert other_lab.remains() == GONE


@pytest.mark.slow
@pytest.mark.usefixtures("native")
def test_addresses_that_another_lab_uses_are_refused_with_the_address_at_fault(
    lab: Lab, stocked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACSLAB_INSTANCE", str(TEST_INSTANCE))
    (tmp_path / "state").mkdir()
    second = Lab(home=Home(tmp_path / "state"))
    with pytest.raises(SandboxError) as caught:
        second.sandbox.start(with_parent=True)
    assert caught.value.details == (f"{lab.sandbox.network.archive}:18042: Address already in use",)
    assert lab.sandbox.health().ready
    assert second.sandbox.health().archive.state == "dead"


@pytest.mark.usefixtures("native")
def test_a_second_lab_finds_addresses_of_its_own(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PACSLAB_INSTANCE")
    monkeypatch.setattr(home, "INSTANCES", (TEST_INSTANCE, OTHER_INSTANCE))
    assert Home(tmp_path).sandbox("native").network == Network.native(OTHER_INSTANCE)


@pytest.mark.slow
def test_a_running_lab_that_is_silent_for_a_while_keeps_its_addresses(
    other_lab: OtherLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a laptop's sleep, for example. Another address plan would be written down, and the lab that runs be lost."""
    other_lab.lab().start(with_parent=True)
    other_lab.chaos.kill("keeper-stop")
    try:
        machine.until(lambda: other_lab.lab().sandbox.health().archive.state == "dead")
        monkeypatch.delenv("PACSLAB_INSTANCE")
        assert other_lab.lab().sandbox.network == other_lab.network
    finally:
        monkeypatch.setenv("PACSLAB_INSTANCE", str(OTHER_INSTANCE))
        other_lab.chaos.kill("keeper")
