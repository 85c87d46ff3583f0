"""Rule 2: nothing listens outside loopback, in any scenario. What listens is what the site publishes, and the console."""

from __future__ import annotations

import pytest

from lab.api import Lab
from lab.catalogue import catalogue
from lab.errors import LabError
from lab.launch import jupyter_address
from lab.sandbox.host import bind_sockets
from lab.sandbox.native import NativeSandbox
from lab.site.config import SiteConfig
from lab.site.zones import ARCHIVE_DICOM_PORT, ARCHIVE_HTTP_PORT, Network, Zone
from tests.safety import machine
from tests.safety.conftest import Intruder
from tests.support.chaos import NativeChaos, descendants

SITES = {"hardened": None, "all at once": (), **{name: (name,) for name in catalogue()}}
NETWORK = """
import json
interfaces = [line.split(":")[0].strip() for line in open("/proc/net/dev").readlines()[2:]]
routes = open("/proc/net/route").read().splitlines()[1:]
print(json.dumps({"interfaces": interfaces, "routes": routes}))
"""


def published(site: SiteConfig, network: Network) -> set[machine.Address]:
    """What may listen: the doors that the site opens, and the archive's own two ports for the clinic's console."""
    doors = {(network.gateway(zone), door.port) for zone in Zone for door in site.gateway.publish.doors(zone)}
    return doors | {(network.archive, ARCHIVE_HTTP_PORT), (network.archive, ARCHIVE_DICOM_PORT)}


def lab_processes(lab: Lab) -> set[int]:
    host = NativeChaos(lab.home.folder / "native").host()
    return {host, *descendants(host)}


@pytest.mark.slow
@pytest.mark.usefixtures("native")
@pytest.mark.parametrize("name", SITES)
def test_exactly_what_the_site_publishes_listens(lab: Lab, name: str) -> None:
    chosen = SITES[name]
    if chosen is not None:
        lab.misconfigure(*chosen)
    expected = published(lab.site, lab.sandbox.network)
    assert machine.listening(lab_processes(lab)) == expected
    assert machine.listening(prefix=f"{lab.sandbox.network.prefix}.") == expected
    assert {endpoint.address for endpoint in lab.sandbox.endpoints()} <= {address for address, _ in expected}


@pytest.mark.usefixtures("native")
def test_a_site_that_publishes_nothing_leaves_the_console_only(lab: Lab) -> None:
    lab.change({"gateway": {"publish": {"http": [], "https": [], "dicom": []}}})
    archive = lab.sandbox.network.archive
    assert machine.listening(lab_processes(lab)) == {(archive, ARCHIVE_HTTP_PORT), (archive, ARCHIVE_DICOM_PORT)}


@pytest.mark.usefixtures("native")
def test_a_stopped_sandbox_listens_nowhere(lab: Lab) -> None:
    lab.misconfigure()
    lab.stop()
    assert machine.listening(prefix=f"{lab.sandbox.network.prefix}.") == set()
    lab.start(with_parent=True)


def test_inside_there_is_no_network_but_a_loopback_of_its_own(intruder: Intruder) -> None:
    assert intruder.python(NETWORK) == {"interfaces": ["lo"], "routes": []}


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "*", "", "localhost", "192.0.2.1", "10.0.0.1", "127.1"])
def test_jupyterlab_is_not_started_where_others_could_reach_it(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("PACSLAB_JUPYTER_ADDRESS", address)
    with pytest.raises(LabError) as caught:
        jupyter_address()
    assert str(caught.value) == (
        f"JupyterLab does not listen on {address}.\n"
        "→ Leave PACSLAB_JUPYTER_ADDRESS out; the lab can be reached from this machine only."
    )


def test_jupyterlab_is_started_on_loopback_or_on_the_containers_own_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PACSLAB_JUPYTER_ADDRESS", raising=False)
    assert jupyter_address() == "127.0.0.1"
    monkeypatch.setenv("PACSLAB_JUPYTER_ADDRESS", "198.19.9.10")
    assert jupyter_address() == "198.19.9.10"


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.1", "", "::1"])
def test_the_process_outside_binds_loopback_addresses_only(address: str) -> None:
    with pytest.raises(SystemExit, match=f"^{address} is not a loopback address$"):
        bind_sockets([(address, 0)])


def test_every_address_that_is_ever_bound_is_a_loopback_address_of_the_instance(lab: Lab) -> None:
    if isinstance(lab.sandbox, NativeSandbox):
        addresses = [address for group in lab.sandbox.addresses().values() for address in group]
        assert len(addresses) == len(set(addresses)) == 11
        assert {address.rsplit(".", 2)[0] for address, _ in addresses} == {lab.sandbox.network.prefix}
