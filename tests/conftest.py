"""Fixtures of the whole suite: a lab of its own, on loopback addresses that no running lab uses."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.api import Lab
from lab.home import Home
from lab.site.zones import Network
from tests.support.chaos import Chaos, ComposeChaos, NativeChaos
from tests.support.internet import the_internet_to_oneself

FEW = 3  # patients: the archive fills in a second
# Tests may run in several processes (pytest-xdist); each has a lab, and the next number for a second lab of its own.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
# What a research office masks once it masks in seconds each time: the labs of all tests keep it in one place.
MASKED = Path(__file__).resolve().parent / "output" / "masked"
TEST_INSTANCE = int(os.environ.get("PACSLAB_TEST_INSTANCE", "28")) + 2 * WORKER


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--sandbox", choices=["native", "compose"], default="native", help="which sandbox the suite runs against"
    )
    parser.addoption("--screenshots", metavar="FOLDER", help="renew the pictures of the README there")


# What takes longest begins first, so that no process is still busy with it when the others have nothing left to do; and what
# works begins beside what waits, as the matrix does where passwords may be tried so many times a second. The fifth file comes
# after the first: pytest-xdist gives a second one to whoever has two tests left or fewer.
LONGEST = (
    "test_compose_suite.py",
    "test_matrix_dimse.py",
    "test_matrix_web.py",
    "test_validity.py",
    "test_cli.py",
    "test_matrix_watching.py",
    "test_native.py",
    "test_course_detection.py",
    "test_course_privacy.py",
    "test_docker.py",
    "test_whole.py",
    "test_teardown.py",
    "test_docker_endings.py",
    "test_containers.py",
    "test_burned_in.py",
    "test_documents.py",
    "test_kills.py",
    "test_completeness.py",
    "test_day.py",
    "test_hostile_text.py",
    "test_by_hand.py",
    "test_course_survey.py",
    "test_course.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which programs the sandboxes ran, as the tests that looked have noted it."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    ran = {value for report in reports for name, value in getattr(report, "user_properties", ()) if name == "ran"}
    for programs in sorted(ran):
        terminalreporter.write_line(f"ran with {programs}")


@pytest.fixture
def screenshots(request: pytest.FixtureRequest) -> Path | None:
    """Where to put screenshots, if somebody asked for them with ``--screenshots FOLDER``."""
    folder = request.config.getoption("--screenshots")
    return Path(folder) if folder else None


@pytest.fixture(scope="session", autouse=True)
def _english() -> None:
    os.environ["PACSLAB_LANG"] = "en"


@pytest.fixture(scope="session")
def kind(request: pytest.FixtureRequest) -> str:
    """The sandbox that this run is about."""
    return str(request.config.getoption("--sandbox"))


def state_folder(factory: pytest.TempPathFactory, name: str) -> Path:
    """A state folder of its own for a lab, but for the masked copies."""
    folder = factory.mktemp(name)
    with contextlib.suppress(OSError):  # nothing can be written beside the tests in a container
        MASKED.mkdir(parents=True, exist_ok=True)
        (folder / "masked").symlink_to(MASKED)
    return folder


@pytest.fixture(scope="session")
def home(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A state folder of the suite's own, in a path with a space."""
    if kind == "native":
        os.environ["PACSLAB_INSTANCE"] = str(TEST_INSTANCE)
    folder = state_folder(tmp_path_factory, "a home with spaces")
    os.environ["PACSLAB_STATE"] = str(folder)
    return Home(folder)


@pytest.fixture(scope="session")
def session_lab(home: Home, kind: str) -> Iterator[Lab]:
    """A running lab with a small hospital, for the whole session. Use ``lab``, which is hardened anew for each test."""
    lab = Lab(language="en", home=home, sandbox=kind)
    lab.start(with_parent=True, patients=FEW)
    yield lab
    lab.sandbox.stop()


@pytest.fixture
def lab(session_lab: Lab) -> Lab:
    """A running lab with the hardened site and its patients."""
    if not session_lab.sandbox.health().ready:
        session_lab.start(with_parent=True)
    session_lab.harden()
    return session_lab


@pytest.fixture(scope="module")
def whole_internet() -> Iterator[None]:
    """Nobody else on this machine holds the addresses of the simulated Internet while the module's tests run."""
    with the_internet_to_oneself():
        yield


@pytest.fixture
def chaos(lab: Lab, kind: str) -> Chaos:
    """Kills processes of the running sandbox."""
    return NativeChaos(Path(lab.sandbox.run).parent) if kind == "native" else ComposeChaos()


@pytest.fixture(scope="session")
def network(kind: str) -> Network:
    """The address plan of this run."""
    return Network.native(TEST_INSTANCE) if kind == "native" else Network.compose()
