"""The same student with Docker: ``./start.sh --docker`` prints an address, and notebook 01 goes green there, too."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.student import ADDRESS, Started, open_explorer, solve_notebook_01, visit
from tests.packaging.docker import ROOT, a_net, containers, free_port, leftovers, run

pytestmark = [pytest.mark.browser, pytest.mark.compose, pytest.mark.slow, pytest.mark.timeout(1800)]
PROJECT = "pacslab-browser"


@pytest.fixture(scope="module")
def net() -> Iterator[str]:
    with a_net() as net:
        yield net


@pytest.fixture(scope="module")
def started(net: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """``./start.sh --docker --detach``, ended with ``./pacslab stop`` after a crash; the URL is the one that it prints."""
    ports = {name: str(free_port()) for name in ("PACSLAB_HTTP_PORT", "PACSLAB_HTTPS_PORT", "PACSLAB_JUPYTER_PORT")}
    state: Path = tmp_path_factory.mktemp("student with docker")
    own = {
        "COMPOSE_PROJECT_NAME": PROJECT,
        "PACSLAB_NET": net,
        "PACSLAB_STATE": str(state),
        "PACSLAB_LANG": "en",
    }
    start = subprocess.run(
        ["./start.sh", "--docker", "--detach"], cwd=ROOT, env=os.environ | own | ports, capture_output=True, text=True
    )
    try:
        address = ADDRESS.search(start.stdout)
        assert start.returncode == 0, start.stdout + start.stderr
        assert address is not None, start.stdout
        explorer = f"https://127.0.0.1:{ports['PACSLAB_HTTPS_PORT']}/app/explorer.html"
        yield Started(address[0], explorer, (str(ROOT / "pacslab"),), own | ports)
        run("docker", "compose", "kill", "notebooks", **(own | ports))  # the two others run on, with their ports
        stop = subprocess.run(
            ["./pacslab", "stop"], cwd=ROOT, env=os.environ | own | ports, capture_output=True, text=True
        )
        assert (stop.returncode, containers(PROJECT)) == (0, ""), stop.stdout + stop.stderr
    finally:
        down = ("docker", "compose", "down", "--volumes", "--rmi", "local")
        run(*down, **(own | ports))
    assert leftovers(PROJECT) == ""


def test_notebook_01_goes_from_not_yet_to_its_green_card_in_docker(page: Page, started: Started) -> None:
    solve_notebook_01(page, started, "en")
    listed = json.loads(started.pacslab("scenarios", "--json"))["scenarios"]
    assert next(entry for entry in listed if entry["id"] == "http-no-auth")["solved"]


def test_the_search_engine_and_its_viewers_open_on_the_students_own_machine(page: Page, started: Started) -> None:
    """Its page listens on the container's own loopback; the way in is the port that JupyterLab has."""
    command = [*started.command, "search"]
    with subprocess.Popen(command, env=os.environ | started.environment, stdout=subprocess.PIPE, text=True) as search:
        assert search.stdout is not None
        printed = next(line for line in search.stdout if "http://" in line)
        visit(page, printed.split()[-1], "svg.map")
        page.get_by_role("textbox").fill("country:US has:viewer")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("11 systems")
        page.get_by_role("link", name="Its web page").first.click()
        expect(page.locator("p.mark")).to_have_text("SYNTHETIC - NOT A PERSON")
        page.locator("tbody a").first.click()
        expect(page.get_by_role("link", name="All patients")).to_be_visible()
        search.terminate()
    assert printed.split()[-1].startswith(started.url.split("/lab/")[0] + "/pacslab/search/?token=")


def test_orthanc_explorer_opens_on_the_students_own_machine(page: Page, started: Started) -> None:
    assert started.pacslab("reset", "--json")
    open_explorer(page, started)
