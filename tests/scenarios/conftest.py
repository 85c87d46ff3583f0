"""Which scenarios the tests of a module are about: the module's ``SCENARIOS``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab import catalogue
from lab.catalogue import weakness
from lab.scenario import Fix
from lab.site.zones import Network, Zone
from tests.support.connections import watched

pytest.register_assert_rewrite("tests.scenarios.matrix")
ON_A_BUSY_MACHINE = 15.0


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a probe says is judged here; test processes share the machine. How long it takes is timed in ``test_whole.py``."""
    monkeypatch.setattr(catalogue, "PROBE_SECONDS", ON_A_BUSY_MACHINE)


@pytest.fixture(autouse=True)
def attempts(monkeypatch: pytest.MonkeyPatch, network: Network) -> Iterator[list[str]]:
    """Safety rule 1 from break to repair: no client of any scenario connects to anything but the sandbox it was given."""
    seen = watched(monkeypatch, f"{network.prefix}.", "127.0.0.1")
    yield seen
    assert set(seen) <= {network.archive, *map(network.gateway, Zone), "127.0.0.1"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes a ``scenario`` runs for each; one that takes a ``fix`` too runs for each repair that was proposed."""
    module = metafunc.definition.getparent(pytest.Module)
    scenarios = getattr(module.obj, "SCENARIOS", []) if module else []
    if "fix" in metafunc.fixturenames:
        pairs = [(name, fix) for name in scenarios for fix in weakness(name).scenario.fixes]
        metafunc.parametrize(("scenario", "fix"), pairs, ids=_named)
    elif "scenario" in metafunc.fixturenames:
        metafunc.parametrize("scenario", scenarios)


def _named(value: object) -> str | None:
    return value.id if isinstance(value, Fix) else value if isinstance(value, str) else None
