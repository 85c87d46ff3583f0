"""What the compose file promises about isolation, read from the file; what it does when it runs: test_containers.py."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from ipaddress import IPv4Network, ip_address
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.site.zones import BENCHMARK, Network, Zone
from lab.survey.population import course_population
from lab.survey.system import Viewer
from lab.survey.world.limits import MAX_CONNECTIONS

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("archive", "gateway", "notebooks")
ZONES = tuple(zone.value for zone in Zone)


def defaults(text: str) -> str:
    """The text as compose reads it where no variable is set."""
    previous = None
    while text != previous:
        previous, text = text, re.sub(r"\$\{\w+:-([^${}]*)\}", r"\1", text)
    return text


COMPOSE: dict[str, Any] = yaml.safe_load(defaults((ROOT / "docker-compose.yml").read_text()))


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = COMPOSE["services"][name]
    return found


def test_every_port_is_published_on_127_0_0_1_and_only_there() -> None:
    published = {name: service(name).get("ports", []) for name in SERVICES}
    assert published == {
        "archive": [],
        "gateway": ["127.0.0.1:8042:8042", "127.0.0.1:8443:8443"],
        "notebooks": ["127.0.0.1:8888:8888"],
    }


def test_the_zones_are_internal_networks_without_an_address_of_this_machine() -> None:
    for zone in ZONES:
        network = COMPOSE["networks"][zone]
        assert network["internal"] is True
        assert network["driver_opts"] == {"com.docker.network.bridge.inhibit_ipv4": "true"}


def test_only_the_gateway_and_the_notebooks_join_the_one_network_that_publishes() -> None:
    assert [name for name, network in COMPOSE["networks"].items() if not network.get("internal")] == ["desk"]
    assert [name for name in SERVICES if "desk" in service(name)["networks"]] == ["gateway", "notebooks"]
    assert list(service("archive")["networks"]) == ["clinic"]


def test_the_publishing_network_has_a_dead_route_and_translates_nothing() -> None:
    desk = COMPOSE["networks"]["desk"]
    assert desk["driver_opts"]["com.docker.network.bridge.enable_ip_masquerade"] == "false"
    (config,) = desk["ipam"]["config"]
    nobody = config["aux_addresses"]["DefaultGatewayIPv4"]
    members = [service(name)["networks"]["desk"]["ipv4_address"] for name in ("gateway", "notebooks")]
    assert ip_address(nobody) in IPv4Network(config["subnet"])
    assert nobody not in [config["gateway"], *members]


def test_the_addresses_are_those_the_lab_expects_and_never_a_real_host() -> None:
    plan = Network.compose("198.19")
    for zone in Zone:
        (config,) = COMPOSE["networks"][zone.value]["ipam"]["config"]
        assert IPv4Network(config["subnet"]) == plan.zone(zone)
        assert IPv4Network(config["subnet"]).subnet_of(BENCHMARK)
        assert service("gateway")["networks"][zone.value]["ipv4_address"] == plan.gateway(zone)
    assert service("gateway")["networks"]["desk"]["ipv4_address"] == plan.desk
    assert service("archive")["networks"]["clinic"]["ipv4_address"] == plan.archive
    notebooks = {service("notebooks")["networks"][zone]["ipv4_address"] for zone in ZONES}
    assert notebooks == {station.address for station in plan.stations}


def test_no_container_is_privileged_in_any_way() -> None:
    for name in SERVICES:
        settings = service(name)
        assert settings["user"] == "1000:1000"
        assert settings["read_only"] is True
        assert settings["cap_drop"] == ["ALL"]
        assert settings["security_opt"] == ["no-new-privileges:true"]
        assert settings["mem_limit"]
        assert settings["pids_limit"]
        assert settings["dns"] == ["127.0.0.1"]
        assert {"privileged", "cap_add", "network_mode", "pid", "ipc", "devices"}.isdisjoint(settings)


def test_the_notebooks_may_open_as_many_files_as_the_simulated_internet_needs() -> None:
    systems = course_population().systems
    listening = len(systems) + sum(system.viewer is not Viewer.NONE for system in systems)
    limit = service("notebooks")["ulimits"]["nofile"]
    assert min(limit["soft"], limit["hard"]) >= 2 * (listening + MAX_CONNECTIONS)


def test_containers_share_volumes_only_and_never_a_folder_of_this_machine() -> None:
    assert {name: service(name)["volumes"] for name in SERVICES} == {
        "archive": ["control:/srv/pacslab/control:ro", "run:/srv/pacslab/run", "archive:/srv/archive", "web:/srv/web"],
        "gateway": ["control:/srv/pacslab/control:ro", "run:/srv/pacslab/run", "web:/srv/web:ro"],
        "notebooks": [
            "control:/srv/pacslab/control", "run:/srv/pacslab/run", "archive:/srv/archive:ro", "state:/home/pacslab/state",
        ],
    }  # fmt: skip
    assert set(COMPOSE["volumes"]) == {"control", "run", "archive", "web", "state"}


def test_a_restart_of_the_computer_does_not_bring_the_lab_back() -> None:
    assert {service(name).get("restart", "no") for name in SERVICES} <= {"no", "on-failure"}


def test_the_keeper_needs_nothing_but_the_standard_library() -> None:
    folder = ROOT / "lab" / "sandbox" / "inside"
    foreign = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                foreign |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                foreign.add(node.module.split(".")[0])
    assert foreign - sys.stdlib_module_names - {folder.name} == set()


@pytest.mark.compose
@pytest.mark.parametrize("more", [[], ["--file", "tests/packaging/compose.test.yml"]], ids=["lab", "tests"])
def test_docker_compose_accepts_the_file(more: list[str]) -> None:
    docker = shutil.which("docker")
    assert docker
    command = [docker, "compose", "--file", "docker-compose.yml", *more, "config", "--quiet"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (answer.returncode, answer.stderr) == (0, "")
